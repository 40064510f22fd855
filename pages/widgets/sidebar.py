"""What is true for the whole dashboard: the dataset and the classifier."""

import streamlit as st

from mnist_core import cached
from mnist_core.datasets import get_dataset_spec, list_datasets
from pages.widgets import view
from pages.widgets.formatting import percent_interval

DEFAULT_DATASET, DEFAULT_CLASSIFIER = "mnist", "random-forest"


def show() -> None:
    """The two pickers and the chosen classifier's accuracy."""
    view.keep()
    datasets = list_datasets()
    # Bound before the sidebar begins, which a narrow screen hides: a notice about the link belongs to the page.
    by_dataset = view.bind("dataset", datasets, DEFAULT_DATASET, remember=True)
    results = cached.load_results(st.session_state[by_dataset["key"]])
    by_classifier = view.bind("model", results.names, DEFAULT_CLASSIFIER, remember=True)
    with st.sidebar:
        dataset = st.selectbox("Dataset", datasets, format_func=lambda name: get_dataset_spec(name).label, **by_dataset)
        classifier = st.selectbox("Classifier", results.names, format_func=results.label, **by_classifier)
        # Always in the address, so that a link means the same on every machine and after every release.
        view.put(dataset=dataset, model=classifier)
        record = results.records.get(classifier)
        if record:
            st.caption(
                f"Test accuracy {percent_interval(record.test_accuracy, record.n_test)} on {record.n_test:,} digits"
            )
        else:
            st.caption(":material/warning: No usable run yet")
    st.session_state["chosen"] = (results, classifier)


def chosen() -> tuple[cached.Results, str]:
    """The chosen dataset's results and the chosen classifier's name, which may have no usable run."""
    results, classifier = st.session_state["chosen"]
    return results, classifier
