"""Pure pictures: a frame or an array in, a plotly Figure or the bytes of an image out. Fonts and colours come from the theme."""
