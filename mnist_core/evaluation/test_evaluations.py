"""Summary of the log of test-set evaluations: how often each classifier was evaluated on the test split, and why."""

from typing import Any

import pandas as pd

PURPOSES = ("run", "seed", "learning curve", "benchmark", "claim")
"""A stored run, the same with another seed or on part of the data, a benchmark, and a published claim."""


def summarise_evaluations(log: pd.DataFrame) -> pd.DataFrame:
    """Return one row per classifier, the most recently evaluated first.

    Parameters
    ----------
    log : DataFrame
        One row per evaluation, oldest first: `created` (ISO 8601), `classifier`, `purpose`, `hyperparameters` (a
        digest) and `test_accuracy` (a share in 0..1).

    Returns
    -------
    DataFrame
        `classifier`, `evaluations` (their number), one column of counts for each of `PURPOSES`, `hyperparameter_sets`
        (number of different hyperparameters), `best` (the highest test accuracy) and `last` (ISO 8601).
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
