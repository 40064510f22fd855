"""Inputs better than pixels: digits set upright, then described by how strong which edges are where."""

from typing import TYPE_CHECKING

import numpy as np

from mnist_core.classifiers.extractor import SIDE, Extractor, add_upright

if TYPE_CHECKING:
    from mnist_core.classifiers.onnx.graph import Graph


class OrientedGradients(Extractor):
    """Histograms of oriented gradients of upright digits.

    The gradient at each pixel, of the digit smoothed by a Gaussian of one pixel, is split among directions by its
    component along each; the components are averaged over overlapping square cells, and their square roots taken.

    Parameters
    ----------
    directions : int
        Evenly spaced over the full circle.
    cell, stride : int
        Side of a cell and distance between two, in pixels.
    centred : bool
        Move the upright digit's centre of mass to the middle.
    unit : bool
        Bring each digit's features to length 1, so that faint ink and full ink look the same.

    References
    ----------
    Dalal, Triggs (2005), "Histograms of oriented gradients for human detection", CVPR.
    Maji, Malik (2009), "Fast and accurate digit classification", UC Berkeley.
    """

    def __init__(self, *, directions: int, cell: int, stride: int, centred: bool, unit: bool) -> None:
        self._directions, self._cell, self._stride = directions, cell, stride
        self._centred, self._unit = centred, unit

    def add_to(self, graph: "Graph") -> str:
        """Append what computes the features, float32 (N, d), from the graph's images."""
        ink = graph.add("Div", graph.images(shape=(1, SIDE, SIDE)), np.float32(255))
        image = add_upright(graph, ink, centred=self._centred)
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
    """Derivatives of a Gaussian along evenly spaced directions, of absolute sum 1: float32 (directions, 1, 5, 5)."""
    places = np.arange(-radius, radius + 1)
    y, x = np.meshgrid(places, places, indexing="ij")
    angles = 2 * np.pi * np.arange(directions)[:, None, None] / directions
    kernels = (x * np.cos(angles) + y * np.sin(angles)) * np.exp(-(x**2 + y**2) / (2 * sigma**2))
    return (kernels / np.abs(kernels).sum(axis=(1, 2), keepdims=True))[:, None].astype(np.float32)
