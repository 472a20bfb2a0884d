"""PURE: turns data into sentences, for the log, the console, the tables and the screens.

parts  a sentence as data: fixed words, texts of others, commands and times
log    the sentences of the log
"""
