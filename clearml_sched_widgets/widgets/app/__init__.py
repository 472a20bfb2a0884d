"""All of it in one widget: the list of instances, the form, and the dashboard of one."""
