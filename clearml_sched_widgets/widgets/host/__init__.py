"""What all widgets share: messages, traits, the connection to the server, and background threads.

base           The base class of the widgets, and the protocol of the parts that a widget is made of.
bundle         The paths of the built page code.
connection     The connection to the ClearML server: made in the background, retried, shown on the page.
host_clock     Detects that the host's clock differs from the server's.
messages       The messages between a page and its widget.
page_values    Python values as plain data for the page.
publisher      The thread that writes the widgets' traits.
static_html    The widgets as HTML without scripts.
subshells      Routes a page's messages to a subshell of the kernel, which works while a cell runs.
surroundings   Detects the notebook host and past sleeps of the computer.
worker         The background threads that talk to the server.
"""
