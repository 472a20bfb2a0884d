"""Builds what users see of an instance: table rows, pandas frames, static HTML, and why an item has not run."""
