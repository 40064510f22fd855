"""Oriented gradients: features that describe the strength and direction of edges in deslanted images."""

from typing import TYPE_CHECKING

import numpy as np

from mnist_core.base.digits import SIDE
from mnist_core.classifiers.extractor import Extractor, add_deslanted

if TYPE_CHECKING:
    from mnist_core.classifiers.onnx.graph import Graph


class OrientedGradients(Extractor):
    """Histograms of oriented gradients (HOG) of deslanted images.

    The image is smoothed by a Gaussian with a standard deviation of one pixel. The positive components of the gradient
    along each direction are averaged over overlapping square cells. The features are the square roots of the means.

    Parameters
    ----------
    directions : int
        Number of directions, evenly spaced over the full circle.
    cell, stride : int
        Side of a cell, and distance between neighboring cells, in pixels.
    centered : bool
        Move the center of mass to the middle of the image.
    unit : bool
        Scale the features of each image to length 1, so that they do not depend on the strength of the ink.

    References
    ----------
    Dalal, Triggs (2005), "Histograms of oriented gradients for human detection", CVPR.
    Maji, Malik (2009), "Fast and accurate digit classification", UC Berkeley.
    """

    def __init__(self, *, directions: int, cell: int, stride: int, centered: bool, unit: bool) -> None:
        self._directions, self._cell, self._stride = directions, cell, stride
        self._centered, self._unit = centered, unit

    def add_to(self, graph: "Graph") -> str:
        """Append the nodes that compute the features, float32 (N, d); return the name of the output."""
        ink = graph.add("Div", graph.images(shape=(1, SIDE, SIDE)), np.float32(255))
        image = add_deslanted(graph, ink, centered=self._centered)
        kernels = derivative_kernels(self._directions)
        edges = graph.add("Relu", graph.add("Conv", image, kernels, pads=[kernels.shape[-1] // 2] * 4))
        margin = (self._cell - self._stride + 1) // 2
        cells = graph.add(
            "AveragePool",
            edges,
            kernel_shape=[self._cell] * 2,
            strides=[self._stride] * 2,
            pads=[margin] * 4,
            count_include_pad=1,
        )
        roots = graph.add("Sqrt", graph.add("Add", graph.add("Flatten", cells), np.float32(1e-8)))
        return graph.add("Div", roots, graph.add("ReduceL2", roots, axes=[1])) if self._unit else roots


def derivative_kernels(directions: int, sigma: float = 1.0, radius: int = 2) -> np.ndarray:
    """Return derivatives of a Gaussian along evenly spaced directions: float32 (directions, 1, 5, 5).

    The absolute values of each kernel sum to 1.
    """
    places = np.arange(-radius, radius + 1)
    y, x = np.meshgrid(places, places, indexing="ij")
    angles = 2 * np.pi * np.arange(directions)[:, None, None] / directions
    kernels = (x * np.cos(angles) + y * np.sin(angles)) * np.exp(-(x**2 + y**2) / (2 * sigma**2))
    return (kernels / np.abs(kernels).sum(axis=(1, 2), keepdims=True))[:, None].astype(np.float32)
