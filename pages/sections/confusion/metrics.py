"""Metrics of the selected classifier."""

from mnist_core.store.record import Record
from pages.widgets import formatting, metric_row
from pages.widgets.metric_row import Metric


def show_metrics(record: Record, wrong: int, most_confused: str) -> None:
    """Show the test accuracy, the misclassified digits, the most confused pair and the training time.

    Parameters
    ----------
    wrong : int
        Number of misclassified test digits.
    most_confused : str
        The most confused pair as text.
    """
    interval = formatting.interval(record.test_accuracy, record.n_test)
    metric_row.show(
        (
            Metric(
                "Test accuracy",
                formatting.percent(record.test_accuracy),
                f"95 % confidence interval (Wilson): {interval} %.",
            ),
            Metric("Misclassified", f"{wrong:,}", f"Of {record.n_test:,} test digits."),
            Metric("Most confused", most_confused, "True digit → predicted digit."),
            Metric(
                "Training time",
                formatting.seconds(record.fit_seconds),
                f"On {record.n_train:,} digits, {record.cores} cores.",
            ),
        )
    )
