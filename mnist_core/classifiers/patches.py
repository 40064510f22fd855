"""Features learnt without labels: which small patches of strokes occur where in an upright digit."""

from typing import TYPE_CHECKING

import numpy as np

from mnist_core.base.progress import Progress, silent
from mnist_core.classifiers.extractor import SIDE, Extractor, add_upright
from mnist_core.classifiers.spec import History, Hyperparameters, Validation

if TYPE_CHECKING:
    import onnx

    from mnist_core.classifiers.onnx.graph import Graph

PATCH = 6
SAMPLES = 200_000
FLAT = 0.01
"""Added to variances: patches of bare paper are not blown up."""
WHITENING = 0.1
CELL, STEP = 8, 5
"""Of the 23 x 23 places of a patch, in four overlapping cells each way."""
BATCH = 4
"""Digits served at a time: what the patches respond to takes half a megabyte a digit, and is to stay in the cache."""


class PatchFeatures(Extractor):
    """Responses to patches found by k-means, averaged over cells.

    Patches of 6 x 6 pixels are brought to mean 0 and variance 1, whitened, and clustered on the sphere. A place of a
    digit responds to a cluster by what the cosine-like product exceeds a threshold.

    Parameters
    ----------
    patches : int
        How many clusters.
    threshold : float

    References
    ----------
    Coates, Ng, Lee (2011), "An analysis of single-layer networks in unsupervised feature learning", AISTATS.
    """

    def __init__(self, patches: int, threshold: float, seed: int) -> None:
        self._patches, self._threshold, self._seed = patches, threshold, seed

    def fit(self, images: np.ndarray) -> None:
        """Find the patches, in images uint8 (n, 28, 28)."""
        from sklearn.cluster import MiniBatchKMeans

        rng = np.random.default_rng(self._seed)
        upright = _Upright()(images[rng.choice(len(images), min(len(images), SAMPLES // 10), replace=False)])
        windows = np.lib.stride_tricks.sliding_window_view(upright.reshape(-1, SIDE, SIDE), (PATCH, PATCH), axis=(1, 2))
        chosen = (rng.integers(0, size, SAMPLES) for size in windows.shape[:3])
        patches = windows[tuple(chosen)].reshape(SAMPLES, -1)
        patches = patches[patches.std(axis=1) > FLAT]
        patches = (patches - patches.mean(axis=1, keepdims=True)) / np.sqrt(patches.var(axis=1, keepdims=True) + FLAT)
        mean = patches.mean(axis=0)
        values, vectors = np.linalg.eigh(np.cov(patches.T))
        whitening = (vectors / np.sqrt(values + WHITENING)) @ vectors.T
        clusters = MiniBatchKMeans(self._patches, random_state=self._seed, batch_size=4096, n_init=1, max_iter=20).fit(
            (patches - mean) @ whitening
        )
        centres = clusters.cluster_centers_ / np.linalg.norm(clusters.cluster_centers_, axis=1, keepdims=True)
        weights = centres @ whitening  # (patches, 36), for patches of variance 1
        self._kernels = weights.reshape(-1, 1, PATCH, PATCH).astype(np.float32)
        self._bias = (-weights @ mean - self._threshold).astype(np.float32)

    def add_to(self, graph: "Graph") -> str:
        """Append what computes the features, float32 (N, 16 patches), from the graph's images."""
        image = add_upright(graph, graph.add("Div", graph.images(shape=(1, SIDE, SIDE)), np.float32(255)))
        average = np.full((1, 1, PATCH, PATCH), 1 / PATCH**2, dtype=np.float32)
        mean = graph.add("Conv", image, average)
        square = graph.add("Conv", graph.add("Mul", image, image), average)
        variance = graph.add("Relu", graph.add("Sub", square, graph.add("Mul", mean, mean)))
        deviation = graph.add("Sqrt", graph.add("Add", variance, np.float32(FLAT)))
        centred = self._kernels - self._kernels.mean(axis=(2, 3), keepdims=True)  # takes a patch's mean away
        products = graph.add("Div", graph.add("Conv", image, centred), deviation)
        responses = graph.add("Relu", graph.add("Add", products, self._bias[None, :, None, None]))
        return graph.add(
            "Flatten", graph.add("AveragePool", responses, kernel_shape=[CELL, CELL], strides=[STEP, STEP])
        )


class PatchSgd:
    """A linear SVM by averaged stochastic gradient descent on patch features, each brought to mean 0 and variance 1."""

    def __init__(self, hyperparameters: Hyperparameters, seed: int) -> None:
        from sklearn.linear_model import SGDClassifier

        self._extract = PatchFeatures(hyperparameters["patches"], hyperparameters["threshold"], seed)
        self._model = SGDClassifier(
            alpha=hyperparameters["alpha"],
            max_iter=hyperparameters["epochs"],
            tol=None,
            average=True,
            random_state=seed,
            n_jobs=-1,
        )

    @property
    def details(self) -> dict[str, int]:
        """How many features describe a digit."""
        return {"features": self._extract.width}

    def fit(
        self,
        images: np.ndarray,
        labels: np.ndarray,
        *,
        validation: Validation | None = None,
        progress: Progress = silent,
    ) -> History:
        """Find the patches, then train on what they respond to."""
        progress("Finding patches", None)
        self._extract.fit(images)
        progress("Computing features", None)
        features = self._extract(images)
        self._mean = features.mean(axis=0, dtype=np.float64).astype(np.float32)
        deviation = np.sqrt(features.var(axis=0, dtype=np.float64))
        # Rare features are not blown up; the factor makes a digit's features a vector of length about 1.
        self._scale = (np.sqrt(len(deviation)) * (deviation + deviation.mean() / 10)).astype(np.float32)
        progress("Training on features", None)
        self._model.fit(self._standardised(features), labels)
        return []

    def scores(self, images: np.ndarray) -> np.ndarray:
        """The library's decision function, float32 (n, 10)."""
        return self._model.decision_function(self._standardised(self._extract(images))).astype(np.float32)

    def predict(self, images: np.ndarray) -> np.ndarray:
        """The library's own labels, uint8 (n,)."""
        return self._model.predict(self._standardised(self._extract(images))).astype(np.uint8)

    def to_onnx(self) -> "onnx.ModelProto":
        """The features and one matrix product."""
        from mnist_core.classifiers.onnx.graph import Graph

        weights = (self._model.coef_ / self._scale).T
        bias = self._model.intercept_ - self._mean @ weights
        graph = Graph()
        features = self._extract.add_to(graph)
        scores = graph.linear(features, weights.astype(np.float32), bias.astype(np.float32))
        return graph.model(scores, batch=BATCH)

    def _standardised(self, features: np.ndarray) -> np.ndarray:
        """In place: they take a gigabyte."""
        features -= self._mean
        features /= self._scale
        return features


class _Upright(Extractor):
    def add_to(self, graph: "Graph") -> str:
        image = graph.add("Div", graph.images(shape=(1, SIDE, SIDE)), np.float32(255))
        return graph.add("Flatten", add_upright(graph, image))
