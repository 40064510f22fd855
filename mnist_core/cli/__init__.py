"""What the command line does: each takes the parsed options, prints, and returns whether all went well."""

from mnist_core.cli.check import fetch, verify
from mnist_core.cli.custom_runs import delete, rename
from mnist_core.cli.leaderboard import show
from mnist_core.cli.study import (
    cross_validate_all,
    measure_claims,
    measure_curves,
    measure_robustness_of,
    train_seeds_of,
)
from mnist_core.cli.train import misuse_of_train, train_all
from mnist_core.cli.tune import tune_one

__all__ = [
    "cross_validate_all",
    "delete",
    "fetch",
    "measure_claims",
    "measure_curves",
    "measure_robustness_of",
    "misuse_of_train",
    "rename",
    "show",
    "train_all",
    "train_seeds_of",
    "tune_one",
    "verify",
]
