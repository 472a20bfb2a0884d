"""Launches what is owed: each slot and each event exactly once."""
