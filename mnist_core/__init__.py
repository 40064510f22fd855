"""Compare MNIST classifiers: load datasets and trained classifiers, and predict.

>>> from mnist_core import list_classifiers, load_classifier, load_dataset
>>> digits = load_dataset("digits").test
>>> load_classifier("svc-ovo", dataset="digits").predict(digits.images[:3])
"""

from mnist_core.classifiers.registry import list_classifiers
from mnist_core.datasets import load_dataset
from mnist_core.images.canvas import canvas_to_digit
from mnist_core.store import load_classifier

__all__ = ["canvas_to_digit", "list_classifiers", "load_classifier", "load_dataset"]
