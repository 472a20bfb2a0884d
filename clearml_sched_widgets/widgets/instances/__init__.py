"""The list of all instances of the workspace."""
