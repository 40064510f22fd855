"""Features learned without labels: where small patches of strokes occur in a deslanted image."""

from typing import TYPE_CHECKING

import numpy as np

from mnist_core.base.digits import SIDE
from mnist_core.base.progress import Progress, silent
from mnist_core.classifiers.extractor import Extractor, add_deslanted
from mnist_core.classifiers.spec import History, Hyperparameters, Validation

if TYPE_CHECKING:
    import onnx

    from mnist_core.classifiers.onnx.graph import Graph

PATCH = 6
"""Side of a patch in pixels."""
SAMPLES = 200_000
"""Number of patches that are clustered."""
FLAT = 0.01
"""Added to variances, so that patches without ink are not amplified."""
WHITENING = 0.1
"""Added to eigenvalues before whitening."""
CELL, STEP = 8, 5
"""Side and stride of the cells over the 23 x 23 positions of a patch: four overlapping cells in each direction."""
BATCH = 4
"""Number of images to serve at a time. The responses take half a megabyte per image and should fit into the
processor's cache."""


class PatchFeatures(Extractor):
    """Responses to patches that are found by k-means, averaged over cells.

    Patches of 6 x 6 pixels are scaled to mean 0 and variance 1, whitened and clustered. The cluster centers are scaled
    to length 1. The response at a position is the product of patch and center minus a threshold, or 0 if negative.

    Parameters
    ----------
    patches : int
        Number of clusters.
    threshold : float
        Subtracted from the products.

    References
    ----------
    Coates, Ng, Lee (2011), "An analysis of single-layer networks in unsupervised feature learning", AISTATS.
    """

    def __init__(self, patches: int, threshold: float, seed: int) -> None:
        self._patches, self._threshold, self._seed = patches, threshold, seed

    def fit(self, images: np.ndarray) -> None:
        """Find the patches in images, uint8 (n, 28, 28)."""
        from sklearn.cluster import MiniBatchKMeans

        rng = np.random.default_rng(self._seed)
        deslanted = _Deslanted()(images[rng.choice(len(images), min(len(images), SAMPLES // 10), replace=False)])
        windows = np.lib.stride_tricks.sliding_window_view(
            deslanted.reshape(-1, SIDE, SIDE), (PATCH, PATCH), axis=(1, 2)
        )
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
        centers = clusters.cluster_centers_ / np.linalg.norm(clusters.cluster_centers_, axis=1, keepdims=True)
        weights = centers @ whitening  # (patches, 36), for patches of variance 1
        self._kernels = weights.reshape(-1, 1, PATCH, PATCH).astype(np.float32)
        self._bias = (-weights @ mean - self._threshold).astype(np.float32)

    def add_to(self, graph: "Graph") -> str:
        """Append the nodes that compute the features, float32 (N, 16 * patches); return the name of the output."""
        image = add_deslanted(graph, graph.add("Div", graph.images(shape=(1, SIDE, SIDE)), np.float32(255)))
        average = np.full((1, 1, PATCH, PATCH), 1 / PATCH**2, dtype=np.float32)
        mean = graph.add("Conv", image, average)
        square = graph.add("Conv", graph.add("Mul", image, image), average)
        variance = graph.add("Relu", graph.add("Sub", square, graph.add("Mul", mean, mean)))
        deviation = graph.add("Sqrt", graph.add("Add", variance, np.float32(FLAT)))
        centered = self._kernels - self._kernels.mean(axis=(2, 3), keepdims=True)  # subtracts the mean of a patch
        products = graph.add("Div", graph.add("Conv", image, centered), deviation)
        responses = graph.add("Relu", graph.add("Add", products, self._bias[None, :, None, None]))
        return graph.add(
            "Flatten", graph.add("AveragePool", responses, kernel_shape=[CELL, CELL], strides=[STEP, STEP])
        )


class PatchSgd:
    """A linear SVM on standardized patch features, trained by averaged stochastic gradient descent."""

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
        """Number of features."""
        return {"features": self._extract.width}

    def fit(
        self,
        images: np.ndarray,
        labels: np.ndarray,
        *,
        validation: Validation | None = None,
        progress: Progress = silent,
    ) -> History:
        """Find the patches, then train on the responses."""
        progress("Finding patches", None)
        self._extract.fit(images)
        progress("Computing features", None)
        features = self._extract(images)
        self._mean = features.mean(axis=0, dtype=np.float64).astype(np.float32)
        deviation = np.sqrt(features.var(axis=0, dtype=np.float64))
        # The added term keeps rare features from being amplified. The factor gives feature vectors a length of about 1.
        self._scale = (np.sqrt(len(deviation)) * (deviation + deviation.mean() / 10)).astype(np.float32)
        progress("Training on features", None)
        self._model.fit(self._standardised(features), labels)
        return []

    def scores(self, images: np.ndarray) -> np.ndarray:
        """Return scikit-learn's decision function, float32 (n, 10)."""
        return self._model.decision_function(self._standardised(self._extract(images))).astype(np.float32)

    def predict(self, images: np.ndarray) -> np.ndarray:
        """Return the labels that scikit-learn predicts, uint8 (n,)."""
        return self._model.predict(self._standardised(self._extract(images))).astype(np.uint8)

    def to_onnx(self) -> "onnx.ModelProto":
        """Return the feature extractor followed by one matrix product."""
        from mnist_core.classifiers.onnx.graph import Graph

        weights = (self._model.coef_ / self._scale).T
        bias = self._model.intercept_ - self._mean @ weights
        graph = Graph()
        features = self._extract.add_to(graph)
        scores = graph.linear(features, weights.astype(np.float32), bias.astype(np.float32))
        return graph.model(scores, batch=BATCH)

    def _standardised(self, features: np.ndarray) -> np.ndarray:
        """Standardize features in place, because a copy would take another gigabyte of memory."""
        features -= self._mean
        features /= self._scale
        return features


class _Deslanted(Extractor):
    """Pixels in 0..1 of deslanted images."""

    def add_to(self, graph: "Graph") -> str:
        image = graph.add("Div", graph.images(shape=(1, SIDE, SIDE)), np.float32(255))
        return graph.add("Flatten", add_deslanted(graph, image))
