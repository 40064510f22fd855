"""How long work reports where it stands."""

from collections.abc import Callable

Progress = Callable[[str, float | None], None]
"""Called with a short message and the share done in 0..1 (None: unknown). It may raise to cancel the work."""


def silent(message: str, share: float | None = None) -> None:
    """Report to nobody."""
