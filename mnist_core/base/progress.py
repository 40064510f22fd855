"""How long work reports where it stands."""

from collections.abc import Mapping
from typing import Protocol


class Progress(Protocol):
    """Called with a short message and the share done in 0..1 (None: unknown). It may raise to cancel the work.

    Training in epochs also hands over each entry of its history as `entry`, as soon as it is there.
    """

    def __call__(
        self, message: str, share: float | None = None, *, entry: Mapping[str, float] | None = None
    ) -> None: ...


def silent(message: str, share: float | None = None, *, entry: Mapping[str, float] | None = None) -> None:
    """Report to nobody."""
