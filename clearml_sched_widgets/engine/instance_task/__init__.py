"""Reads and writes the instance's task on the server, and holds the lease on the instance.

task           reads the instance and writes its state
state_objects  stores the state as JSON in configuration objects
state_values   reads the parts of a state and checks their types
state_salvage  reads as much as possible of a damaged state
commands       the commands of users, as configuration objects
journal        keeps the log and sends it to the task's console
upkeep         reports the heartbeat, the log and the tables at intervals
lease          keeps every instance to one engine
"""
