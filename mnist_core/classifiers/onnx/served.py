"""Served classifiers: prediction with NumPy and ONNX Runtime, without any package for training."""

from functools import cache

import numpy as np
import onnxruntime

from mnist_core.base.digits import N_CLASSES, SIDE
from mnist_core.base.errors import MnistCoreError
from mnist_core.base.memory import release_memory
from mnist_core.classifiers.spec import BATCH_KEY, Served

CHUNK = 100
"""Default batch size. A kernel SVM holds about 12,000 doubles per sample, 20 MB per batch."""


@cache
def _options() -> onnxruntime.SessionOptions:
    """Return options for many models in one process: one thread that does not spin, and no memory kept for reuse."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return options


class OnnxClassifier(Served):
    """An ONNX model that predicts scores, probabilities and labels.

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
        self._session._model_bytes = b""  # a copy of the model, used only to change providers
        release_memory()

    def scores(self, images: np.ndarray) -> np.ndarray:
        """Return raw scores.

        Parameters
        ----------
        images : uint8 ndarray of shape (n, 28, 28)
            Ink bright on black. Processed in batches, so that memory does not grow with n.

        Returns
        -------
        float32 ndarray of shape (n, 10)

        Raises
        ------
        MnistCoreError
            The images have another type or shape.
        """
        if not isinstance(images, np.ndarray) or images.dtype != np.uint8 or images.shape[1:] != (SIDE, SIDE):
            found = f"{images.dtype} {images.shape}" if isinstance(images, np.ndarray) else type(images).__name__
            raise MnistCoreError(f"Expected images as a uint8 array of shape (n, 28, 28), found {found}.")
        scores = np.empty((len(images), N_CLASSES), dtype=np.float32)
        for start in range(0, len(images), self._chunk):
            chunk = np.ascontiguousarray(images[start : start + self._chunk])
            scores[start : start + self._chunk] = self._session.run(["scores"], {"images": chunk})[0]
        if len(images) > CHUNK:
            release_memory()
        return scores
