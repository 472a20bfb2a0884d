"""PURE: finds the events of triggers in plain records. No clock, no request: every time is an argument.

selection   which objects a trigger selects      events   the events of a trigger on one object
memory      what is kept between two polls       text     the ${…} placeholders of what an event launches
describe    a trigger in English                 words    what its sentences share
node        what every condition answers         edges    events of conditions that the server keeps no times for
combined    conditions made of others            moments  events of what the server keeps times for

Each condition has a module of its own; importing it here enters it into `node.NODES`.
"""

from clearml_sched_widgets.conditions import archived, combined, created, published, status, tagged
from clearml_sched_widgets.conditions.events import Event, events, fires, needs_inventory
from clearml_sched_widgets.conditions.memory import prune
from clearml_sched_widgets.conditions.selection import SlowPattern, selects
from clearml_sched_widgets.conditions.text import substitute, values_of

__all__ = [
    "Event",
    "SlowPattern",
    "archived",
    "combined",
    "created",
    "events",
    "fires",
    "needs_inventory",
    "prune",
    "published",
    "selects",
    "status",
    "substitute",
    "tagged",
    "values_of",
]
