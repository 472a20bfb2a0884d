"""A gateway whose server is a few dictionaries in memory, for tests and simulations of faults."""
