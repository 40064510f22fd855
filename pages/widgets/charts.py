"""Charts with a button that downloads their data as CSV."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st


def show(figure: go.Figure, frame: Callable[[], pd.DataFrame], *, name: str, alt: str, **options: Any) -> None:
    """Show a figure and a button that downloads its data.

    Parameters
    ----------
    frame : callable
        Returns the figure's data in tidy form; column names state units. Called on download only.
    name : str
        Name of the CSV file without extension; also the key of the button.
    alt : str
        Alternative text of the figure.
    options
        Passed to `st.plotly_chart`.
    """
    st.plotly_chart(figure, alt=alt, **options)
    offer_csv(frame, name=name, help="The figure's data.")


def offer_csv(frame: Callable[[], pd.DataFrame] | None, *, name: str, help: str) -> None:
    """Show a button that downloads a frame.

    Parameters
    ----------
    frame : callable or None
        Returns the data. Called on download only. Without data, the button is disabled.
    name : str
        Name of the CSV file without extension; also the key of the button.
    help : str
        Tooltip of the button.
    """
    st.download_button(
        "CSV",
        "" if frame is None else lambda: frame().to_csv(index=False).encode(),
        file_name=f"{name}.csv",
        mime="text/csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        disabled=frame is None,
        key=f"csv {name}",
        help=help,
    )
