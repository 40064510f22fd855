"""Streamlit caches over the core, shared by all sessions. No other package of `mnist_core` imports Streamlit.

Cache keys are names and fingerprints, never arrays. Returned objects are shared: do not modify them.
"""

from mnist_core.cached.leaderboard import final_model, leaderboard
from mnist_core.cached.models import load_members, load_models, predict_all
from mnist_core.cached.pixels import Pixels, load_pixels, sheet
from mnist_core.cached.results import (
    Results,
    confusion_matrix,
    load_results,
    not_cross_validated,
    predictions_csv,
)

__all__ = [
    "Pixels",
    "Results",
    "confusion_matrix",
    "final_model",
    "leaderboard",
    "load_members",
    "load_models",
    "load_pixels",
    "load_results",
    "not_cross_validated",
    "predict_all",
    "predictions_csv",
    "sheet",
]
