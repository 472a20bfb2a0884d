"""What is shown of an instance: its rows and their frames, and why something has not run."""
