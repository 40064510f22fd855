"""What the command line does: each takes the parsed options, prints, and returns whether all went well."""

from mnist_core.commands.check import fetch, verify
from mnist_core.commands.leaderboard import show
from mnist_core.commands.study import cross_validate_all, measure_claims, measure_curves, train_seeds_of
from mnist_core.commands.train import train_all

__all__ = [
    "cross_validate_all",
    "fetch",
    "measure_claims",
    "measure_curves",
    "show",
    "train_all",
    "train_seeds_of",
    "verify",
]
