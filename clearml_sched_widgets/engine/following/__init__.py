"""Reads what changed on the server since the last time.

runs           keeps the runs of one instance up to date
polling        finds the events of triggers
changes        the objects that have changed, page by page
unlogged       finds launches without a line in the log
search_budget  how long regular expressions may take
"""
