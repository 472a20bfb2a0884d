"""PURE: words made of data, for the log, the console, the frames and the screens alike.

parts  a sentence as data: our words, other people's texts, commands and times
log    the sentences of the log
"""
