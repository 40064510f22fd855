"""Tables of the most confused pairs and of the metrics per digit."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

_number = st.column_config.NumberColumn


def show_pairs(pairs: pd.DataFrame, selected: tuple[int, int], *, key: str, on_select: Callable[[], None]) -> None:
    """Show the most confused pairs, with the row of the selected cell selected.

    Parameters
    ----------
    pairs : DataFrame
        As returned by `evaluation.confusion.confused_pairs`.
    selected : (true, predicted)
        The selected cell of the confusion matrix.
    """
    rows = pairs.index[(pairs["true"] == selected[0]) & (pairs["predicted"] == selected[1])]
    st.dataframe(
        pairs.assign(share=100 * pairs["share"]),
        column_config={
            "true": "True",
            "predicted": "Predicted",
            "digits": "Digits",
            "share": _number("Share (%)", format="%.1f", help="Share of the test digits of the true class."),
        },
        hide_index=True,
        height=245,
        key=key,
        on_select=on_select,
        selection_mode="single-row",
        selection_default={"selection": {"rows": rows.tolist()}},
        alt="Most confused pairs; select a row to see its digits",
    )


def show_class_report(report: pd.DataFrame) -> None:
    """Show precision, recall, F1 and support of each digit, as returned by `evaluation.confusion.class_report`."""
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
