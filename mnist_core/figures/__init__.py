"""Plotly figures and images, built from frames and arrays. Fonts and colors come from the Streamlit theme."""
