"""What does each classifier see in my digit?"""

import time

import numpy as np
import streamlit as st
from streamlit_drawable_canvas import st_canvas

from mnist_core import cached
from mnist_core.drawing import canvas_to_digit
from mnist_core.figures.probabilities import probabilities_figure
from pages.shared import gallery, runs, sidebar, theme, view, words
from pages.shared.boundary import ensure_dashboard

SIDE = 280
STROKES = range(8, 41, 2)

ensure_dashboard(__file__)
results, _ = sidebar.chosen()
st.title("What does each classifier see in my digit?")
st.caption("Draw one digit, large and in one go or in several strokes. Every classifier answers when you lift the pen.")
if not results.records:
    runs.show_problems(list(results.problems.values()))
    st.stop()
runs.note_missing(results)


def clear() -> None:
    """Start on a new canvas."""
    st.session_state["canvas"] = st.session_state.get("canvas", 0) + 1


@st.fragment
def show_answers() -> None:
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
        if digit is None:
            st.info("The canvas is blank, so there is nothing to predict.", icon=":material/draw:")
            proba = np.full((len(results.records), 10), np.nan)
        else:
            begun = time.perf_counter()
            proba = cached.predict_proba(results, digit)
            show_verdict(digit, proba, time.perf_counter() - begun)
        # Empty at first, so that the browser has all it needs for the first stroke, and nothing jumps.
        figure = probabilities_figure(list(results.labels.values()), proba, accent=theme.accent())
        st.plotly_chart(figure, key="drawn", alt="Probabilities of the drawn digit by classifier")
        st.caption("Probabilities in percent; each answer is outlined.")
        cached.warm_up(results)


def show_verdict(digit: np.ndarray, proba: np.ndarray, took: float) -> None:
    """What the classifiers saw, and what most of them make of it."""
    answers, votes = np.unique(proba.argmax(axis=1), return_counts=True)
    most = votes.argmax()
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(width=150):
            gallery.print_pixels(digit, "The 28 × 28 pixels that the classifiers saw")
        with st.container(width="content"):
            share = f"{votes[most]} of {len(proba)}"
            st.metric("Most say", str(answers[most]), share, delta_color="off", delta_arrow="off")
    st.caption(f"Left: the 28 × 28 pixels that they saw. {len(proba)} answers in {words.seconds(took)}.")


show_answers()
