"""What does each classifier see in my digit?"""

import time

import numpy as np
import streamlit as st
from streamlit_drawable_canvas import st_canvas

from mnist_core import cached
from mnist_core.figures.probabilities import probabilities_figure, probabilities_frame
from mnist_core.images.canvas import canvas_to_digit
from pages.widgets import charts, formatting, gallery, runs, sidebar, theme, view
from pages.widgets.boundary import ensure_dashboard

SIDE = 280
STROKES = range(8, 41, 2)
COUNTED = "Classifiers that vote over others are not counted."

ensure_dashboard(__file__)
results, _ = sidebar.chosen()
st.title("What does each classifier see in my digit?")
st.caption("Draw one digit, large, in one stroke or several. Every classifier answers when you lift the pen.")
if not results.records:
    runs.show_problems(results, list(results.problems.values()))
    st.stop()


def clear() -> None:
    """Start on a new canvas."""
    st.session_state["canvas"] = st.session_state.get("canvas", 0) + 1


@st.fragment
def show_metrics() -> None:
    """The canvas and the answers: drawing reruns this alone."""
    row = st.container(horizontal=True, gap="large")
    with row.container(width=SIDE + 10):
        canvas = st_canvas(
            stroke_width=view.current("stroke", STROKES, 20),
            stroke_color="#FFFFFF",
            background_color="#000000",
            height=SIDE,
            width=SIDE,
            return_image_data=True,
            key=f"canvas {st.session_state.get('canvas', 0)}",
        )
        st.button("Clear", icon=":material/delete:", on_click=clear)
        st.select_slider("Stroke width (px)", STROKES, **view.bind("stroke", STROKES, 20))
    digit = None if canvas.image_data is None else canvas_to_digit(canvas.image_data)
    with row.container():
        models, problems = cached.load_models(results)
        if digit is None:
            st.info("The canvas is blank, so there is nothing to predict.", icon=":material/draw:")
            proba = np.full((len(models), 10), np.nan)
        else:
            begun = time.perf_counter()
            proba = np.concatenate(list(cached.predict_all(models, digit[None]).values()))
            took = time.perf_counter() - begun
            said = dict(zip(models, proba.argmax(axis=1), strict=True))
            own = [said[name] for name in results.single_classifiers if name in said]  # a vote would count others twice
            show_verdict(digit, own or list(said.values()), f"{len(said)} answers in {formatting.seconds(took)}")
        # Empty at first, so that the browser has all it needs for the first stroke, and nothing jumps.
        labels = [results.labels[name] for name in models]
        figure = probabilities_figure(labels, proba, accent=theme.accent(), inks=theme.inks())
        charts.show(
            figure,
            lambda: probabilities_frame(labels, proba),
            name="drawn-digit",
            alt="Probabilities of the drawn digit by classifier",
            key="drawn",
        )
        st.caption("Probabilities in percent; each answer is outlined.")
        runs.note_missing([*results.problems.values(), *problems])


def show_verdict(digit: np.ndarray, said: list[int], about: str) -> None:
    """What the classifiers saw, and what most of those that are counted said."""
    answers, votes = np.unique(said, return_counts=True)
    winners = [str(answer) for answer in answers[votes == votes.max()]]
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(width=150):
            gallery.print_pixels(digit, "The 28 × 28 pixels that the classifiers saw")
        with st.container(width="content"):
            label = "Majority vote" if len(winners) == 1 else "Tied vote"
            share = f"{votes.max()} of {len(said)}" + ("" if len(winners) == 1 else " each")
            st.metric(label, " or ".join(winners), share, delta_color="off", delta_arrow="off", help=COUNTED)
    st.caption(f"Left: the 28 × 28 pixels that they saw. {about}.")


show_metrics()
