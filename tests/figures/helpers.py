"""Helpers that return the contents of heat maps, and confidences of predictions."""

import numpy as np

INKS = ("black", "white")
COLOURS = {"A": "#2456A6", "B": "#C8553D"}


def heat_maps(figure):
    """Return the traces of a heat map: one for pale cells, and one for dark cells."""
    return [trace for trace in figure.data if trace.type == "heatmap"]


def cell_text(figure, row, column):
    """Return the text of a heat map cell."""
    return next((trace.text[row][column] for trace in heat_maps(figure) if trace.text[row][column]), "")


def cell_ink(figure, row, column):
    """Return the color of the text of a heat map cell, or None if the cell has no text."""
    return next((trace.textfont.color for trace in heat_maps(figure) if trace.text[row][column]), None)


def cell_value(figure, row, column):
    """Return the value that determines the color of a heat map cell, or None if the cell has no color."""
    values = [trace.z[row][column] for trace in heat_maps(figure)]
    return next((float(value) for value in values if not np.isnan(value)), None)


def all_texts(figure):
    """Return the texts of all heat map cells, row by row."""
    pale, dark = heat_maps(figure)
    return [[a or b for a, b in zip(*rows, strict=True)] for rows in zip(pale.text, dark.text, strict=True)]


def all_values(figure):
    """Return the values that determine the colors of all heat map cells; NaN for a cell without a color."""
    return np.fmax(*(np.array(trace.z, dtype=float) for trace in heat_maps(figure)))


def hover_texts(figure):
    """Return the hover text of each selectable cell, by the customdata of the cell."""
    cells = figure.data[-1]
    return {tuple(cell): text for cell, text in zip(cells.customdata, cells.hovertext, strict=True)}


def confidence_and_correct(y_true, proba):
    """Return the confidence of each prediction, and whether it is correct."""
    return proba.max(axis=1), proba.argmax(axis=1) == y_true
