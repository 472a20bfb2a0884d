"""The Jupyter widgets: a form (Wizard), a live view (Dashboard), and both beside all instances (SchedulerApp).

host        What all widgets share: messages, traits, the connection to the server, and background threads.
wizard      The form that makes, previews and launches a definition.
instances   The list of all instances of the workspace.
dashboard   The live view of one instance: head, tables, log, timeline and commands.
app         The list, the form and the dashboard in one widget.
static      The built page code.
"""

from clearml_sched_widgets.widgets.app.widget import SchedulerApp
from clearml_sched_widgets.widgets.dashboard.widget import Dashboard
from clearml_sched_widgets.widgets.wizard.widget import Wizard

__all__ = ["Dashboard", "SchedulerApp", "Wizard"]
