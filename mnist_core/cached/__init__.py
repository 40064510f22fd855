"""Streamlit's caches over the core: what all sessions share. Nothing else in mnist_core imports streamlit.

Keys are names and fingerprints, never arrays; what is returned is shared, so nobody may change it.
"""

from mnist_core.cached.models import load_members, load_models, predict_all
from mnist_core.cached.pixels import Pixels, load_pixels, sheet
from mnist_core.cached.results import (
    Results,
    confusion_matrix,
    final_model,
    leaderboard,
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
