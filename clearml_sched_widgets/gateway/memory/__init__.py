"""A gateway with its server in this process, for tests and simulations of faults.

gateway  the methods of the gateway protocol
server   what users, agents and the web page do on a server
store    the stored objects and the rules that change them
query    selects tasks and copies out the fields that a query asks for
objects  the classes of stored objects, and the allowed changes of status
"""
