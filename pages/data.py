"""What is in the data?"""

import streamlit as st

from mnist_core.cached import data
from mnist_core.datasets import SplitName, get_dataset_spec
from mnist_core.evaluation.samples import BY, Order, class_balance, list_digits
from mnist_core.evaluation.shapes import Measure
from mnist_core.figures.data import SCALES
from pages.sections.data import classes
from pages.widgets import gallery, image_loading, sidebar, view
from pages.widgets.boundary import ensure_dashboard

SPLITS: dict[SplitName, str] = {"test": "Test", "train": "Training"}
MEASURES: dict[Measure, str] = {"ink": "Ink", "slant": "Slant", "thickness": "Stroke width"}
ORDERS: dict[Order, str] = {
    "random": "Random",
    "typical": "Most typical first",
    "oddest": "Oddest first",
    "least-ink": "Least ink first",
    "most-ink": "Most ink first",
    "left": "Leaning left first",
    "right": "Leaning right first",
    "thinnest": "Thinnest first",
    "thickest": "Thickest first",
}
DIGITS, SEEDS = ("any", *range(10)), range(1_000)

ensure_dashboard(__file__)
results, _ = sidebar.chosen()
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
place = (results.dataset, split)
image_loading.show_state(*place, numbers=bool(results.records))
images, measured, labels = image_loading.images(*place), data.measure(*place), data.load_labels(results)
shapes = measured.shapes if measured else None
for other in SPLITS:
    if images is not None and other not in labels:  # Without any run, labels come with the images alone.
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
if images is None:
    st.stop()
with right:
    st.subheader(f"{MEASURES[measure]} by class")
    if shapes:
        classes.show_distribution(place, measure, shapes, labels[split], digit)
    else:
        image_loading.show_measuring(*place)
if shapes:
    st.subheader("Mean and variance by class")
    classes.show_pictures(place, shapes, digit)

st.subheader("Digits of all classes" if digit is None else f"Digits of class {digit}")
with st.container(horizontal=True, vertical_alignment="bottom"):
    st.selectbox("Class", DIGITS, width=110, **view.bind("true", DIGITS, "any"))
    order = st.selectbox(
        "Sort", list(ORDERS), format_func=ORDERS.__getitem__, width=220, **view.bind("sort", list(ORDERS), "random")
    )
    seed = view.current("seed", SEEDS, 0)
    if order == "random":
        others = {"seed": (seed + 1) % len(SEEDS), "page": None, "sample": None}
        st.button("Draw others", icon=":material/casino:", on_click=view.put, kwargs=others)
if order != "random" and shapes is None:
    st.caption("Sorted as soon as all digits are measured.")
    st.stop()
indices = list_digits(labels[split], order, shapes=shapes, digit=digit, seed=seed)
by = BY[order][0] if order in BY else None
gallery.show_digits(
    place,
    labels[split],
    indices[: gallery.PER_SHEET] if order == "random" else indices,
    says=lambda index: SCALES[by].text(getattr(shapes, by)[index]) if by else "",
    details=lambda index: classes.show_details(shapes, labels[split], index) if shapes else None,
)
st.caption(
    f"Below each digit: {f'its {SCALES[by].name}, ' if by else ''}its index and its class."
    + (" The classes take turns from 0 to 9, each in its own order." if digit is None else "")
)
