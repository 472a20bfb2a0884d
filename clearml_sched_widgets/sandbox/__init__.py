"""A ClearML-compatible API and file server for laptops, demos and tests. It is not made for production.

processes
  process         starts and stops the server's process
  agent           starts and stops a clearml-agent that serves the sandbox's queues
  daemon          the base class of both processes
  cli             the command `clearml-sched sandbox`
  settings        the settings in a sandbox's folder, and its clearml.conf
  examples        creates example tasks with the SDK
requests
  server          the server's main program
  app             the API as an ASGI application
  files           the file server as an ASGI application
  call            one request, and the registry of endpoints
  validation      checks a request against the description of its endpoint
  tokens          login tokens and the check of credentials
  errors          the API's errors
  identity        the one company and user that the sandbox has
  services        the endpoints
lists
  listing         filters, sorts, pages and projects documents
  filters         compiles a request's filters to SQL
  list_filters    parses the filters of list fields
  conditions      SQL conditions on the fields of documents
  projection      selects fields, and expands references to objects
data
  store           documents in SQLite
  kinds           the kinds of documents and their fields
  clock           the server's clock, and the format of times
tasks
  task_fields     checks and converts the fields of tasks
  lifecycle       reads tasks and changes their status
  status          the allowed changes of status
  cloning         clones a task
  cleanup         removes what a task leaves behind when it is reset or deleted
  watchdog        stops running tasks that send no updates
events, queues, projects
  events          stores log lines, scalars, plots and images
  metrics         summarises scalars on their task
  queueing        queues and their entries
  registry        the registered workers
  projects_tree   creates projects and their parents
  project_stats   counts the contents of projects
  tags            edits and lists tags
"""

from clearml_sched_widgets.sandbox.agent import Agent
from clearml_sched_widgets.sandbox.process import Sandbox, SandboxError

__all__ = ["Agent", "Sandbox", "SandboxError"]
