"""Would more data or training help?"""

import streamlit as st

from mnist_core.cached import learning
from mnist_core.classifiers.registry import members_of
from mnist_core.evaluation.learning import last_doubling
from pages.sections.learning import curves, gains
from pages.widgets import formatting, runs, sidebar
from pages.widgets.boundary import ensure_dashboard

ensure_dashboard(__file__)
results, classifier = sidebar.selected()
st.title("Would more data or training help?")
st.caption("Test accuracy by number of training digits, and validation accuracy and loss by epoch.")
runs.require(results, classifier)
record, label = results[classifier].record, results.labels[classifier]
learning_curves, histories = learning.learning_curves(results), learning.histories(results)
curve = learning_curves[learning_curves["name"] == classifier]
history = histories[histories["name"] == classifier]
more_digits = last_doubling(curve["n_train"], curve["test_accuracy"], record.n_test)
more_epochs = last_doubling(history["epoch"], history["accuracy"], record.n_holdout)
gains.show(record, label, more_digits, more_epochs, curve)

st.subheader("More digits")
if members := members_of(classifier):
    names = formatting.listed([results.label(name) for name in members])
    st.info(f"{label} combines {names}. It has no learning curve, but its members can have one.")
elif not more_digits:
    st.info(f"The learning curve of {label} has not been measured yet. Run in a terminal:")
    st.code(f"python -m mnist_core curve {classifier} --dataset {results.dataset}", language="bash")
if len(learning_curves):
    curves.show_learning_curves(results, learning_curves, classifier)

st.subheader("More epochs")
if not more_epochs:
    st.caption(f"{label} is not trained in epochs.")
if len(histories):
    curves.show_histories(results, histories, classifier)
