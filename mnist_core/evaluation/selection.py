"""Selection of the final model by cross-validation."""

from collections.abc import Mapping

RULE = "the highest cross-validated accuracy on the training split; ties are broken by prediction speed"


def choose_final_model(accuracy: Mapping[str, float], seconds: Mapping[str, float]) -> str | None:
    """Return the classifier with the highest cross-validated accuracy. Ties are broken by prediction speed.

    Parameters
    ----------
    accuracy : mapping of name to float in 0..1
        Out-of-fold accuracies on the training split. The test split is not used for selection.
    seconds : mapping of name to float
        Prediction times. They can include further classifiers.

    Returns
    -------
    str, or None if no classifier was cross-validated
    """
    return min(accuracy, key=lambda name: (-accuracy[name], seconds[name]), default=None)
