"""How many digits at a time a model is given."""

import numpy as np
import pytest

from mnist_core.classifiers.onnx.graph import Graph
from mnist_core.classifiers.onnx.served import CHUNK, OnnxClassifier


def counting_model(batch):
    """A model whose scores are how many digits it was given at a time."""
    graph = Graph()
    rows = graph.add("Mul", graph.images(), np.float32(0))
    count = graph.add("Cast", graph.add("Gather", graph.add("Shape", rows), np.int64(0)), to=1)
    blank = graph.linear(rows, np.zeros((784, 10), dtype=np.float32), np.zeros(10, dtype=np.float32))
    return graph.model(graph.add("Add", blank, count), batch=batch).SerializeToString()


@pytest.mark.parametrize(("batch", "most"), [(None, CHUNK), (4, 4), (CHUNK + 50, CHUNK + 50)])
def test_a_model_is_given_as_many_digits_at_a_time_as_it_asks_for(batch, most):
    n = 2 * most + 1
    scores = OnnxClassifier(counting_model(batch)).scores(np.zeros((n, 28, 28), dtype=np.uint8))
    np.testing.assert_array_equal(scores[:, 0], [most] * (2 * most) + [1])
