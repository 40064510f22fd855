"""Random forests, on pixels and on oriented gradients."""

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from mnist_core.base.digits import N_CLASSES
from mnist_core.base.errors import TrainingError
from mnist_core.base.progress import Progress, silent
from mnist_core.classifiers.gradients import OrientedGradients
from mnist_core.classifiers.spec import History, Hyperparameters, Validation

if TYPE_CHECKING:
    import onnx
    from sklearn.tree._tree import Tree

    from mnist_core.classifiers.onnx.graph import Graph

SMALLEST_COUNT = 0.5
"""Count of trees that is used for a class that no tree predicts. The logarithm of zero would be infinite."""
TREES_PER_OPERATOR = 10
"""Number of trees in one ONNX operator. While ONNX Runtime loads an operator, it needs several times its memory."""


class Forest:
    """scikit-learn's RandomForestClassifier on integer pixel values 0..255.

    The trees are fully grown: each leaf holds samples of one class, so each tree predicts one class. The score of a
    class is the logarithm of the share of trees that predict it. A class that no tree predicts counts as half a tree.
    The softmax of the scores at temperature 1 is approximately `RandomForestClassifier.predict_proba`.
    """

    def __init__(self, hyperparameters: Hyperparameters, seed: int) -> None:
        from sklearn.ensemble import RandomForestClassifier

        self._model = RandomForestClassifier(random_state=seed, n_jobs=-1, **hyperparameters)

    @property
    def details(self) -> dict[str, Any]:
        """Number of nodes of all trees."""
        return {"nodes": sum(int(tree.node_count) for tree in self._trees)}

    def fit(
        self,
        images: np.ndarray,
        labels: np.ndarray,
        *,
        validation: Validation | None = None,
        progress: Progress = silent,
    ) -> History:
        """Grow all trees. Raise TrainingError if a leaf holds samples of several classes."""
        progress(f"Growing {self._model.n_estimators} trees", None)
        self._model.fit(self._rows(images), labels)
        for tree in self._trees:
            if not (tree.value[tree.children_left < 0].max(axis=(1, 2)) == 1).all():
                raise TrainingError(
                    "Expected leaves of one class each, found a leaf of several classes. "
                    "Grow the trees fully, and give equal images the same label."
                )
        return []

    def scores(self, images: np.ndarray) -> np.ndarray:
        """Return the logarithms of the shares of trees, float32 (n, 10)."""
        floor = SMALLEST_COUNT / self._model.n_estimators
        shares = np.maximum(self._model.predict_proba(self._rows(images)), floor)
        return np.log(shares).astype(np.float32)

    def predict(self, images: np.ndarray) -> np.ndarray:
        """Return the labels that scikit-learn predicts, uint8 (n,)."""
        return self._model.predict(self._rows(images)).astype(np.uint8)

    def to_onnx(self) -> "onnx.ModelProto":
        """Return TreeEnsemble operators whose leaves hold one class each.

        A leaf stores its class. It does not store a weight for each class, because nine of ten weights would be zero.
        """
        from mnist_core.classifiers.onnx.graph import Graph

        graph, trees = Graph(), self._trees
        rows = self._add_rows(graph)
        counts = [
            graph.add("TreeEnsemble", rows, domain="ai.onnx.ml", **_tree_ensemble(trees[i : i + TREES_PER_OPERATOR]))
            for i in range(0, len(trees), TREES_PER_OPERATOR)
        ]
        total = graph.add("Max", graph.add("Sum", *counts), np.float32(SMALLEST_COUNT))
        return graph.model(graph.add("Log", graph.add("Div", total, np.float32(self._model.n_estimators))))

    def _rows(self, images: np.ndarray) -> np.ndarray:
        """Return the inputs of the trees, float32 (n, d): integer pixel values."""
        return images.reshape(len(images), -1).astype(np.float32)

    def _add_rows(self, graph: "Graph") -> str:
        """Append the nodes that compute the inputs of the trees."""
        return graph.images()

    @property
    def _trees(self) -> "list[Tree]":
        return [member.tree_ for member in self._model.estimators_]


class GradientForest(Forest):
    """A random forest on oriented gradients of deslanted images."""

    def __init__(self, hyperparameters: Hyperparameters, seed: int) -> None:
        values = dict(hyperparameters)
        extractor = {name: values.pop(name) for name in ("directions", "cell", "stride")}
        super().__init__(values, seed)
        self._extract = OrientedGradients(**extractor, centered=True, unit=False)

    def _rows(self, images: np.ndarray) -> np.ndarray:
        return self._extract(images)

    def _add_rows(self, graph: "Graph") -> str:
        return self._extract.add_to(graph)


def _single(thresholds: np.ndarray) -> np.ndarray:
    """Round thresholds down to single precision. The result of x <= threshold stays the same for every float32 x."""
    single = thresholds.astype(np.float32)
    return np.where(single > thresholds, np.nextafter(single, np.float32(-np.inf)), single)


def _tree_ensemble(trees: "list[Tree]") -> dict[str, Any]:
    """Return the attributes of ONNX's TreeEnsemble operator.

    The operator numbers the splits of all trees consecutively. It numbers the leaves of all trees separately.
    """
    from onnx import numpy_helper

    columns: dict[str, list[np.ndarray]] = defaultdict(list)
    roots, n_splits, n_leaves = [], 0, 0
    for tree in trees:
        is_leaf = tree.children_left < 0
        number = np.where(is_leaf, np.cumsum(is_leaf) - 1 + n_leaves, np.cumsum(~is_leaf) - 1 + n_splits)
        left, right = tree.children_left[~is_leaf], tree.children_right[~is_leaf]
        roots.append(n_splits)
        columns["feature"].append(tree.feature[~is_leaf])
        columns["threshold"].append(_single(tree.threshold[~is_leaf]))
        columns["true"].append(number[left])
        columns["true_leaf"].append(is_leaf[left])
        columns["false"].append(number[right])
        columns["false_leaf"].append(is_leaf[right])
        columns["class"].append(tree.value[is_leaf, 0].argmax(axis=1))
        n_splits, n_leaves = n_splits + int((~is_leaf).sum()), n_leaves + int(is_leaf.sum())
    joined = {name: np.concatenate(parts) for name, parts in columns.items()}
    less_or_equal = np.zeros(n_splits, dtype=np.uint8)
    return {
        "n_targets": N_CLASSES,
        "tree_roots": roots,
        "nodes_featureids": joined["feature"].tolist(),
        "nodes_splits": numpy_helper.from_array(joined["threshold"]),
        "nodes_modes": numpy_helper.from_array(less_or_equal),
        "nodes_truenodeids": joined["true"].tolist(),
        "nodes_trueleafs": joined["true_leaf"].astype(int).tolist(),
        "nodes_falsenodeids": joined["false"].tolist(),
        "nodes_falseleafs": joined["false_leaf"].astype(int).tolist(),
        "leaf_targetids": joined["class"].tolist(),
        "leaf_weights": numpy_helper.from_array(np.ones(n_leaves, dtype=np.float32)),
    }
