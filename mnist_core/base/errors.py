"""Exceptions of the core. Each message says what was expected, what was found, and what to do."""

from collections.abc import Iterable

from mnist_core.base.labels import CUSTOM_MARK


class MnistCoreError(Exception):
    """Base class of all errors that a user can act on. Any other exception is a bug."""


class UnknownNameError(MnistCoreError):
    """The registry has no dataset or classifier of this name."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind, self.name, self.known = kind, name, tuple(known)
        super().__init__(f"There is no {kind} named {name!r}. Choose one of: {', '.join(self.known)}.")


class DatasetError(MnistCoreError):
    """The files of a dataset are missing or not valid."""


class DatasetCorruptError(DatasetError):
    """A file of a dataset exists, but its content is not the expected one."""


class DatasetUnavailableError(DatasetError):
    """No source has the dataset.

    Attributes
    ----------
    attempts : tuple of (source, reason)
        Every source that was tried, in order, and the reason why it failed.
    remedy : str
        What the user can do.
    """

    def __init__(self, name: str, attempts: Iterable[tuple[str, str]], remedy: str) -> None:
        self.name, self.attempts, self.remedy = name, tuple(attempts), remedy
        tried = "".join(f"\n  - {source}: {reason}" for source, reason in self.attempts)
        super().__init__(f"The images of {name!r} are unavailable. Tried:{tried}\n{remedy}")


class ArtifactError(MnistCoreError):
    """A run cannot be used.

    Attributes
    ----------
    dataset, classifier : str
        The run.
    reason : str
        What was expected and what was found, without the remedy.
    command : str
        The command that repairs the run, for a terminal.
    """

    remedy, subcommand = "Train it again", "train"
    """What to do, and the subcommand of `python -m mnist_core` that does it."""
    custom_remedy, custom_subcommand = "Delete it", "delete"
    """The same for a custom run. It cannot be trained again, because its name is not used again."""

    def __init__(self, dataset: str, classifier: str, reason: str) -> None:
        self.dataset, self.classifier, self.reason = dataset, classifier, reason
        custom = CUSTOM_MARK in classifier
        remedy, subcommand = (self.custom_remedy, self.custom_subcommand) if custom else (self.remedy, self.subcommand)
        arguments = "show" if subcommand == "show" else f"{subcommand} {classifier}"
        self.command = f"python -m mnist_core {arguments} --dataset {dataset}"
        super().__init__(f"{classifier} on {dataset}: {reason} {remedy}: {self.command}")


class ArtifactMissingError(ArtifactError):
    """The classifier has no run on the dataset."""

    custom_remedy, custom_subcommand = "List the available runs", "show"


class NotCrossValidatedError(ArtifactError):
    """The run has no out-of-fold scores."""

    remedy, subcommand = custom_remedy, custom_subcommand = "Cross-validate it", "cv"


class EnsembleNotCrossValidatedError(NotCrossValidatedError):
    """The run of an ensemble has no out-of-fold scores. Training an ensemble also cross-validates it."""

    remedy, subcommand = ArtifactError.remedy, ArtifactError.subcommand


class ArtifactStaleError(ArtifactError):
    """The run has outdated hyperparameters, data, schema or members, or one of its members is not usable."""


class ArtifactCorruptError(ArtifactError):
    """The record of the run is not valid, or its files do not match the record."""


class TrainingError(MnistCoreError):
    """A classifier cannot be trained: for instance, a package is missing or another training is running."""
