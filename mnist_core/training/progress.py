"""Progress of one step, reported as a share of all steps."""

from collections.abc import Mapping

from mnist_core.base.progress import Progress


def scaled(progress: Progress, low: float, high: float, *, prefix: str = "") -> Progress:
    """Return a function that reports the share of a step, 0..1, as a share between `low` and `high`.

    Parameters
    ----------
    prefix : str
        Text before each message.
    """

    def report(message: str, share: float | None = None, *, entry: Mapping[str, float] | None = None) -> None:
        progress(prefix + message, low + (high - low) * (share or 0.0), entry=entry)

    return report
