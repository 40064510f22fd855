"""A trained classifier as pages and programs use it: NumPy and ONNX Runtime, nothing that trains."""

from functools import cache

import numpy as np
import onnxruntime

from mnist_core.base.errors import MnistCoreError
from mnist_core.base.memory import give_back_memory
from mnist_core.classifiers.spec import BATCH_KEY, N_CLASSES, Served

CHUNK = 100
"""Digits at a time, unless a model names another number. A kernel machine holds some 12,000 doubles a digit: 20 MB."""


@cache
def _options() -> onnxruntime.SessionOptions:
    """One thread that sleeps when idle, and no memory kept for later: all models live side by side."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return options


class OnnxClassifier(Served):
    """Scores, probabilities and labels of digits from an ONNX model.

    Parameters
    ----------
    model_bytes : bytes
        ONNX: input "images" uint8 (N, 28, 28), output "scores" float32 (N, 10).
    temperature : float
        Probabilities are softmax(scores / temperature).
    """

    def __init__(self, model_bytes: bytes, temperature: float = 1.0) -> None:
        self.temperature = temperature
        try:
            self._session = onnxruntime.InferenceSession(model_bytes, _options(), providers=["CPUExecutionProvider"])
        except Exception as error:  # ONNX Runtime's errors share no public base class
            version = onnxruntime.__version__
            raise MnistCoreError(f"ONNX Runtime {version} cannot read the model: {error}") from error
        self._chunk = int(self._session.get_modelmeta().custom_metadata_map.get(BATCH_KEY, CHUNK))
        self._session._model_bytes = b""  # kept for a change of providers that never comes, and as large as the model
        give_back_memory()

    def scores(self, images: np.ndarray) -> np.ndarray:
        """Raw scores.

        Parameters
        ----------
        images : uint8 ndarray of shape (n, 28, 28)
            Ink bright on black. Handled in chunks, so memory does not grow with n.

        Returns
        -------
        float32 ndarray of shape (n, 10)
        """
        if not isinstance(images, np.ndarray) or images.dtype != np.uint8 or images.shape[1:] != (28, 28):
            found = f"{images.dtype} {images.shape}" if isinstance(images, np.ndarray) else type(images).__name__
            raise MnistCoreError(f"Expected images as a uint8 array of shape (n, 28, 28), found {found}.")
        scores = np.empty((len(images), N_CLASSES), dtype=np.float32)
        for start in range(0, len(images), self._chunk):
            chunk = np.ascontiguousarray(images[start : start + self._chunk])
            scores[start : start + self._chunk] = self._session.run(["scores"], {"images": chunk})[0]
        if len(images) > CHUNK:
            give_back_memory()
        return scores
