"""Kernel classifiers on principal components: an approximate one trained by SGD, and exact support vector machines.

All classifiers compute scores from the kernel values exp(-gamma |z - c|^2). Here, z are the principal components of a
sample, and c are stored centers. They share one ONNX graph. Large arrays are stored in single precision. Computations
are in double precision, because one-vs-one counts binary decisions, which rounding must not change.
"""

from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from mnist_core.base.digits import N_CLASSES
from mnist_core.base.progress import Progress, silent
from mnist_core.classifiers.gradients import OrientedGradients
from mnist_core.classifiers.spec import History, Hyperparameters, Validation, as_rows

if TYPE_CHECKING:
    import onnx

    from mnist_core.classifiers.onnx.graph import Graph


class KernelClassifier:
    """Base class: principal components, followed by a scikit-learn model, and the ONNX graph."""

    _model: Any

    def __init__(self, hyperparameters: Hyperparameters, seed: int) -> None:
        from sklearn.decomposition import PCA

        self._gamma = float(hyperparameters["gamma"])
        self._pca = PCA(hyperparameters["principal_components"], random_state=seed)

    @property
    def details(self) -> dict[str, Any]:
        """Number of centers, and the share of the variance that the principal components explain."""
        return {"centres": len(self._centers()), "explained_variance": float(self._pca.explained_variance_ratio_.sum())}

    def fit(
        self,
        images: np.ndarray,
        labels: np.ndarray,
        *,
        validation: Validation | None = None,
        progress: Progress = silent,
    ) -> History:
        """Compute the principal components, then train on them."""
        progress("Computing the principal components", None)
        rows = self._rows(images)
        self._pca.n_components = min(self._pca.n_components, *rows.shape)  # small subsets have fewer
        self._pca.fit(rows)
        progress(f"Training on {self._pca.n_components_} principal components", None)
        self._train(images, rows, labels)
        return []

    def _train(self, images: np.ndarray, rows: np.ndarray, labels: np.ndarray) -> None:
        """Train on the principal components of the rows, which are the inputs for the images."""
        self._model.fit(self._project(rows), labels)

    def scores(self, images: np.ndarray) -> np.ndarray:
        """Return scikit-learn's decision function, float32 (n, 10)."""
        return self._model.decision_function(self._project(self._rows(images))).astype(np.float32)

    def predict(self, images: np.ndarray) -> np.ndarray:
        """Return the labels that scikit-learn predicts, uint8 (n,)."""
        return self._model.predict(self._project(self._rows(images))).astype(np.uint8)

    def to_onnx(self) -> "onnx.ModelProto":
        """Return a graph that computes principal components, kernel values and scores.

        The squared distances to all centers are computed by one matrix product. `_last_step` appends the scores.
        """
        from mnist_core.classifiers.onnx.graph import Graph

        graph, centers = Graph(), self._centers()
        axes = self._pca.components_.astype(np.float64)
        rows, scale = self._add_rows(graph)
        z = graph.linear(rows, (axes.T * scale).astype(np.float32), -axes @ self._pca.mean_.astype(np.float64))
        # -gamma |z - c|^2 = 2 gamma z.c - gamma |c|^2 - gamma |z|^2
        products = graph.linear(
            graph.add("Mul", z, np.float64(2 * self._gamma)),
            centers.T,
            -self._gamma * (centers.astype(np.float64) ** 2).sum(axis=1),
        )  # (n, centers)
        lengths = graph.add("Mul", graph.add("ReduceSumSquare", z, axes=[1]), np.float64(self._gamma))  # (n, 1)
        kernel = graph.add("Exp", graph.add("Sub", products, lengths))  # (n, centers)
        return graph.model(graph.cast(self._last_step(graph, kernel), "float32"))

    def _rows(self, images: np.ndarray) -> np.ndarray:
        """Return the inputs of the principal component analysis, float32 (n, d): pixels in 0..1."""
        return as_rows(images)

    def _add_rows(self, graph: "Graph") -> tuple[str, float]:
        """Append the nodes that compute the values of `_rows`, float64 (N, d), up to a constant factor.

        Return the name of the output, and the factor by which to multiply it.
        """
        return graph.images("float64"), 1 / 255

    def _project(self, rows: np.ndarray) -> np.ndarray:
        """Return principal components, float64 (n, components). Their values are rounded to single precision."""
        return self._pca.transform(rows).astype(np.float64)

    def _centers(self) -> np.ndarray:
        """Return the centers of the kernel, float32 (centers, components)."""
        raise NotImplementedError

    def _last_step(self, graph: "Graph", kernel: str) -> str:
        """Append the nodes from kernel values (n, centers) to scores (n, 10), in double precision."""
        raise NotImplementedError


