"""Sidebar: the selected dataset and classifier, which hold for every page."""

import streamlit as st

from mnist_core import cached
from mnist_core.datasets import get_dataset_spec, list_datasets
from pages.widgets import view
from pages.widgets.formatting import percent_interval

DEFAULT_DATASET, DEFAULT_CLASSIFIER = "mnist", "random-forest"


def show() -> None:
    """Show the two pickers and the test accuracy of the selected classifier."""
    view.mark_shown()
    datasets = list_datasets()
    # Bound outside the sidebar, which a narrow screen hides: notices about the link belong on the page.
    by_dataset = view.bind("dataset", datasets, DEFAULT_DATASET, remember=True)
    results = cached.load_results(st.session_state[by_dataset["key"]])
    by_classifier = view.bind("model", results.names, DEFAULT_CLASSIFIER, remember=True)
    with st.sidebar:
        dataset = st.selectbox("Dataset", datasets, format_func=lambda name: get_dataset_spec(name).label, **by_dataset)
        classifier = st.selectbox("Classifier", results.names, format_func=results.label, **by_classifier)
        # Always in the URL, so that a link means the same on every machine and after every release.
        view.put(dataset=dataset, model=classifier)
        record = results.records.get(classifier)
        if record:
            st.caption(
                f"Test accuracy {percent_interval(record.test_accuracy, record.n_test)} on {record.n_test:,} digits"
            )
        else:
            st.caption(":material/warning: No usable run yet")
    st.session_state["selected"] = (results, classifier)


def selected() -> tuple[cached.Results, str]:
    """Return the results of the selected dataset and the name of the selected classifier, usable or not."""
    results, classifier = st.session_state["selected"]
    return results, classifier
