"""Builder for ONNX graphs."""

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from mnist_core.base.digits import N_CLASSES, PIXELS, SIDE
from mnist_core.classifiers.spec import BATCH_KEY

OPSETS = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 5)]
IR_VERSION = 9
ONNX_TYPES = {"float32": TensorProto.FLOAT, "float64": TensorProto.DOUBLE}


class Graph:
    """A graph from the input "images" to one output. Nodes are kept in the order in which they are added."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def add(self, operator: str, *inputs: str | np.ndarray | np.generic, domain: str = "", **attributes: Any) -> str:
        """Append a node and return the name of its output. Arrays among the inputs become constants."""
        names = [item if isinstance(item, str) else self._constant(item) for item in inputs]
        output = f"{operator}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, names, [output], domain=domain, **attributes))
        return output

    def images(self, dtype: str = "float32", *, shape: tuple[int, ...] = (PIXELS,)) -> str:
        """Append the conversion of the input images to `dtype` and shape (N, *shape). The pixels stay in 0..255."""
        cast = self.add("Cast", "images", to=ONNX_TYPES[dtype])
        return self.add("Reshape", cast, np.array([-1, *shape], dtype=np.int64))

    def cast(self, value: str | np.ndarray, dtype: str) -> str:
        """Append the conversion of a value to `dtype`."""
        return self.add("Cast", value, to=ONNX_TYPES[dtype])

    def linear(self, x: str, weights: np.ndarray, bias: np.ndarray) -> str:
        """Append x (n, a) @ weights (a, b) + bias (b,) -> (n, b), computed in the precision of `bias`."""
        same = weights.dtype == bias.dtype
        return self.add("Gemm", x, weights if same else self.cast(weights, str(bias.dtype)), bias)

    def split(self, value: str, parts: int, axis: int = 1) -> list[str]:
        """Append the division of a value into equal parts along an axis; return the names of the parts."""
        outputs = [f"Split_{len(self._nodes)}_{i}" for i in range(parts)]
        self._nodes.append(helper.make_node("Split", [value], outputs, axis=axis))
        return outputs

    def model(
        self, output: str, *, name: str = "scores", width: int | None = N_CLASSES, batch: int | None = None
    ) -> onnx.ModelProto:
        """Return the finished model, checked by ONNX.

        Parameters
        ----------
        output : str
            Name of the value to return.
        name : str
            Name of the model's output.
        width : int or None
            Second dimension of the output. None: unknown.
        batch : int, optional
            Batch size at which to serve the model, if it differs from the default.
        """
        self._nodes.append(helper.make_node("Identity", [output], [name]))
        graph = helper.make_graph(
            self._nodes,
            "classifier",
            [helper.make_tensor_value_info("images", TensorProto.UINT8, ["N", SIDE, SIDE])],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", width])],
            self._constants,
        )
        model = helper.make_model(graph, opset_imports=OPSETS, ir_version=IR_VERSION, producer_name="mnist_core")
        if batch:
            helper.set_model_props(model, {BATCH_KEY: str(batch)})
        onnx.checker.check_model(model)
        return model

    def _constant(self, array: np.ndarray | np.generic) -> str:
        name = f"constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.asarray(array), name))
        return name
