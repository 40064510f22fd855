"""Names of runs. The run of a classifier has its name; custom runs have numbered names such as `mlp@1`."""

from collections.abc import Iterable

from mnist_core.base.errors import MnistCoreError
from mnist_core.base.labels import CUSTOM_MARK
from mnist_core.classifiers.registry import base_of, get_classifier_spec, is_custom, list_classifiers
from mnist_core.store.paths import artifacts_dir
from mnist_core.store.record import RECORD


def list_runs(dataset: str) -> list[str]:
    """Return the names of all classifiers, trained or not, followed by those of the stored custom runs by number."""
    stored = [path.parent.name for path in (artifacts_dir() / dataset).glob(f"*{CUSTOM_MARK}*/{RECORD}")]
    custom = [name for name in stored if is_custom(name) and base_of(name) in list_classifiers(dataset)]
    return [*list_classifiers(dataset), *sorted(custom, key=lambda name: (_number(name), name))]


def next_name(dataset: str, classifier: str, *, used_names: Iterable[object] = ()) -> str:
    """Return the name of the next custom run of a classifier.

    All custom runs of a dataset share one sequence of numbers.

    Parameters
    ----------
    used_names : iterable, optional
        Names of earlier runs. They are not used again, because a link to a deleted run must not show another run.
        Values that are not names of custom runs are ignored.
    """
    folders = [path.name for path in (artifacts_dir() / dataset).glob(f"*{CUSTOM_MARK}*")]
    numbers = [_number(name) for name in [*folders, *map(str, used_names)] if is_custom(name)]
    return f"{classifier}{CUSTOM_MARK}{max(numbers, default=0) + 1}"


def require_custom(name: str) -> None:
    """Raise an error unless a name is the name of a custom run.

    Raises
    ------
    UnknownNameError
        The name belongs neither to a custom run nor to a classifier.
    MnistCoreError
        The name belongs to a classifier in the registry.
    """
    get_classifier_spec(name)
    if not is_custom(name):
        example = f"mlp{CUSTOM_MARK}1"
        raise MnistCoreError(
            f"{name} is not a custom run. Only custom runs, such as {example}, can be renamed or deleted."
        )


def _number(name: str) -> int:
    """Return the number of a custom run: 1 for `mlp@1`."""
    return int(name.partition(CUSTOM_MARK)[2])
