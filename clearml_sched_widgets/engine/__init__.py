"""Runs instances: turns a definition into runs on a ClearML server.

loop              runs the steps one after the other, in a thread or in the foreground
step              does one step: commands, due schedules, triggers, launches, changed runs
context           holds what the modules of one engine share: definition, state, runs, log
clock             the clocks of this machine; slots and limits go by the server's present instead
guard             keeps an unforeseen error of one item or run from stopping the others
failures          remembers what goes wrong from step to step, and how long to wait
snapshot          a copy of what the engine knows, for other threads
apply_definition  applies a new or updated definition to the state
command_handler   carries out the commands of users
planner           decides which due slots and events become owed launches
launching         makes the owed launches
following         reads what changed on the server: runs and the objects of triggers
instance_task     reads and writes the instance's task, and holds the lease

The rules themselves (what is due, launched, skipped, retried) are in `clearml_sched_widgets.policy`.
"""
