"""Measurements of what the design promises, side by side with the alternative in one run."""
