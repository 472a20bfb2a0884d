"""Makes the owed launches: each slot and each event exactly once.

clone      launches clones of base tasks
latest     finds the base tasks that are named as the latest of several
reuse      launches base tasks themselves: reset, edit, enqueue
call       calls Python functions
functions  keeps the Python functions of this process and runs them in threads
overlap    holds back or replaces launches, as the overlap policies say
outcomes   records what became of the launches
stops      asks runs to stop
workers    the threads that send several requests at once
batch      counts the progress of a batch of launches
"""
