"""Reads and controls one instance, whether it runs in this kernel, in another one, or on an agent."""
