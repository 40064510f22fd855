"""Pure pictures: a frame or an array in, a plotly Figure or an image out. The theme brings fonts and colours."""
