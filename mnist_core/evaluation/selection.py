"""Which classifier is the final model."""

from collections.abc import Mapping

RULE = "the highest cross-validated accuracy on the training split; of equals, the quicker one to predict"


def choose_final_model(accuracy: Mapping[str, float], seconds: Mapping[str, float]) -> str | None:
    """The classifier with the highest cross-validated accuracy; of equals the one that predicts in least time.

    Parameters
    ----------
    accuracy : mapping of name to float
        Shares in 0..1, out of fold on the training split: the test split has no say.
    seconds : mapping of name to float
        Prediction times, of at least the same names.

    Returns
    -------
    str or None
        None if nothing was cross-validated.
    """
    return min(accuracy, key=lambda name: (-accuracy[name], seconds[name]), default=None)
