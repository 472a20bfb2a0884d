"""The Jupyter widgets: a form (Wizard), a live view (Dashboard), and both beside all instances (SchedulerApp).

all           messages, base, bundle, connection, publisher, worker, subshells, plain,
              stills
the form      wizard, drafts, review, outlook, previews, matches, lookup, functions, surroundings, editing
the list      listing, census, entries, deltas
an instance   dashboard, following, rows, tables, feed, log_feed, query, csv_text, vitals, progress,
              actions, timeline
all in one    app, configuration
"""

from clearml_sched_widgets.widgets.app.widget import SchedulerApp
from clearml_sched_widgets.widgets.dashboard.widget import Dashboard
from clearml_sched_widgets.widgets.wizard.widget import Wizard

__all__ = ["Dashboard", "SchedulerApp", "Wizard"]
