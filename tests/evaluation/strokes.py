"""Digits drawn for tests: straight strokes and rings of a given width."""

import math

import numpy as np
from PIL import Image, ImageDraw

FINE = 16
"""Factor by which digits are drawn larger. After downsampling, their edges are gray."""


def draw(paint):
    """Return a 28x28 digit that `paint(canvas, scale)` draws `FINE` times larger."""
    image = Image.new("L", (28 * FINE, 28 * FINE))
    paint(ImageDraw.Draw(image), FINE)
    return np.asarray(image.resize((28, 28), Image.Resampling.BOX))


def stroke(width, degrees, length=18.0):
    """Return a straight stroke with round ends through the center. At 0 degrees, it is upright.

    With positive degrees, it leans to the right.
    """
    across, up = (length / 2 * part(math.radians(degrees)) for part in (math.sin, math.cos))

    def paint(canvas, scale):
        ends = [((14 - across) * scale, (14 + up) * scale), ((14 + across) * scale, (14 - up) * scale)]
        canvas.line(ends, fill=255, width=round(width * scale))
        for x, y in ends:
            r = width * scale / 2
            canvas.ellipse([x - r, y - r, x + r, y + r], fill=255)

    return draw(paint)


def ring(width, radius=8.0):
    """Return a ring around the center."""

    def paint(canvas, scale):
        for r, fill in ((radius + width / 2, 255), (radius - width / 2, 0)):
            canvas.ellipse([(14 - r) * scale, (14 - r) * scale, (14 + r) * scale, (14 + r) * scale], fill=fill)

    return draw(paint)
