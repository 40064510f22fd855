"""Sections of the Labels page."""
