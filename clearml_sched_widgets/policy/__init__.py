"""PURE: what follows from a definition, a state and a moment. No clock, no I/O: time is always an argument.

state        what an engine must remember across a restart
run          one launched task, by what the server says of it
agenda       which schedules are due, without looking at those that are not
decide       which slots and events are launched, which are skipped, and why
owed         the launches that are owed: which are tried now, which later, which never
requested    what is owed beside slots and events: at the start, by hand, for a past period
overlap      which owed launches wait for, or put an end to, the runs before them
retries      what follows when a run has ended
time_limits  which runs have had their time
controls     what the commands of users change about single items
"""
