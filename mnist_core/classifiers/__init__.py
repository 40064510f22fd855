"""Classifiers: the registry and its specs, one module per family, and the served models."""
