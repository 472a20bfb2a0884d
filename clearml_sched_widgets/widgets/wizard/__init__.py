"""The form that makes, previews and launches a definition.

drafts      Reads the items of an incomplete definition.
editing     Remembers which instance the draft changes.
functions   Puts Python functions back into a definition that has only their names.
lookup      Looks up base tasks, parameters and projects on the server.
matches     The objects on the server that a trigger matches now.
outlook     Counts runs by day and finds schedules that clash on a queue.
previews    The message handlers for outlook, days, clashes and matches.
review      The problems of a draft, and the sentence and next runs of each item.
widget      The Wizard, and the handlers that check, save and launch.
"""
