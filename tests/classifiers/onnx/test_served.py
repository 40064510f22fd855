"""Batch sizes of served models."""

import numpy as np
import pytest

from mnist_core.classifiers.onnx.graph import Graph
from mnist_core.classifiers.onnx.served import CHUNK, OnnxClassifier


def counting_model(batch):
    """Return a model whose scores are the size of the batch."""
    graph = Graph()
    rows = graph.add("Mul", graph.images(), np.float32(0))
    count = graph.add("Cast", graph.add("Gather", graph.add("Shape", rows), np.int64(0)), to=1)
    blank = graph.linear(rows, np.zeros((784, 10), dtype=np.float32), np.zeros(10, dtype=np.float32))
    return graph.model(graph.add("Add", blank, count), batch=batch).SerializeToString()


@pytest.mark.parametrize(("batch", "most"), [(None, CHUNK), (4, 4), (CHUNK + 50, CHUNK + 50)])
def test_a_model_is_run_with_the_batch_size_in_its_metadata_or_the_default(batch, most):
    n = 2 * most + 1
    scores = OnnxClassifier(counting_model(batch)).scores(np.zeros((n, 28, 28), dtype=np.uint8))
    np.testing.assert_array_equal(scores[:, 0], [most] * (2 * most) + [1])
