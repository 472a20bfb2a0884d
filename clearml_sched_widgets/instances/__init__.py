"""One instance, wherever it runs: how this kernel reaches it, and what users do with it."""
