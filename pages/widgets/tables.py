"""Tables that pages show: units in the headers, numbers with fixed decimals."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from pages.widgets import formatting

RANK = (
    "Ranks that the test split cannot separate share a range: exact McNemar tests at 5 %, Holm's correction for all "
    "pairs."
)

FIT = "One fit on the whole training split; of a vote its members' fits and its own."
SEEDS = "Mean test accuracy of trainings with several seeds, their standard deviation, how many."
SIZE = "The stored model, compressed; of a vote with its members' models."

_number, _text = st.column_config.NumberColumn, st.column_config.TextColumn


def show_leaderboard(board: pd.DataFrame, n_test: int) -> None:
    """Every classifier with its accuracies, times and size, as `cached.leaderboard` gives them."""
    scaled = "" if n_test == 10_000 else f", scaled from {n_test:,}"
    validated = board["cv_accuracy"].notna().any()
    repeated = any(seeds > 1 for _, _, seeds in board["seeds_accuracy"])
    st.dataframe(
        board.assign(
            rank=[formatting.ranks(*pair) for pair in zip(board["best_rank"], board["worst_rank"], strict=True)],
            test_accuracy=100 * board["test_accuracy"],
            interval=[formatting.interval(accuracy, n_test) for accuracy in board["test_accuracy"]],
            cv_accuracy=100 * board["cv_accuracy"],
            cv_spread=100 * board["cv_spread"],
            cv_folds=board["cv_folds"].str.join("  "),
            seeds_accuracy=[_of_seeds(*seen) for seen in board["seeds_accuracy"]],
            train_accuracy=100 * board["train_accuracy"],
            predict_one_seconds=1000 * board["predict_one_seconds"],
            model_bytes=board["model_bytes"] / 1e6,
        ),
        column_config={
            "name": None,
            "low": None,
            "high": None,
            "label": _text("Classifier", pinned=True),
            "rank": _text("Rank", alignment="right", help=RANK),
            "test_accuracy": _number("Test (%)", format="%.2f", help="Test accuracy."),
            "interval": _text("95 % interval", alignment="right", help="Of the test accuracy, by Wilson's method."),
            "cv_accuracy": _number(
                "CV (%)", format="%.2f", help="Mean accuracy of a stratified 5-fold cross-validation on training data."
            ),
            "cv_spread": _number("± (%)", format="%.2f", help="Standard deviation of the five folds' accuracies."),
            "cv_folds": _text("Folds (%)", help="The accuracy of each fold."),
            "seeds_accuracy": _text("Seeds (%)", alignment="right", help=SEEDS),
            "train_accuracy": _number("Train (%)", format="%.2f", help="Accuracy on the training split."),
            "fit_seconds": _number("Training (s)", format="%.1f", help=FIT),
            "predict_seconds": _number(
                "10k digits (s)", format="%.2f", help=f"Prediction time of 10,000 digits on one thread{scaled}."
            ),
            "predict_one_seconds": _number(
                "One digit (ms)", format="%.3f", help="Median prediction time of one digit on one thread."
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


def _of_seeds(mean: float, deviation: float, seeds: int) -> str:
    """99.68 ± 0.01 (5); nothing for one seed, whose accuracy is the test accuracy."""
    return f"{100 * mean:.2f} ± {100 * deviation:.2f} ({seeds})" if seeds > 1 else ""


def show_pairs(pairs: pd.DataFrame, cell: tuple[int, int], *, key: str, on_select: Callable[[], None]) -> None:
    """The most confused pairs, as `confused_pairs` gives them; the row of the selected cell is selected."""
    here = pairs.index[(pairs["true"] == cell[0]) & (pairs["predicted"] == cell[1])]
    st.dataframe(
        pairs.assign(share=100 * pairs["share"]),
        column_config={
            "true": "True",
            "predicted": "Predicted",
            "digits": "Digits",
            "share": _number("Share (%)", format="%.1f", help="Of the true digit's test digits."),
        },
        hide_index=True,
        height=245,
        key=key,
        on_select=on_select,
        selection_mode="single-row",
        selection_default={"selection": {"rows": here.tolist()}},
        alt="Most confused pairs; select a row to see its digits",
    )


def show_class_report(report: pd.DataFrame) -> None:
    """Precision, recall, F1 and support of each digit, as `class_report` gives them."""
    shares = {"precision": "Precision (%)", "recall": "Recall (%)", "f1": "F1 (%)"}
    st.dataframe(
        report.assign(**{name: 100 * report[name] for name in shares}),
        column_config={
            "digit": "Digit",
            **{name: _number(title, format="%.1f") for name, title in shares.items()},
            "support": _number("Support", help="Test digits of this class."),
        },
        alt="Precision, recall, F1 and support of each digit",
    )


def show_mistakes_per_digit(mistakes: pd.DataFrame) -> None:
    """What A and B read wrong of each digit, as `mistakes_per_digit` gives it."""
    st.dataframe(
        mistakes.rename(columns={"mistakes_a": "A wrong", "mistakes_b": "B wrong"}),
        column_config={
            "digit": "Digit",
            "difference": _number("A − B", format="%d", help="Negative: A makes fewer mistakes."),
            "support": _number("Support", help="Test digits of this class."),
        },
        alt="Mistakes of A and of B by digit",
    )
