"""Leaderboard table of the classifiers."""

import pandas as pd
import streamlit as st

from pages.widgets import formatting

RANK = (
    "Classifiers whose difference is not significant share a range of ranks. Exact McNemar tests at the 5 % level with "
    "Holm correction for all pairs, on the test set."
)
FIT = "One fit on the whole training split. For an ensemble, the fits of its members and its own."
SEEDS = "Mean test accuracy over several seeds, standard deviation, and number of seeds."
SIZE = "The stored model, compressed. For an ensemble, including the models of its members."

_number, _text = st.column_config.NumberColumn, st.column_config.TextColumn


def show_leaderboard(board: pd.DataFrame, n_test: int) -> None:
    """Show the accuracies, times and sizes of all classifiers.

    Parameters
    ----------
    board : DataFrame
        As returned by `cached.leaderboard`.
    n_test : int
        Number of test digits.
    """
    scaled = "" if n_test == 10_000 else f", scaled from {n_test:,}"
    validated = board["cv_accuracy"].notna().any()
    repeated = (board["n_seeds"] > 1).any()
    st.dataframe(
        board.assign(
            rank=[formatting.ranks(*pair) for pair in zip(board["best_rank"], board["worst_rank"], strict=True)],
            test_accuracy=100 * board["test_accuracy"],
            interval=[formatting.interval(accuracy, n_test) for accuracy in board["test_accuracy"]],
            cv_accuracy=100 * board["cv_accuracy"],
            cv_spread=100 * board["cv_spread"],
            cv_folds=["  ".join(f"{100 * share:.2f}" for share in folds) for folds in board["cv_folds"]],
            seeds_accuracy=[
                _format_seeds(*seeds)
                for seeds in zip(board["seeds_accuracy"], board["seeds_spread"], board["n_seeds"], strict=True)
            ],
            train_accuracy=100 * board["train_accuracy"],
            predict_one_seconds=1000 * board["predict_one_seconds"],
            model_bytes=board["model_bytes"] / 1e6,
        ),
        column_config={
            "name": None,
            "low": None,
            "high": None,
            "seeds_spread": None,
            "n_seeds": None,
            "label": _text("Classifier", pinned=True),
            "rank": _text("Rank", alignment="right", help=RANK),
            "test_accuracy": _number("Test (%)", format="%.2f", help="Test accuracy."),
            "interval": _text(
                "95 % interval", alignment="right", help="95 % confidence interval (Wilson) of the test accuracy."
            ),
            "cv_accuracy": _number(
                "CV (%)",
                format="%.2f",
                help="Mean accuracy of stratified 5-fold cross-validation on the training split.",
            ),
            "cv_spread": _number(
                "± (%)", format="%.2f", help="Standard deviation of the accuracies of the five folds."
            ),
            "cv_folds": _text("Folds (%)", help="Accuracy of each fold."),
            "seeds_accuracy": _text("Seeds (%)", alignment="right", help=SEEDS),
            "train_accuracy": _number("Train (%)", format="%.2f", help="Accuracy on the training split."),
            "fit_seconds": _number("Training (s)", format="%.1f", help=FIT),
            "predict_seconds": _number(
                "10k digits (s)", format="%.2f", help=f"Prediction time for 10,000 digits on one thread{scaled}."
            ),
            "predict_one_seconds": _number(
                "One digit (ms)", format="%.3f", help="Median prediction time for one digit on one thread."
            ),
            "model_bytes": _number("Size (MB)", format="%.2f", help=SIZE),
            "remark": _text("Remark", width="large"),
        },
        column_order=(
            *("label", "rank", "test_accuracy", "interval"),
            *(("cv_accuracy", "cv_spread") if validated else ()),
            *(("seeds_accuracy",) if repeated else ()),
            *("train_accuracy", "fit_seconds", "predict_seconds", "predict_one_seconds", "model_bytes"),
            *(("cv_folds",) if validated else ()),
            "remark",
        ),
        hide_index=True,
        height="content",
        alt="Leaderboard of the classifiers",
    )


def _format_seeds(mean: float, deviation: float, seeds: int) -> str:
    """Return "99.68 ± 0.01 (5)", or "" for one seed, whose accuracy is the test accuracy."""
    return f"{100 * mean:.2f} ± {100 * deviation:.2f} ({seeds})" if seeds > 1 else ""
