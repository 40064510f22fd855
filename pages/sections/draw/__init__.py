"""Sections of the Draw page."""
