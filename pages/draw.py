"""What does each classifier see in my digit?"""

import time

import numpy as np
import streamlit as st
from streamlit_drawable_canvas import st_canvas

from mnist_core import cached
from mnist_core.base.digits import N_CLASSES
from mnist_core.figures.probabilities import probabilities_figure, probabilities_frame
from mnist_core.images.canvas import canvas_to_digit
from pages.sections.draw import vote
from pages.widgets import charts, formatting, runs, sidebar, theme, view
from pages.widgets.boundary import ensure_dashboard

SIDE = 280
STROKES = range(8, 41, 2)

ensure_dashboard(__file__)
results, _ = sidebar.selected()
st.title("What does each classifier see in my digit?")
st.caption("Draw one large digit in one or more strokes. Every classifier predicts it when you lift the pen.")
if not results.records:
    runs.show_problems(results, list(results.problems.values()))
    st.stop()


def clear() -> None:
    """Replace the canvas with a blank one."""
    st.session_state["canvas"] = st.session_state.get("canvas", 0) + 1


@st.fragment
def show_canvas() -> None:
    """Show the canvas and the predictions. Drawing reruns only this fragment."""
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
            st.info("The canvas is blank. Draw a digit to see the predictions.", icon=":material/draw:")
            proba = np.full((len(models), N_CLASSES), np.nan)
        else:
            start = time.perf_counter()
            proba = np.concatenate(list(cached.predict_all(models, digit[None]).values()))
            elapsed = formatting.seconds(time.perf_counter() - start)
            predicted = dict(zip(models, proba.argmax(axis=1), strict=True))
            # Ensembles are excluded from the vote, because they would count their members twice.
            single = [predicted[name] for name in results.single_classifiers if name in predicted]
            vote.show(digit, single or list(predicted.values()), f"{len(predicted)} predictions in {elapsed}")
        # Without a digit, the chart is empty: the browser then loads Plotly before the first stroke, and nothing moves.
        labels = [results.labels[name] for name in models]
        figure = probabilities_figure(labels, proba, accent=theme.accent(), inks=theme.inks())
        charts.show(
            figure,
            lambda: probabilities_frame(labels, proba),
            name="drawn-digit",
            alt="Probabilities of the drawn digit by classifier",
            key="drawn",
        )
        st.caption("Probabilities in percent; each prediction is outlined.")
        runs.note_missing([*results.problems.values(), *problems])


show_canvas()
