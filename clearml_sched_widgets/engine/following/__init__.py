"""Reads what changed on the server since the last time.

runs     keeps the runs of one instance up to date
polling  finds the events of triggers
"""
