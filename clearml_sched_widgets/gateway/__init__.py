"""The only way to ClearML: one protocol with two implementations.

base      the protocol: every request that the package sends
clearml   the implementation over HTTP, for a real server
api       connects when first used, and anew in a forked child; reads lists and other answers
http      one connection: login, requests, answers
deadline  limits the time of a whole answer
bodies    the bodies of requests
answers   the shapes of answers
parse     the rows of lists as records
fields    the fields of rows
nonsense  rows of lists that make no sense are left out, and told
present   the server's clock
failures  errors for refused requests and broken connections
paging    reads a list of tasks that is longer than one answer
console   selects the last lines of a console
memory    the implementation with a server in this process, for tests and simulations
"""
