"""Reads and writes the instance's task on the server, and holds the lease on the instance.

task           reads the instance and writes its state
state_objects  stores the state as JSON in configuration objects
commands       the commands of users, as configuration objects
journal        keeps the log and sends it to the task's console
upkeep         reports the heartbeat, the log and the tables at intervals
lease          keeps every instance to one engine
"""
