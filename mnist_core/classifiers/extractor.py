"""What computes a classifier's inputs from pixels: an ONNX graph, in training as well as in the served model.

So what a classifier was trained on is what it is given later, to the last bit.
"""

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import onnxruntime

    from mnist_core.classifiers.onnx.graph import Graph

SIDE = 28
HALF = SIDE / 2
TINY = 1e-6
CHUNK = 250


class Extractor:
    """Images to features."""

    def add_to(self, graph: "Graph") -> str:
        """Append what computes the features, float32 (N, d), from the graph's images."""
        raise NotImplementedError

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """uint8 (n, 28, 28) -> float32 (n, d), on all cores."""
        features = np.empty((len(images), self.width), dtype=np.float32)
        for start in range(0, len(images), CHUNK):
            features[start : start + CHUNK] = self._run(images[start : start + CHUNK])
        return features

    @cached_property
    def width(self) -> int:
        """How many numbers describe a digit."""
        return int(self._run(np.zeros((1, SIDE, SIDE), dtype=np.uint8)).shape[1])

    def _run(self, images: np.ndarray) -> np.ndarray:
        features: np.ndarray = self._session.run(["features"], {"images": np.ascontiguousarray(images)})[0]
        return features

    @cached_property
    def _session(self) -> "onnxruntime.InferenceSession":
        import onnxruntime

        from mnist_core.classifiers.onnx.graph import Graph

        graph = Graph()
        model = graph.model(self.add_to(graph), name="features", width=None)
        return onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


def add_upright(graph: "Graph", image: str, *, centred: bool = False) -> str:
    """Append what shears each digit about its centre of mass until its ink has no slant: float32 (N, 1, 28, 28).

    Each row moves sideways, by linear interpolation; the slant is the covariance of x and y over the variance of y,
    both weighted with the ink. Centred, the centre of mass then moves to the middle. A blank image stays as it is.
    """
    centres = np.arange(SIDE, dtype=np.float32) - np.float32((SIDE - 1) / 2)
    y, x = (axis.ravel() for axis in np.meshgrid(centres, centres, indexing="ij"))
    moments = np.stack([np.ones_like(x), x, y, x * y, y * y], axis=1)  # (784, 5)
    ink, *rest = graph.split(graph.add("MatMul", graph.add("Flatten", image), moments), 5)
    mean_x, mean_y, xy, yy = (graph.add("Div", value, graph.add("Add", ink, np.float32(TINY))) for value in rest)
    covariance = graph.add("Sub", xy, graph.add("Mul", mean_x, mean_y))
    variance = graph.add("Sub", yy, graph.add("Mul", mean_y, mean_y))
    slant = graph.add("Div", covariance, graph.add("Add", variance, np.float32(TINY)))  # (N, 1)
    # The place (x, y) of the upright digit shows what stood at (x + slant (y - mean_y), y), or, centred, at
    # (x + mean_x + slant y, y + mean_y); 14 pixels are 1.
    zero = graph.add("Mul", ink, np.float32(0))  # (N, 1)
    down = y[None] if centred else graph.add("Sub", y[None], mean_y)
    sideways = graph.add("Add", graph.add("Mul", slant, down), mean_x if centred else zero)  # (N, 784)
    columns = graph.add("Div", graph.add("Add", sideways, x[None]), np.float32(HALF))
    rows = graph.add("Div", graph.add("Add", mean_y if centred else zero, y[None]), np.float32(HALF))
    parts = [graph.add("Reshape", part, np.array([-1, SIDE, SIDE, 1], dtype=np.int64)) for part in (columns, rows)]
    grid = graph.add("Concat", *parts, axis=3)
    return graph.add("GridSample", image, grid, mode="bilinear", padding_mode="zeros", align_corners=0)
