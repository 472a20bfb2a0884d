"""The only way to ClearML: one protocol with two implementations.

base      the protocol: every request that the package sends
clearml   the implementation over HTTP, for a real server
http      one connection: login, requests, answers
bodies    the bodies of requests
parse     the server's JSON as records
failures  errors for refused requests and broken connections
paging    reads a list of tasks that is longer than one answer
console   selects the last lines of a console
memory    the implementation with a server in this process, for tests and simulations
"""
