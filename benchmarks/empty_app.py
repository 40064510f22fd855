"""A minimal Streamlit app with the components of the dashboard: one canvas, and one chart of the drawing."""

import plotly.graph_objects as go
import streamlit as st
from streamlit_drawable_canvas import st_canvas

canvas = st_canvas(
    stroke_color="#FFFFFF", background_color="#000000", height=280, width=280, return_image_data=True, key="canvas"
)
ink = 0 if canvas.image_data is None else int((canvas.image_data[..., 0] > 0).sum())
st.plotly_chart(go.Figure(go.Bar(x=["ink", "blank"], y=[ink, 280 * 280 - ink])), key="chart")
