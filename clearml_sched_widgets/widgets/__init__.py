"""The Jupyter widgets: a form (Wizard), a live view (Dashboard), and both beside all instances (SchedulerApp).

messages    what page and kernel say to each other     base       how messages are answered and traits are written
connection  the way to the server                      publisher  the one thread that writes traits
worker      what may take long                         review     what a draft would do
rows        an instance as plain data                  bundle     the built page code
"""

from clearml_sched_widgets.widgets.app import SchedulerApp
from clearml_sched_widgets.widgets.dashboard import Dashboard
from clearml_sched_widgets.widgets.wizard import Wizard

__all__ = ["Dashboard", "SchedulerApp", "Wizard"]
