"""The list of all instances of the workspace.

deltas      Sends only changed rows of the list to the page.
discovery   Finds new, changed and deleted instances on the server.
entries     One instance of the list, and its row.
leases      Reads when the engines elsewhere last gave a sign of life.
listing     The list itself: reads it from the server and keeps its rows.
"""
