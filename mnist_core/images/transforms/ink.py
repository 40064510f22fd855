"""What changes the ink where it lies: thicker or thinner strokes, blur, noise, faint ink, a patch over it."""

import numpy as np

SIDE = 28
_TRUNCATE = 4.0
"""Standard deviations after which a Gaussian filter ends."""
_WITHIN = (4.0, 24.0)
"""Where the middle of a patch may lie along each axis, in pixels: where MNIST has its ink."""


def thicken(images: np.ndarray, amounts: np.ndarray) -> np.ndarray:
    """Make strokes wider by grey-value dilation, or narrower by erosion.

    A step, a cross and a square of 3 x 3 by turns, moves both edges of a stroke by a pixel; a part of a step is a
    weighted mean of before and after.

    Parameters
    ----------
    images : uint8 ndarray of shape (n, 28, 28)
    amounts : ndarray of shape (n,)
        Pixels by which strokes get wider (negative: narrower).

    Returns
    -------
    uint8 ndarray of shape (n, 28, 28)
    """
    amounts = np.asarray(amounts, dtype=np.float32)[:, None, None]
    # Erosion of ink is dilation of paper.
    paper = amounts < 0
    grey = np.where(paper, np.uint8(255) - images, images).astype(np.float32)
    beyond = np.where(paper, np.float32(255), np.float32(0))
    steps = np.abs(amounts) / 2
    for step in range(int(np.ceil(steps.max(initial=0)))):
        share = np.clip(steps - step, 0, 1)
        grey += share * (_dilated(grey, beyond, square=step % 2 == 1) - grey)
    grey = np.where(paper, 255 - grey, grey)
    return np.rint(grey).astype(np.uint8)


def _dilated(grey: np.ndarray, beyond: np.ndarray, *, square: bool) -> np.ndarray:
    """The brightest of each pixel and its neighbours, four or eight; `beyond` (n, 1, 1) lies around each image."""
    framed = np.broadcast_to(beyond, (len(grey), SIDE + 2, SIDE + 2)).copy()
    framed[:, 1:-1, 1:-1] = grey
    rows = np.maximum(np.maximum(framed[:, :-2], framed[:, 1:-1]), framed[:, 2:])  # (n, 28, 30)
    beside = rows if square else framed[:, 1:-1]
    return np.maximum(rows[..., 1:-1], np.maximum(beside[..., :-2], beside[..., 2:]))


def blur(images: np.ndarray, sigma: float) -> np.ndarray:
    """Filtered by a Gaussian of this standard deviation in pixels, black beyond the edges."""
    along = np.arange(SIDE)
    reach = int(_TRUNCATE * sigma + 0.5)
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    apart = np.abs(along[:, None] - along)
    kernel = np.where(apart <= reach, np.exp(-0.5 * (apart / sigma) ** 2), 0) / weights.sum()
    kernel = kernel.astype(np.float32)
    return to_pixels(kernel @ images.astype(np.float32) @ kernel)


def add_noise(images: np.ndarray, amount: float, noise: np.ndarray) -> np.ndarray:
    """Standard normal noise (n, 28, 28) times an amount in shares of full ink is added."""
    return to_pixels(images + np.float32(255 * amount) * noise)


def fade(images: np.ndarray, amount: float) -> np.ndarray:
    """Ink loses a share of its strength; of 1 and more, all."""
    return to_pixels(images * np.float32(max(1 - amount, 0)))


def cover(images: np.ndarray, side: float, places: np.ndarray) -> np.ndarray:
    """A square patch without ink, in pixels; one that covers part of a pixel takes that share of its ink.

    Parameters
    ----------
    places : ndarray of shape (n, 2)
        In 0..1: where the patch's middle lies down and across, within the square where MNIST has its ink.
    """
    first, last = _WITHIN
    middle = (first + (last - first) * places)[..., None]  # (n, 2, 1), measured from the image's edge
    edges = np.arange(SIDE)
    covered = np.minimum(edges + 1, middle + side / 2) - np.maximum(edges, middle - side / 2)
    down, across = np.clip(covered, 0, 1).swapaxes(0, 1)  # each (n, 28): shares of rows and of columns
    return to_pixels(images * (1 - down[:, :, None] * across[:, None, :]))


def to_pixels(values: np.ndarray) -> np.ndarray:
    """Rounded to what a pixel can hold: uint8 of the same shape."""
    return np.rint(np.clip(values, 0, 255)).astype(np.uint8)
