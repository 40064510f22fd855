"""Errors, files, labels and other parts that every package of the core uses."""
