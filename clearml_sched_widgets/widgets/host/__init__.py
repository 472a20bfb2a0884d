"""What all widgets share: one bundle for the page, messages, the connection to the server, and background threads."""
