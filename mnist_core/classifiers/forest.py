"""Trees: a forest whose every tree votes for one digit."""

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from mnist_core.classifiers.spec import N_CLASSES, History, Hyperparameters, Validation
from mnist_core.errors import TrainingError
from mnist_core.progress import Progress, silent

if TYPE_CHECKING:
    import onnx
    from sklearn.tree._tree import Tree

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
        self._model.fit(_pixels(images), labels)
        for tree in self._trees:
            if not (tree.value[tree.children_left < 0].max(axis=(1, 2)) == 1).all():
                reason = "a leaf holds several digits: equal images have different labels, or the trees are kept small"
                raise TrainingError(f"The forest needs leaves of one digit each, but {reason}. Grow the trees fully.")
        return []

    def scores(self, images: np.ndarray) -> np.ndarray:
        """Logarithm of the share of votes, float32 (n, 10)."""
        floor = HALF_A_VOTE / self._model.n_estimators
        shares = np.maximum(self._model.predict_proba(_pixels(images)), floor)
        return np.log(shares).astype(np.float32)

    def predict(self, images: np.ndarray) -> np.ndarray:
        """The forest's own labels, uint8 (n,)."""
        return self._model.predict(_pixels(images)).astype(np.uint8)

    def to_onnx(self) -> "onnx.ModelProto":
        """TreeEnsembles of single votes: no class weights are stored, nine tenths of which would be zeros."""
        from mnist_core.classifiers.onnx_graph import Graph

        graph, trees = Graph(), self._trees
        pixels = graph.images()
        votes = [
            graph.add("TreeEnsemble", pixels, domain="ai.onnx.ml", **_tree_ensemble(trees[i : i + TREES_TOGETHER]))
            for i in range(0, len(trees), TREES_TOGETHER)
        ]
        counted = graph.add("Max", graph.add("Sum", *votes), np.float32(HALF_A_VOTE))
        return graph.model(graph.add("Log", graph.add("Div", counted, np.float32(self._model.n_estimators))))

    @property
    def _trees(self) -> "list[Tree]":
        return [member.tree_ for member in self._model.estimators_]


def _pixels(images: np.ndarray) -> np.ndarray:
    """Whole pixel values: the thresholds between them, multiples of a half, are exact in float32."""
    return images.reshape(len(images), -1).astype(np.float32)


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
        columns["threshold"].append(tree.threshold[~is_leaf].astype(np.float32))
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
