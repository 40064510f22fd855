"""Linear classifiers: one weight a pixel and digit."""

from typing import TYPE_CHECKING, Any

import numpy as np

from mnist_core.base.progress import Progress, silent
from mnist_core.classifiers.spec import History, Hyperparameters, Validation, as_rows

if TYPE_CHECKING:
    import onnx


def build_sgd(hyperparameters: Hyperparameters, seed: int) -> "Linear":
    """A linear SVM, ten machines one digit against the rest, trained by averaged stochastic gradient descent."""
    from sklearn.linear_model import SGDClassifier

    epochs = {"max_iter": hyperparameters["epochs"], "tol": None}
    rest = {key: value for key, value in hyperparameters.items() if key not in ("epochs", "standardise")}
    model = SGDClassifier(**epochs, **rest, random_state=seed, n_jobs=-1)
    return Linear(model, standardise=hyperparameters["standardise"])


def build_logistic(hyperparameters: Hyperparameters, seed: int) -> "Linear":
    """Multinomial logistic regression."""
    from sklearn.linear_model import LogisticRegression

    return Linear(LogisticRegression(**hyperparameters, random_state=seed), standardise=False)


class Linear:
    """A linear model of scikit-learn on pixels in 0..1, each brought to mean 0 and variance 1 first if asked to."""

    def __init__(self, model: Any, *, standardise: bool) -> None:
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        self._linear = model
        self._scaler = StandardScaler() if standardise else None
        self._model = make_pipeline(self._scaler, model) if standardise else model

    @property
    def details(self) -> dict[str, Any]:
        """How many passes the solver made over the data."""
        return {"iterations": int(np.max(self._linear.n_iter_))}

    def fit(
        self,
        images: np.ndarray,
        labels: np.ndarray,
        *,
        validation: Validation | None = None,
        progress: Progress = silent,
    ) -> History:
        """Train on pixels."""
        progress("Training on pixels", None)
        self._model.fit(as_rows(images), labels)
        return []

    def scores(self, images: np.ndarray) -> np.ndarray:
        """The library's decision function, float32 (n, 10)."""
        return self._model.decision_function(as_rows(images)).astype(np.float32)

    def predict(self, images: np.ndarray) -> np.ndarray:
        """The library's own labels, uint8 (n,)."""
        return self._model.predict(as_rows(images)).astype(np.uint8)

    def to_onnx(self) -> "onnx.ModelProto":
        """One matrix product: the scaling of the pixels is folded into the weights."""
        from mnist_core.classifiers.onnx.graph import Graph

        weights, bias = self._linear.coef_.T.astype(np.float64), self._linear.intercept_.astype(np.float64)
        if self._scaler is not None:
            weights = weights / self._scaler.scale_[:, None]
            bias = bias - self._scaler.mean_ @ weights
        graph = Graph()
        scores = graph.linear(graph.images(), (weights / 255).astype(np.float32), bias.astype(np.float32))
        return graph.model(scores)
