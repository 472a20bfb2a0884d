"""PURE: decides what to launch, skip, retry and stop. No clock, no I/O: time is always an argument.

state        the data that an engine keeps across a restart
run          one launched task, read from its record on the server
agenda       finds the items that are due, without looking at the others
decide       which slots and events are launched, which are skipped, and why
owed         pending launches: which are tried now, which later, which never
requested    launches besides slots and events: at the start, by hand, and backfills
overlap      which pending launches wait for earlier runs, and which stop them
retries      handles the end of a run: retries, and pauses after failures
clamp        takes back what lies in the future after the server's clock was set back
time_limits  finds the runs that exceed their time limit
controls     applies the commands of users to the state
"""
