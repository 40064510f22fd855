"""Linear classifiers on pixels, with one weight for each pixel and class."""

from typing import TYPE_CHECKING, Any

import numpy as np

from mnist_core.base.progress import Progress, silent
from mnist_core.classifiers.spec import History, Hyperparameters, Validation, as_rows

if TYPE_CHECKING:
    import onnx


def build_sgd(hyperparameters: Hyperparameters, seed: int) -> "Linear":
    """Return a one-vs-rest linear SVM that is trained by stochastic gradient descent."""
    from sklearn.linear_model import SGDClassifier

    epochs = {"max_iter": hyperparameters["epochs"], "tol": None}
    rest = {key: value for key, value in hyperparameters.items() if key not in ("epochs", "standardise")}
    model = SGDClassifier(**epochs, **rest, random_state=seed, n_jobs=-1)
    return Linear(model, standardise=hyperparameters["standardise"])


def build_logistic(hyperparameters: Hyperparameters, seed: int) -> "Linear":
    """Return a multinomial logistic regression."""
    from sklearn.linear_model import LogisticRegression

    return Linear(LogisticRegression(**hyperparameters, random_state=seed), standardise=False)


class Linear:
    """A linear model of scikit-learn on pixels in 0..1.

    With `standardise`, each pixel is scaled to mean 0 and variance 1.
    """

    def __init__(self, model: Any, *, standardise: bool) -> None:
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        self._linear = model
        self._scaler = StandardScaler() if standardise else None
        self._model = make_pipeline(self._scaler, model) if standardise else model

    @property
    def details(self) -> dict[str, Any]:
        """Number of iterations of the solver."""
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
        """Return scikit-learn's decision function, float32 (n, 10)."""
        return self._model.decision_function(as_rows(images)).astype(np.float32)

    def predict(self, images: np.ndarray) -> np.ndarray:
        """Return the labels that scikit-learn predicts, uint8 (n,)."""
        return self._model.predict(as_rows(images)).astype(np.uint8)

    def to_onnx(self) -> "onnx.ModelProto":
        """Return one matrix product. The weights include the scaling of the pixels."""
        from mnist_core.classifiers.onnx.graph import Graph

        weights, bias = self._linear.coef_.T.astype(np.float64), self._linear.intercept_.astype(np.float64)
        if self._scaler is not None:
            weights = weights / self._scaler.scale_[:, None]
            bias = bias - self._scaler.mean_ @ weights
        graph = Graph()
        scores = graph.linear(graph.images(), (weights / 255).astype(np.float32), bias.astype(np.float32))
        return graph.model(scores)
