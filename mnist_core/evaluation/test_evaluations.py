"""How often a test split has been looked at, and for what."""

from typing import Any

import pandas as pd

PURPOSES = ("run", "seed", "learning curve", "benchmark", "claim")
"""Whole runs, the same with other seeds or on part of the data, trainings against time, other people's recipes."""


def summarise_evaluations(log: pd.DataFrame) -> pd.DataFrame:
    """One row a classifier, the one that was scored last first.

    Parameters
    ----------
    log : DataFrame
        One row a reading, oldest first: `created` (ISO 8601), `classifier`, `purpose`, `recipe` (a digest of the
        hyperparameters) and `test_accuracy` (a share in 0..1).

    Returns
    -------
    DataFrame
        `classifier`, `readings`, one column of counts for each of `PURPOSES`, `recipes` (how many different ones),
        `best` (the highest accuracy seen) and `last` (ISO 8601).
    """
    rows: list[dict[str, Any]] = []
    log = log.reset_index(drop=True)
    for classifier, own in log.groupby("classifier", sort=False):
        rows.append(
            {
                "classifier": classifier,
                "readings": len(own),
                **{purpose: int((own["purpose"] == purpose).sum()) for purpose in PURPOSES},
                "recipes": own["recipe"].nunique(),
                "best": pd.to_numeric(own["test_accuracy"], errors="coerce").max(),
                "last": own["created"].astype(str).max(),
                "place": own.index.max(),  # several readings may fall into one second
            }
        )
    frame = pd.DataFrame(rows, columns=["classifier", "readings", *PURPOSES, "recipes", "best", "last", "place"])
    return frame.sort_values(["last", "place"], ascending=False, ignore_index=True).drop(columns="place")
