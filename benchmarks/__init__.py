"""Benchmarks of speed and memory, measured on a real server with a real browser. They are not tests."""
