"""What one instance will run and has run: its head, tables, log and timeline."""
