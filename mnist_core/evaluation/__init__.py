"""Evaluation of predictions: metrics, tests and tables, computed from arrays and frames without files or figures."""
