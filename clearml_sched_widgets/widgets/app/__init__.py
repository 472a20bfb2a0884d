"""The SchedulerApp widget: the list of instances, the form, and the dashboard in one.

configuration   A definition in sentences, for people to read.
widget          The SchedulerApp, and the handlers for instances of its list.
"""
