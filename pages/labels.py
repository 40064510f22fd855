"""Which labels are wrong?"""

import streamlit as st

from mnist_core import cached
from mnist_core.cached import label_issues
from mnist_core.datasets import SplitName
from pages.sections.labels import accuracies, issue_list, selected_classifier
from pages.widgets import runs, sidebar, view
from pages.widgets.boundary import ensure_dashboard

SPLITS: dict[SplitName, str] = {"test": "Test", "train": "Training"}

ensure_dashboard(__file__)
test_results, classifier = sidebar.selected()
st.title("Which labels are wrong?")
runs.require(test_results, classifier)
st.caption(
    f"Digits whose label is least likely according to {test_results.labels[classifier]}; confident learning estimates "
    "how many. They are suspected label errors, not proven ones: inspect them."
)
selected_classifier.require_cross_validation(test_results, classifier)
split = st.segmented_control(
    "Split", list(SPLITS), format_func=SPLITS.__getitem__, required=True, **view.bind("split", list(SPLITS), "test")
)
results = test_results if split == "test" else cached.load_results(test_results.dataset, "train")
table = label_issues.accuracy_without(results, classifier)
accuracies.show_metrics(results, classifier, table)
issue_list.show(results, classifier)

st.subheader("Accuracy without suspected label errors")
accuracies.show_table(results, classifier, table)
