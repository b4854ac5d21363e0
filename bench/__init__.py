"""Benchmarks: what a month costs in time and memory. `make bench` runs them all."""
