"""Trees: a forest whose every tree votes for one digit."""

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from mnist_core.base.errors import TrainingError
from mnist_core.base.progress import Progress, silent
from mnist_core.classifiers.gradients import OrientedGradients
from mnist_core.classifiers.spec import N_CLASSES, History, Hyperparameters, Validation

if TYPE_CHECKING:
    import onnx
    from sklearn.tree._tree import Tree

    from mnist_core.classifiers.onnx.graph import Graph

HALF_A_VOTE = 0.5
TREES_TOGETHER = 10
"""In one operator: ONNX Runtime needs several times an operator's memory while it loads it."""


class Forest:
    """scikit-learn's RandomForestClassifier on whole pixel values 0..255.

    The trees are grown until each leaf holds one digit, so a leaf is one vote. The scores are the logarithm of the
    share of votes, a digit without any counted as half a vote: their softmax at temperature 1 is about the forest's
    own vote.
    """

    def __init__(self, hyperparameters: Hyperparameters, seed: int) -> None:
        from sklearn.ensemble import RandomForestClassifier

        self._model = RandomForestClassifier(random_state=seed, n_jobs=-1, **hyperparameters)

    @property
    def details(self) -> dict[str, Any]:
        """How large the trees have grown."""
        return {"nodes": sum(int(tree.node_count) for tree in self._trees)}

    def fit(
        self,
        images: np.ndarray,
        labels: np.ndarray,
        *,
        validation: Validation | None = None,
        progress: Progress = silent,
    ) -> History:
        """Grow all trees."""
        progress(f"Growing {self._model.n_estimators} trees", None)
        self._model.fit(self._rows(images), labels)
        for tree in self._trees:
            if not (tree.value[tree.children_left < 0].max(axis=(1, 2)) == 1).all():
                reason = "a leaf holds several digits: equal images have different labels, or the trees are kept small"
                raise TrainingError(f"The forest needs leaves of one digit each, but {reason}. Grow the trees fully.")
        return []

    def scores(self, images: np.ndarray) -> np.ndarray:
        """Logarithm of the share of votes, float32 (n, 10)."""
        floor = HALF_A_VOTE / self._model.n_estimators
        shares = np.maximum(self._model.predict_proba(self._rows(images)), floor)
        return np.log(shares).astype(np.float32)

    def predict(self, images: np.ndarray) -> np.ndarray:
        """The forest's own labels, uint8 (n,)."""
        return self._model.predict(self._rows(images)).astype(np.uint8)

    def to_onnx(self) -> "onnx.ModelProto":
        """TreeEnsembles of single votes: no class weights are stored, nine tenths of which would be zeros."""
        from mnist_core.classifiers.onnx.graph import Graph

        graph, trees = Graph(), self._trees
        rows = self._add_rows(graph)
        votes = [
            graph.add("TreeEnsemble", rows, domain="ai.onnx.ml", **_tree_ensemble(trees[i : i + TREES_TOGETHER]))
            for i in range(0, len(trees), TREES_TOGETHER)
        ]
        counted = graph.add("Max", graph.add("Sum", *votes), np.float32(HALF_A_VOTE))
        return graph.model(graph.add("Log", graph.add("Div", counted, np.float32(self._model.n_estimators))))

    def _rows(self, images: np.ndarray) -> np.ndarray:
        """What stands for a digit, float32 (n, d): its whole pixel values."""
        return images.reshape(len(images), -1).astype(np.float32)

    def _add_rows(self, graph: "Graph") -> str:
        """The same in the graph."""
        return graph.images()

    @property
    def _trees(self) -> "list[Tree]":
        return [member.tree_ for member in self._model.estimators_]


class GradientForest(Forest):
    """The same on oriented gradients of upright digits."""

    def __init__(self, hyperparameters: Hyperparameters, seed: int) -> None:
        values = dict(hyperparameters)
        extractor = {name: values.pop(name) for name in ("directions", "cell", "stride")}
        super().__init__(values, seed)
        self._extract = OrientedGradients(**extractor, centred=True, unit=False)

    def _rows(self, images: np.ndarray) -> np.ndarray:
        return self._extract(images)

    def _add_rows(self, graph: "Graph") -> str:
        return self._extract.add_to(graph)


def _single(thresholds: np.ndarray) -> np.ndarray:
    """The largest single-precision numbers that are no larger: x <= t is the same for every x in single precision."""
    single = thresholds.astype(np.float32)
    return np.where(single > thresholds, np.nextafter(single, np.float32(-np.inf)), single)


def _tree_ensemble(trees: "list[Tree]") -> dict[str, Any]:
    """The attributes of ONNX's TreeEnsemble: splits and leaves are numbered apart, each over all trees."""
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
        columns["vote"].append(tree.value[is_leaf, 0].argmax(axis=1))
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
        "leaf_targetids": joined["vote"].tolist(),
        "leaf_weights": numpy_helper.from_array(np.ones(n_leaves, dtype=np.float32)),
    }
