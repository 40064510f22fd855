"""Sections of the Reliability page."""
