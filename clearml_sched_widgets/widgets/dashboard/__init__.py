"""The live view of one instance: head, tables, log, timeline and commands.

actions       The message handlers for items, runs and the definition of the shown instance.
csv_text      Rows as CSV text.
log_feed      Sends the log's last lines to the page, then each new line.
part          Follows the shown instance and the list of instances.
progress      The progress of long work: launches, backfills, and runs of all items.
table_feed    Sends a table's first rows to the page, then only changes.
table_query   Searches, filters and sorts the rows of a table.
tables        The two tables and the log, and their message handlers.
timeline      The timeline of past and future runs.
view_data     The head of an instance as plain data.
vitals        Counters, the last sign of life, and why items and runs wait.
widget        The Dashboard widget.
"""
