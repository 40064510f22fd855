"""Which packages that training needs are missing here, found without importing any."""

from importlib.util import find_spec

from mnist_core.classifiers.registry import get_classifier_spec
from mnist_core.errors import TrainingError

REMEDY = "pip install -r requirements-train.txt"


def missing_packages(classifier: str) -> list[str]:
    """The packages without which this classifier cannot be trained."""
    return _missing("sklearn", "onnx", *get_classifier_spec(classifier).requires)


def require_packages(*packages: str, purpose: str) -> None:
    """Raise TrainingError, with the command that mends it, unless all of these can be imported."""
    if missing := _missing(*packages):
        raise TrainingError(f"{purpose} needs {', '.join(missing)}, which is not installed. Run: {REMEDY}")


def _missing(*packages: str) -> list[str]:
    return [package for package in packages if find_spec(package) is None]
