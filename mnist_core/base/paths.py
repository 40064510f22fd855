"""Paths that several packages share."""

from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parents[2]
"""Folder that holds the package `mnist_core`. Subprocesses run `python -m mnist_core...` there."""
