"""Benchmarks that measure this package and an alternative side by side in one run."""
