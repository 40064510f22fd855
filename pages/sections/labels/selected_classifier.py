"""Cross-validation that the selected classifier needs, and the offer of a more accurate classifier."""

import streamlit as st

from mnist_core import cached
from pages.widgets import formatting, view


def require_cross_validation(results: cached.Results, classifier: str) -> None:
    """Continue if the classifier was cross-validated. Otherwise show the command that does it, and stop the page.

    In both cases, offer the classifier with the best cross-validation accuracy if it is more accurate.
    """
    record, best = results[classifier].record, cached.final_model(results)
    if record.cross_validation is None:
        st.info(
            f"{results.labels[classifier]} has not been cross-validated yet. Suspected label errors need out-of-fold "
            "predictions. Run in a terminal:"
        )
        st.code(cached.not_cross_validated(record).command, language="bash")
        if best is not None:
            _offer(results, best)
        st.stop()
    folds = results[best].record.cross_validation if best else None
    if best is not None and folds is not None and folds.accuracy > record.cross_validation.accuracy:
        present, better = (
            formatting.percent_interval(run.accuracy, record.n_train) for run in (record.cross_validation, folds)
        )
        st.caption(
            ":material/lightbulb: A weak classifier lists mostly its own errors, not label errors. "
            f"{results.labels[best]} is more accurate in cross-validation: {better} against {present}."
        )
        _offer(results, best)


def _offer(results: cached.Results, better: str) -> None:
    """Show a button that selects another classifier."""
    query = {"model": better, "page": None, "sample": None}
    st.button(f"Use {results.labels[better]}", icon=":material/gavel:", on_click=view.put, kwargs=query)
