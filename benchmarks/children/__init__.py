"""Benchmark programs, ours and the SDK's. Each runs in its own process on a sandbox and prints one line of JSON."""
