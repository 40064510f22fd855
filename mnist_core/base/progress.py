"""Interface for reporting the progress of long work."""

from collections.abc import Mapping
from typing import Protocol


class Progress(Protocol):
    """Callable that receives a short message and the completed share in 0..1 (None: unknown).

    It can raise an exception to cancel the work. Training in epochs also passes each entry of its history as `entry`.
    """

    def __call__(
        self, message: str, share: float | None = None, *, entry: Mapping[str, float] | None = None
    ) -> None: ...


def silent(message: str, share: float | None = None, *, entry: Mapping[str, float] | None = None) -> None:
    """Ignore all reports. This is the default where a function takes a `Progress`."""
