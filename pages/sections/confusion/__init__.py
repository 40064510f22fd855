"""Sections of the Confusion page."""
