"""Feature extractors, computed by an ONNX graph both in training and in the served model.

The served model therefore computes exactly the features that the classifier was trained on.
"""

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from mnist_core.base.digits import SIDE

if TYPE_CHECKING:
    import onnxruntime

    from mnist_core.classifiers.onnx.graph import Graph

HALF = SIDE / 2
TINY = 1e-6
"""Added to denominators."""
CHUNK = 250
"""Number of images that are processed at a time."""


class Extractor:
    """Base class of feature extractors."""

    def add_to(self, graph: "Graph") -> str:
        """Append the nodes that compute the features, float32 (N, d); return the name of the output."""
        raise NotImplementedError

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Return the features of images, uint8 (n, 28, 28) -> float32 (n, d), computed on all cores."""
        features = np.empty((len(images), self.width), dtype=np.float32)
        for start in range(0, len(images), CHUNK):
            features[start : start + CHUNK] = self._run(images[start : start + CHUNK])
        return features

    @cached_property
    def width(self) -> int:
        """Number of features."""
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


def add_deslanted(graph: "Graph", image: str, *, centered: bool = False) -> str:
    """Append the nodes that deslant images by a shear about the center of mass: float32 (N, 1, 28, 28).

    Each row is shifted horizontally, with linear interpolation. The slant is the covariance of x and y divided by the
    variance of y, both weighted by the ink. With `centered`, the center of mass is then moved to the middle of the
    image. A blank image stays unchanged.
    """
    centers = np.arange(SIDE, dtype=np.float32) - np.float32((SIDE - 1) / 2)
    y, x = (axis.ravel() for axis in np.meshgrid(centers, centers, indexing="ij"))
    moments = np.stack([np.ones_like(x), x, y, x * y, y * y], axis=1)  # (784, 5)
    ink, *rest = graph.split(graph.add("MatMul", graph.add("Flatten", image), moments), 5)
    mean_x, mean_y, xy, yy = (graph.add("Div", value, graph.add("Add", ink, np.float32(TINY))) for value in rest)
    covariance = graph.add("Sub", xy, graph.add("Mul", mean_x, mean_y))
    variance = graph.add("Sub", yy, graph.add("Mul", mean_y, mean_y))
    slant = graph.add("Div", covariance, graph.add("Add", variance, np.float32(TINY)))  # (N, 1)
    # The output at (x, y) is the input at (x + slant (y - mean_y), y) or, with `centered`, at
    # (x + mean_x + slant y, y + mean_y). The unit of GridSample is 14 pixels.
    zero = graph.add("Mul", ink, np.float32(0))  # (N, 1)
    down = y[None] if centered else graph.add("Sub", y[None], mean_y)
    sideways = graph.add("Add", graph.add("Mul", slant, down), mean_x if centered else zero)  # (N, 784)
    columns = graph.add("Div", graph.add("Add", sideways, x[None]), np.float32(HALF))
    rows = graph.add("Div", graph.add("Add", mean_y if centered else zero, y[None]), np.float32(HALF))
    parts = [graph.add("Reshape", part, np.array([-1, SIDE, SIDE, 1], dtype=np.int64)) for part in (columns, rows)]
    grid = graph.add("Concat", *parts, axis=3)
    return graph.add("GridSample", image, grid, mode="bilinear", padding_mode="zeros", align_corners=0)
