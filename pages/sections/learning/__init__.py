"""Sections of the Learning page."""
