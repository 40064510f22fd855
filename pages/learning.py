"""Would more data or training help?"""

from typing import Any

import streamlit as st

from mnist_core.cached import learning
from mnist_core.classifiers.registry import members_of
from mnist_core.evaluation.learning import last_doubling
from mnist_core.figures import learning as figures
from pages.sections.learning import gains
from pages.widgets import charts, formatting, metric_row, runs, sidebar, theme, view
from pages.widgets.boundary import ensure_dashboard
from pages.widgets.metric_row import Metric

ensure_dashboard(__file__)
results, classifier = sidebar.chosen()
st.title("Would more data or training help?")
st.caption("How accurate the classifiers are with fewer digits to learn from, and how they got better epoch by epoch.")
runs.require(results, classifier)
record, label = results[classifier].record, results.labels[classifier]
curves, histories = learning.learning_curves(results), learning.histories(results)
curve, history = curves[curves["name"] == classifier], histories[histories["name"] == classifier]
by_digits = last_doubling(curve["n_train"], curve["test_accuracy"], record.n_test)
by_epochs = last_doubling(history["epoch"], history["accuracy"], record.n_holdout)

metrics = []
if by_digits:
    start, end = f"{by_digits.start:,}", f"{by_digits.end:,}"
    gains.tell(by_digits, f"{start} to {end} training digits, test accuracy of {label}", more="More digits")
    metrics.append(gains.answer(by_digits, f"{start} → {end} digits", "Gain of test accuracy in percentage points."))
    before, after = curve.set_index("n_train").loc[[by_digits.start, by_digits.end], "fit_seconds"]
    cost = f"{formatting.seconds(before)} → {formatting.seconds(after)}"
    metrics.append(
        Metric("Training time", f"× {after / before:.1f}", "Of the training with more digits, as a multiple.", cost)
    )
if by_epochs:
    start, end = f"{by_epochs.start}", f"{by_epochs.end}"
    gains.tell(by_epochs, f"epoch {start} to {end}, its accuracy on held-out digits", more="More epochs")
    about = (
        f"Gain of accuracy on {record.n_holdout:,} held-out digits in percentage points, within one training: its "
        "learning rate may be planned for all of its epochs."
    )
    metrics.append(gains.answer(by_epochs, f"Epoch {start} → {end}", about))
about = (
    "Training accuracy minus test accuracy in percentage points. Much: it knows the digits that it was trained on "
    "better than others, and more may help. Little, at a low accuracy: its form holds it back, and more will not help."
)
seen, unseen = record.train_accuracy, record.test_accuracy
pair = f"{formatting.percent(seen)} − {formatting.percent(unseen)}"
metric_row.show([*metrics, Metric("Training minus test", formatting.points(seen - unseen), about, pair)])

st.subheader("More digits")
if members := members_of(classifier):
    names = formatting.listed([results.label(name) for name in members])
    st.info(f"{label} has no learning curve of its own: it votes over {names}, which have theirs.")
elif not by_digits:
    st.info(f"The learning curve of {label} has not been measured yet. In a terminal:")
    st.code(f"python -m mnist_core curve {classifier} --dataset {results.dataset}", language="bash")
options: dict[str, Any] = {"colours": theme.classifier_colours(results.records), "chosen": classifier}
if len(curves):
    measured = list(curves["name"].unique())
    compared = st.multiselect(
        "Compare with",
        measured,
        format_func=results.labels.__getitem__,
        placeholder="All classifiers",
        **view.bind_several("compare", measured),
    )
    shown = curves[curves["name"].isin({classifier, *(compared or measured)})]
    st.caption(
        "Bars are 95 % intervals (Wilson, on the test digits). Small sizes are trained several times, each on another "
        "draw of digits: the line is the mean, the dashes are the lowest and the highest."
    )
    charts.show(
        figures.learning_curve_figure(shown, **options),
        lambda: figures.learning_curve_frame(shown),
        name=f"{results.dataset}-learning-curves",
        alt="Test accuracy against training digits",
        key="learning curves",
    )
    charts.show(
        figures.training_time_figure(shown, **options),
        lambda: figures.learning_curve_frame(shown),
        name=f"{results.dataset}-training-times",
        alt="Training time against training digits",
        key="training times",
    )
    st.caption("Of several trainings of a size: the median time.")

st.subheader("More epochs")
if not by_epochs:
    st.caption(f"{label} {'votes over others' if members else 'is trained in one go'}: it has no epochs.")
if len(histories):
    st.caption(
        "The accuracy is of digits that were held out of this training and chose nothing; bands are 95 % intervals. "
        "The loss is the mean of each epoch; the CNN's is of digits that are distorted anew every time."
    )
    accuracies, losses = st.columns(2, gap="large")
    with accuracies:
        charts.show(
            figures.history_figure(histories, measure="accuracy", **options),
            lambda: figures.history_frame(histories),
            name=f"{results.dataset}-holdout-accuracy",
            alt="Hold-out accuracy by epoch",
            key="hold-out accuracy",
        )
    with losses:
        charts.show(
            figures.history_figure(histories, measure="loss", **options),
            lambda: figures.history_frame(histories),
            name=f"{results.dataset}-training-loss",
            alt="Training loss by epoch",
            key="training loss",
        )
