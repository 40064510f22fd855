"""Sections of the Robustness page."""
