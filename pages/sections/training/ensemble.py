"""Members of an ensemble, shown in place of the training form."""

import streamlit as st

from mnist_core import cached
from mnist_core.classifiers.registry import members_of
from pages.widgets import formatting


def show(results: cached.Results, classifier: str) -> None:
    """Show the members of an ensemble with their weights, and the command that fits the weights again."""
    names = formatting.listed([results.label(name) for name in members_of(classifier)])
    st.info(f"{results.label(classifier)} combines {names} and has no hyperparameters to choose.")
    if classifier in results.records:
        members = cached.load_members(results, classifier)
        st.dataframe(
            {
                "label": [results.label(member.name) for member in members],
                "weight": [member.weight for member in members],
            },
            column_config={
                "label": "Classifier",
                "weight": st.column_config.NumberColumn(
                    "Weight",
                    format="%.3f",
                    help="Weight of the logarithm of its probabilities. The weights sum to 1 and maximize the "
                    "likelihood of the training labels for out-of-fold predictions.",
                ),
            },
            hide_index=True,
            alt="Weight of each ensemble member",
        )
    st.caption("After a member has been trained and cross-validated again, run in a terminal:")
    st.code(f"python -m mnist_core train {classifier} --dataset {results.dataset}", language="bash")
