"""Classifiers that are trained by PyTorch."""
