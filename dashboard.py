"""Entry point of the dashboard: navigation, sidebar and error boundary. Run `streamlit run dashboard.py`."""

from pathlib import Path

import streamlit as st

from pages.widgets import boundary, sidebar

PAGES = [
    st.Page("pages/overview.py", title="Overview", icon=":material/leaderboard:", default=True),
    st.Page("pages/data.py", title="Data", icon=":material/dataset:"),
    st.Page("pages/confusion.py", title="Confusion", icon=":material/grid_on:"),
    st.Page("pages/errors.py", title="Errors", icon=":material/rule:"),
    st.Page("pages/reliability.py", title="Reliability", icon=":material/verified:"),
    st.Page("pages/head_to_head.py", title="Head to head", icon=":material/balance:"),
    st.Page("pages/robustness.py", title="Robustness", icon=":material/blur_on:"),
    st.Page("pages/labels.py", title="Labels", icon=":material/label_off:"),
    st.Page("pages/learning.py", title="Learning", icon=":material/trending_up:"),
    st.Page("pages/training.py", title="Training", icon=":material/model_training:"),
    st.Page("pages/claims.py", title="Claims", icon=":material/fact_check:"),
    st.Page("pages/draw.py", title="Draw", icon=":material/draw:"),
]

ICON = Path(__file__).parent / "pages" / "widgets" / "icon.png"

st.set_page_config(page_title="MNIST classifiers", page_icon=str(ICON), layout="wide")
page = st.navigation(PAGES)
with boundary.show_errors():
    sidebar.show()
    page.run()
