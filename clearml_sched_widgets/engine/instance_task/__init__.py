"""The instance's own task on the server: its definition, state, commands, log and tables, and the lease on it."""
