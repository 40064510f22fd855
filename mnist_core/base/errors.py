"""The errors of the core: one family, each saying what was expected, what was found, what to do."""

from collections.abc import Iterable

from mnist_core.base.labels import CUSTOM_MARK


class MnistCoreError(Exception):
    """Base of all errors that a user can act on; anything else is a bug."""


class UnknownNameError(MnistCoreError):
    """A dataset or classifier was asked for by a name that the registry does not hold."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind, self.name, self.known = kind, name, tuple(known)
        super().__init__(f"There is no {kind} named {name!r}. Choose one of: {', '.join(self.known)}.")


class DatasetError(MnistCoreError):
    """A dataset's files are missing or wrong."""


class DatasetCorruptError(DatasetError):
    """A file is there, but it is not the file it should be."""


class DatasetUnavailableError(DatasetError):
    """No source could give the dataset.

    Attributes
    ----------
    attempts : tuple of (source, reason)
        Every source that was tried, in order, and why it failed.
    remedy : str
        What to do about it.
    """

    def __init__(self, name: str, attempts: Iterable[tuple[str, str]], remedy: str) -> None:
        self.name, self.attempts, self.remedy = name, tuple(attempts), remedy
        tried = "".join(f"\n  - {source}: {reason}" for source, reason in self.attempts)
        super().__init__(f"The images of {name!r} could not be had. Tried:{tried}\n{remedy}")


class ArtifactError(MnistCoreError):
    """A run cannot be used.

    Attributes
    ----------
    dataset, classifier : str
        Whose run it is.
    reason : str
        What was expected and what was found, without the remedy.
    command : str
        What mends it, in a terminal.
    """

    remedy, subcommand = "Train it again", "train"
    custom_remedy, custom_subcommand = "Delete it", "delete"
    """Of a run of one's own, whose name is never given again."""

    def __init__(self, dataset: str, classifier: str, reason: str) -> None:
        self.dataset, self.classifier, self.reason = dataset, classifier, reason
        custom = CUSTOM_MARK in classifier
        remedy, subcommand = (self.custom_remedy, self.custom_subcommand) if custom else (self.remedy, self.subcommand)
        asked = "show" if subcommand == "show" else f"{subcommand} {classifier}"
        self.command = f"python -m mnist_core {asked} --dataset {dataset}"
        super().__init__(f"{classifier} on {dataset}: {reason} {remedy}: {self.command}")


class ArtifactMissingError(ArtifactError):
    """There is no run of this classifier on this dataset."""

    custom_remedy, custom_subcommand = "See which there are", "show"


class NotCrossValidatedError(ArtifactError):
    """There is a run, without out-of-fold scores."""

    remedy, subcommand = custom_remedy, custom_subcommand = "Cross-validate it", "cv"


class EnsembleNotCrossValidatedError(NotCrossValidatedError):
    """The same of a vote, which its training cross-validates."""

    remedy, subcommand = ArtifactError.remedy, ArtifactError.subcommand


class ArtifactStaleError(ArtifactError):
    """The run was made with other hyperparameters, data, format or members than today's, or a member is not usable."""


class ArtifactCorruptError(ArtifactError):
    """The run's files do not match their record."""


class TrainingError(MnistCoreError):
    """A classifier cannot be trained here and now: a package is missing, or another training is under way."""
