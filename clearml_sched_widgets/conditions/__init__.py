"""What triggers wait for, decided on plain records. Pure: no clock, no request; every moment is an argument.

selection   which objects a trigger looks at      events   what happened to an object, for a trigger
memory      what is remembered between polls      text     ${…} in what an event launches
"""

from clearml_sched_widgets.conditions.events import Event, events, fires, needs_inventory
from clearml_sched_widgets.conditions.memory import prune
from clearml_sched_widgets.conditions.selection import SlowPattern, selects
from clearml_sched_widgets.conditions.text import substitute, values_of

__all__ = ["Event", "SlowPattern", "events", "fires", "needs_inventory", "prune", "selects", "substitute", "values_of"]
