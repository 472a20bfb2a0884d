"""Reads what changed on the server: what became of the runs, and the events of triggers."""
