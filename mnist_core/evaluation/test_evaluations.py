"""Summary of the log of test-set evaluations: number and purposes of the evaluations of each classifier."""

from typing import Any

import pandas as pd

PURPOSES = ("run", "seed", "learning curve", "benchmark", "claim")
"""Purposes of an evaluation: a stored run, another seed, a subset of the data, a benchmark, or a published claim."""


def summarise_evaluations(log: pd.DataFrame) -> pd.DataFrame:
    """Return one row per classifier, the most recently evaluated first.

    Parameters
    ----------
    log : DataFrame
        One row per evaluation, oldest first: `created` (ISO 8601), `classifier`, `purpose`, `hyperparameters` (a
        digest) and `test_accuracy` (a share in 0..1).

    Returns
    -------
    DataFrame with these columns
        classifier : str
        evaluations : int
            Number of evaluations.
        one column for each of `PURPOSES` : int
            Number of evaluations with this purpose.
        hyperparameter_sets : int
            Number of different hyperparameters.
        best : float in 0..1
            Highest test accuracy.
        last : str
            Time of the last evaluation, ISO 8601 in UTC.
    """
    rows: list[dict[str, Any]] = []
    log = log.reset_index(drop=True)
    for classifier, evaluations in log.groupby("classifier", sort=False):
        rows.append(
            {
                "classifier": classifier,
                "evaluations": len(evaluations),
                **{purpose: int((evaluations["purpose"] == purpose).sum()) for purpose in PURPOSES},
                "hyperparameter_sets": evaluations["hyperparameters"].nunique(),
                "best": pd.to_numeric(evaluations["test_accuracy"], errors="coerce").max(),
                "last": evaluations["created"].astype(str).max(),
                "position": evaluations.index.max(),  # breaks ties: several evaluations can have the same second
            }
        )
    columns = ["classifier", "evaluations", *PURPOSES, "hyperparameter_sets", "best", "last", "position"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.sort_values(["last", "position"], ascending=False, ignore_index=True).drop(columns="position")
