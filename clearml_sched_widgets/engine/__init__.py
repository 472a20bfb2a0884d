"""The engine: turns a definition into runs on a ClearML server.

decide    PURE: which slots of a schedule to launch, which to skip, and why
agenda    PURE: which schedules are due, without looking at those that are not
state     what the engine must remember across a restart
own       the instance's own task: definition, state, commands
runs      what became of the runs: follows the server with a constant number of requests
launch    clone, settle, enqueue: each slot and event exactly once
polling   reads what changed on the server and finds the events of triggers
journal   the log, on screen and on the instance's task
context   what the parts of one engine share
adopting, handling, deciding   take over definitions; carry out commands; turn what is due into launches that are owed
core      one step: all of these, in their order
loop      one step after the other, in a thread or in the foreground; snapshot what others see of it
"""
