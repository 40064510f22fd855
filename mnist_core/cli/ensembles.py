"""Messages of `train` and `cv` about ensembles, which depend on the runs of their members."""

from collections.abc import Sequence

from mnist_core.base.errors import ArtifactError, ArtifactStaleError
from mnist_core.classifiers.registry import list_classifiers, members_of
from mnist_core.cli.reporting import print_error
from mnist_core.store import load_record


def can_be_trained(name: str, dataset: str) -> bool:
    """Return whether a classifier can be trained now. A single classifier always can.

    An ensemble needs cross-validated members. If some are not, print the commands to run first.
    """
    from mnist_core.training.ensemble import prerequisite_commands

    if commands := prerequisite_commands(name, dataset):
        commands += f", then python -m mnist_core train {name} --dataset {dataset}"
        print_error(f"Left out: {name} is an ensemble, whose members must be cross-validated first: {commands}")
    return not commands


def report_stale_ensembles(renewed: Sequence[str], dataset: str) -> None:
    """Print which ensembles to train again after the runs of their members have changed.

    Parameters
    ----------
    renewed : sequence of str
        Classifiers that were trained or cross-validated by this command.
    dataset : str
    """
    from mnist_core.training.ensemble import OUTDATED_WEIGHTS, has_current_weights

    for name in list_classifiers(dataset):
        if name not in renewed and set(members_of(name)) & set(renewed):
            try:
                if not has_current_weights(load_record(dataset, name)):
                    raise ArtifactStaleError(dataset, name, OUTDATED_WEIGHTS)
            except ArtifactStaleError as error:
                print_error(error)
            except ArtifactError:
                continue  # the ensemble was already missing or damaged
