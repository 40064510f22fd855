"""Figures with their data as CSV below them."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st


def show(figure: go.Figure, frame: Callable[[], pd.DataFrame], *, name: str, alt: str, **options: Any) -> None:
    """Show a figure, and a button that downloads the tidy frame behind it.

    Parameters
    ----------
    frame : callable
        Makes the frame when it is asked for, not before; its columns say their units.
    name : str
        Of the file, without its ending; also the key of the button.
    options
        Of `st.plotly_chart`.
    """
    st.plotly_chart(figure, alt=alt, **options)
    offer_csv(frame, name=name, help="The figure's data.")


def offer_csv(frame: Callable[[], pd.DataFrame], *, name: str, help: str) -> None:
    """A button that downloads a frame, made when it is asked for; `name` is the file's, without its ending."""
    st.download_button(
        "CSV",
        lambda: frame().to_csv(index=False).encode(),
        file_name=f"{name}.csv",
        mime="text/csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        key=f"csv {name}",
        help=help,
    )