class NystroemSgd(KernelClassifier):
    """A linear SVM on the Nyström approximation of the RBF kernel, trained by stochastic gradient descent."""

    def __init__(self, hyperparameters: Hyperparameters, seed: int) -> None:
        from sklearn.kernel_approximation import Nystroem
        from sklearn.linear_model import SGDClassifier
        from sklearn.pipeline import make_pipeline

        super().__init__(hyperparameters, seed)
        self._features = Nystroem(
            gamma=self._gamma, n_components=hyperparameters["centres"], random_state=seed, n_jobs=-1
        )
        self._linear = SGDClassifier(
            alpha=hyperparameters["alpha"],
            max_iter=hyperparameters["epochs"],
            tol=None,
            average=True,
            random_state=seed,
            n_jobs=-1,
        )
        self._model = make_pipeline(self._features, self._linear)

    def _centers(self) -> np.ndarray:
        return self._features.components_.astype(np.float32)

    def _last_step(self, graph: "Graph", kernel: str) -> str:
        weights = self._features.normalization_.T @ self._linear.coef_.T  # (centers, 10)
        return graph.linear(kernel, weights, self._linear.intercept_)


class OneVsOneSvc(KernelClassifier):
    """scikit-learn's SVC: one binary SVM for each of 45 pairs of classes. The class with the most wins is predicted.

    The sums of the decision values break ties.
    """

    def __init__(self, hyperparameters: Hyperparameters, seed: int) -> None:
        from sklearn.svm import SVC

        super().__init__(hyperparameters, seed)
        self._model = SVC(
            C=hyperparameters["C"], gamma=self._gamma, break_ties=True, cache_size=1000, random_state=seed
        )

    def _train(self, images: np.ndarray, rows: np.ndarray, labels: np.ndarray) -> None:
        self._fit_sorted(self._project(rows), labels)

    def _fit_sorted(self, projected: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Fit, and return the indices of the support vectors.

        Samples are sorted by class first. The model stays exactly the same. Each of the 45 binary SVMs then has its two
        classes in contiguous memory, which makes better use of the processor's caches.
        """
        order = np.argsort(labels, kind="stable")
        self._model.fit(projected[order], labels[order])
        return order[self._model.support_]

    def _centers(self) -> np.ndarray:
        return self._model.support_vectors_.astype(np.float32)

    def _last_step(self, graph: "Graph", kernel: str) -> str:
        """Append the number of wins plus the sum of the decision values, scaled to (-1/3, 1/3).

        The computation is that of scikit-learn's `_ovr_decision_function`.
        """
        digit = np.repeat(np.arange(N_CLASSES), self._model.n_support_)  # class of each center
        pairs = list(combinations(range(N_CLASSES), 2))
        weights = np.zeros((len(digit), len(pairs)), dtype=np.float32)
        for column, (first, second) in enumerate(pairs):
            weights[digit == first, column] = self._model.dual_coef_[second - 1, digit == first]
            weights[digit == second, column] = self._model.dual_coef_[first, digit == second]
        first_wins = np.zeros((len(pairs), N_CLASSES))
        second_wins = np.zeros((len(pairs), N_CLASSES))
        first_wins[range(len(pairs)), [first for first, _ in pairs]] = 1
        second_wins[range(len(pairs)), [second for _, second in pairs]] = 1

        decisions = graph.linear(kernel, weights, self._model.intercept_)  # (n, 45)
        won = graph.cast(graph.add("GreaterOrEqual", decisions, np.float64(0)), "float64")
        wins = graph.linear(won, first_wins - second_wins, second_wins.sum(axis=0))  # (n, 10)
        confidences = graph.add("MatMul", decisions, first_wins - second_wins)
        bound = graph.add("Mul", graph.add("Add", graph.add("Abs", confidences), np.float64(1)), np.float64(3))
        return graph.add("Add", wins, graph.add("Div", confidences, bound))


class VirtualSvc(OneVsOneSvc):
    """An SVC on oriented gradients of deslanted images, trained again on support vectors and shifted copies of them.

    References
    ----------
    DeCoste, Schölkopf (2002), "Training invariant support vector machines", Machine Learning 46.
    """

    def __init__(self, hyperparameters: Hyperparameters, seed: int) -> None:
        super().__init__(hyperparameters, seed)
        extractor = {name: hyperparameters[name] for name in ("directions", "cell", "stride")}
        self._extract = OrientedGradients(**extractor, centered=False, unit=True)  # centering would undo shifts
        self._shift = hyperparameters["shift_pixels"]

    def _rows(self, images: np.ndarray) -> np.ndarray:
        return self._extract(images)

    def _add_rows(self, graph: "Graph") -> tuple[str, float]:
        return graph.cast(self._extract.add_to(graph), "float64"), 1.0

    def _train(self, images: np.ndarray, rows: np.ndarray, labels: np.ndarray) -> None:
        support = self._fit_sorted(self._project(rows), labels)
        if not self._shift:
            return
        moves = [(0, self._shift), (0, -self._shift), (self._shift, 0), (-self._shift, 0)]
        virtual = [self._rows(np.roll(images[support], move, axis=(1, 2))) for move in moves]
        projected = [self._project(part) for part in (rows[support], *virtual)]
        self._fit_sorted(np.concatenate(projected), np.tile(labels[support], len(projected)))


class OneVsRestSvc(KernelClassifier):
    """OneVsRestClassifier(SVC): ten binary SVMs, each separating one class from all others."""

    def __init__(self, hyperparameters: Hyperparameters, seed: int) -> None:
        from sklearn.multiclass import OneVsRestClassifier
        from sklearn.svm import SVC

        super().__init__(hyperparameters, seed)
        svm = SVC(C=hyperparameters["C"], gamma=self._gamma, cache_size=1000, random_state=seed)
        self._model = OneVsRestClassifier(svm, n_jobs=-1)

    def _centers(self) -> np.ndarray:
        vectors = np.concatenate([svm.support_vectors_ for svm in self._model.estimators_])
        return vectors[self._first_seen()[0]].astype(np.float32)

    def _last_step(self, graph: "Graph", kernel: str) -> str:
        places = self._first_seen()[1]
        weights = np.zeros((places.max() + 1, N_CLASSES), dtype=np.float32)
        start = 0
        for digit, svm in enumerate(self._model.estimators_):
            end = start + len(svm.support_)
            weights[places[start:end], digit] = svm.dual_coef_[0]
            start = end
        return graph.linear(kernel, weights, np.concatenate([m.intercept_ for m in self._model.estimators_]))

    def _first_seen(self) -> tuple[np.ndarray, np.ndarray]:
        """Find the distinct support vectors, because the binary SVMs share many of them.

        Returns
        -------
        first : integer ndarray of shape (distinct,)
            Position of the first occurrence of each distinct vector among the support vectors of all SVMs.
        places : integer ndarray of shape (all,)
            Index of the distinct vector for each support vector of all SVMs.
        """
        support = np.concatenate([svm.support_ for svm in self._model.estimators_])
        _, first, places = np.unique(support, return_index=True, return_inverse=True)
        return first, places
