"""`rename` and `delete`: runs of one's own."""

import argparse

from mnist_core.base.errors import ArtifactMissingError
from mnist_core.classifiers.registry import is_custom
from mnist_core.store import delete_run, load_record, rename_run, run_dir


def rename(options: argparse.Namespace) -> bool:
    """Call a run something else on screen."""
    (name,) = options.classifiers
    record = rename_run(load_record(options.dataset, name), options.label)
    print(f"{name} is now called {record.label!r}." if record.label else f"{name} has no label any more.")
    return True


def delete(options: argparse.Namespace) -> bool:
    """Delete a run, usable or not, with all its files."""
    (name,) = options.classifiers
    if is_custom(name) and not run_dir(options.dataset, name).exists():
        raise ArtifactMissingError(options.dataset, name, "there is no such run.")
    delete_run(options.dataset, name)
    print(f"{name} on {options.dataset} is deleted.")
    return True
