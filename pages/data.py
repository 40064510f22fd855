"""What is in the data?"""

import streamlit as st

from mnist_core.base.digits import N_CLASSES
from mnist_core.cached import data
from mnist_core.datasets import SplitName, get_dataset_spec
from mnist_core.evaluation.samples import class_balance
from mnist_core.evaluation.shapes import Measure
from pages.sections.data import classes, digit_list, measuring
from pages.widgets import image_loading, sidebar, view
from pages.widgets.boundary import ensure_dashboard

SPLITS: dict[SplitName, str] = {"test": "Test", "train": "Training"}
MEASURES: dict[Measure, str] = {"ink": "Ink", "slant": "Slant", "thickness": "Stroke width"}
DIGITS = ("any", *range(N_CLASSES))

ensure_dashboard(__file__)
results, _ = sidebar.selected()
spec = get_dataset_spec(results.dataset)
st.title("What is in the data?")
st.caption(f"{spec.remark} Click a class to see its digits below.")
with st.container(horizontal=True, gap="medium"):
    split = st.segmented_control(
        "Split", list(SPLITS), format_func=SPLITS.__getitem__, required=True, **view.bind("split", list(SPLITS), "test")
    )
    measure = st.segmented_control(
        "Distribution of",
        list(MEASURES),
        format_func=MEASURES.__getitem__,
        required=True,
        **view.bind("measure", list(MEASURES), "ink"),
    )
split_key = (results.dataset, split)
image_loading.show_state(*split_key, has_numbers=bool(results.records))
images, measured, labels = image_loading.images(*split_key), data.measure(*split_key), data.load_labels(results)
shapes = measured.shapes if measured else None
for other in SPLITS:
    if images is not None and other not in labels:  # Without a run, the labels of a split are loaded with its images.
        image_loading.show_state(spec.name, other)
true = view.current("true", DIGITS, "any")
digit = None if true == "any" else int(true)

balance = class_balance(labels)
classes.show_metrics(spec, split, balance, shapes)
left, right = st.columns(2, gap="large")
if labels:
    with left:
        st.subheader("Class balance")
        classes.show_balance(spec.name, balance, digit)
loading = image_loading.is_loading(*split_key)
if images is None and not loading:
    st.stop()
with right:
    st.subheader(f"{MEASURES[measure]} by class")
    if shapes:
        classes.show_distribution(split_key, measure, shapes, labels[split], digit)
    elif images is not None:
        measuring.show_progress(*split_key)
if shapes or loading or (measured and measured.busy):
    st.subheader("Mean and variance by class")
    classes.show_mean_and_variance(split_key, shapes, digit)
if images is None:
    st.stop()

st.subheader("Digits of all classes" if digit is None else f"Digits of class {digit}")
digit_list.show(split_key, labels[split], shapes, digit)
