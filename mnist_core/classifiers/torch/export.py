"""Export of PyTorch networks to ONNX. The module imports PyTorch and ONNX, so only training code may import it."""

from collections.abc import Sequence

import numpy as np
import onnx
from torch import nn

from mnist_core.base.digits import N_CLASSES, SIDE
from mnist_core.classifiers.onnx.graph import Graph


def export(networks: Sequence[nn.Sequential], shifts: Sequence[tuple[int, int]]) -> onnx.ModelProto:
    """Return trained networks as one ONNX model.

    Parameters
    ----------
    networks : sequence of nn.Sequential
        Each from images (n, 1, 28, 28) in 0..1 to logits (n, 10).
    shifts : sequence of (down, right)
        Shifts of test-time augmentation in pixels, -1..1; the first is (0, 0).

    Returns
    -------
    onnx.ModelProto
        The scores are logits or, for several networks or shifts, the mean of the log-probabilities.
    """
    graph = Graph()
    x = graph.add("Div", graph.images(shape=(1, SIDE, SIDE)), np.float32(255))
    if len(shifts) > 1:  # all shifted images are concatenated along the first axis, so that each layer runs once
        framed = graph.add("Pad", x, np.array([0, 0, 1, 1, 0, 0, 1, 1], dtype=np.int64))
        x = graph.add("Concat", *(_add_shift(graph, framed, shift) for shift in shifts), axis=0)
    outputs = []
    for network in networks:
        network.eval()
        value = x
        for layer in network:
            value = _add_layer(graph, value, layer)
        outputs.append(value)
    if len(shifts) * len(outputs) == 1:
        return graph.model(outputs[0])
    shape = np.array([len(shifts), -1, N_CLASSES], dtype=np.int64)
    parts = [graph.add("Reshape", graph.add("LogSoftmax", value, axis=1), shape) for value in outputs]
    together = graph.add("Concat", *parts, axis=0)  # (shifts * networks, N, 10)
    return graph.model(graph.add("ReduceMean", together, axes=[0], keepdims=0))


def _add_shift(graph: Graph, framed: str, shift: tuple[int, int]) -> str:
    """Append the shift of images that have a frame of one pixel."""
    start = np.array([1 - shift[0], 1 - shift[1]], dtype=np.int64)
    return graph.add("Slice", framed, start, start + SIDE, np.array([2, 3], dtype=np.int64))


def _add_layer(graph: Graph, x: str, layer: nn.Module) -> str:
    """Append a trained layer. Weights, which are most of the file, are stored in float16."""
    weights = [value.detach().numpy() for value in layer.state_dict().values() if value.ndim]
    match layer:
        case nn.Conv2d():
            kernels = graph.cast(weights[0].astype(np.float16), "float32")
            return graph.add("Conv", x, kernels, *weights[1:], pads=[int(layer.padding[0])] * 4)
        case nn.BatchNorm2d() | nn.BatchNorm1d():
            return graph.add("BatchNormalization", x, *weights, epsilon=layer.eps)
        case nn.ReLU():
            return graph.add("Relu", x)
        case nn.MaxPool2d():
            return graph.add("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
        case nn.Flatten():
            return graph.add("Flatten", x)
        case nn.Linear():
            bias = weights[1] if len(weights) > 1 else np.zeros(len(weights[0]), dtype=np.float32)
            return graph.linear(x, weights[0].T.astype(np.float16), bias)
        case nn.Dropout():
            return x
        case nn.ZeroPad2d():  # a negative padding crops
            start, end = -layer.padding[0], SIDE + layer.padding[0]
            corners = [np.array([corner, corner], dtype=np.int64) for corner in (start, end)]
            return graph.add("Slice", x, *corners, np.array([2, 3], dtype=np.int64))
    raise TypeError(f"Expected a layer that can be exported, found {layer}. Add its type to _add_layer.")
