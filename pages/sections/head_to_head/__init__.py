"""Sections of the Head to head page."""
