"""Served models: batch sizes and invalid input."""

import numpy as np
import pytest

from mnist_core.base.errors import MnistCoreError
from mnist_core.classifiers.onnx.graph import Graph
from mnist_core.classifiers.onnx.served import CHUNK, OnnxClassifier
from mnist_core.classifiers.registry import get_trainable_spec
from mnist_core.datasets import load_dataset


def counting_model(batch):
    """Return a model whose scores are the size of the batch."""
    graph = Graph()
    rows = graph.add("Mul", graph.images(), np.float32(0))
    count = graph.add("Cast", graph.add("Gather", graph.add("Shape", rows), np.int64(0)), to=1)
    blank = graph.linear(rows, np.zeros((784, 10), dtype=np.float32), np.zeros(10, dtype=np.float32))
    return graph.model(graph.add("Add", blank, count), batch=batch).SerializeToString()


@pytest.mark.parametrize(("batch", "batch_size"), [(None, CHUNK), (4, 4), (CHUNK + 50, CHUNK + 50)])
def test_a_model_is_run_with_the_batch_size_in_its_metadata_or_the_default(batch, batch_size):
    n = 2 * batch_size + 1  # two full batches, and a batch of one image
    scores = OnnxClassifier(counting_model(batch)).scores(np.zeros((n, 28, 28), dtype=np.uint8))
    np.testing.assert_array_equal(scores[:, 0], [batch_size] * (2 * batch_size) + [1])


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((2, 28, 28), np.float32),
        np.zeros((28, 28), np.uint8),
        np.zeros((2, 784), np.uint8),
        [[0]],
    ],
)
def test_the_error_for_images_of_another_type_or_shape_states_what_is_expected(images) -> None:
    spec = get_trainable_spec("logistic")
    digits = load_dataset("digits").train
    estimator = spec.build({**spec.hyperparameters, "max_iter": 5}, 0)
    with pytest.warns(match="converge"):
        estimator.fit(digits.images[:100], digits.labels[:100])
    served = OnnxClassifier(estimator.to_onnx().SerializeToString())
    with pytest.raises(MnistCoreError, match=r"Expected images as a uint8 array of shape \(n, 28, 28\), found"):
        served.scores(images)


def test_bytes_that_are_not_a_model_are_refused() -> None:
    with pytest.raises(MnistCoreError, match="cannot read the model"):
        OnnxClassifier(b"no model")
