"""A small builder for ONNX graphs made of plain operators."""

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from mnist_core.classifiers.spec import N_CLASSES, PIXELS

OPSETS = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 5)]
IR_VERSION = 9
ONNX_TYPES = {"float32": TensorProto.FLOAT, "float64": TensorProto.DOUBLE}


class Graph:
    """Nodes in the order they are added, from the input "images" to the output "scores"."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def add(self, operator: str, *inputs: str | np.ndarray | np.generic, domain: str = "", **attributes: Any) -> str:
        """Append a node and return the name of its output; arrays among the inputs become constants."""
        names = [item if isinstance(item, str) else self._constant(item) for item in inputs]
        output = f"{operator}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, names, [output], domain=domain, **attributes))
        return output

    def images(self, dtype: str = "float32", *, shape: tuple[int, ...] = (PIXELS,)) -> str:
        """The input's pixels 0..255 as numbers of `dtype`, each digit brought to `shape`."""
        cast = self.add("Cast", "images", to=ONNX_TYPES[dtype])
        return self.add("Reshape", cast, np.array([-1, *shape], dtype=np.int64))

    def cast(self, value: str | np.ndarray, dtype: str) -> str:
        """`value` as numbers of `dtype`."""
        return self.add("Cast", value, to=ONNX_TYPES[dtype])

    def linear(self, x: str, weights: np.ndarray, bias: np.ndarray) -> str:
        """x (n, a) @ weights (a, b) + bias (b,) -> (n, b), in the precision of `bias`, whatever that of the weights."""
        same = weights.dtype == bias.dtype
        return self.add("Gemm", x, weights if same else self.cast(weights, str(bias.dtype)), bias)

    def model(self, scores: str) -> onnx.ModelProto:
        """The finished, checked model whose output is the value named `scores`."""
        self._nodes.append(helper.make_node("Identity", [scores], ["scores"]))
        graph = helper.make_graph(
            self._nodes,
            "classifier",
            [helper.make_tensor_value_info("images", TensorProto.UINT8, ["N", 28, 28])],
            [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["N", N_CLASSES])],
            self._constants,
        )
        model = helper.make_model(graph, opset_imports=OPSETS, ir_version=IR_VERSION, producer_name="mnist_core")
        onnx.checker.check_model(model)
        return model

    def _constant(self, array: np.ndarray | np.generic) -> str:
        name = f"constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.asarray(array), name))
        return name
