"""Learning curves and histories: names and colors of lines, error bars, hover texts and CSV data."""

import numpy as np
import pandas as pd
import pytest

from mnist_core.evaluation.learning import summarise_curve, summarise_history
from mnist_core.figures import learning

COLOURS = {"svm": "red", "net": "blue"}
LABELS = {"svm": "SVM", "net": "Network"}


@pytest.fixture
def curves():
    def training(n_train, accuracy, seconds):
        return {"n_train": n_train, "test_accuracy": accuracy, "fit_seconds": seconds}

    svm = [training(100, 0.90, 1.0), training(100, 0.92, 3.0), training(1000, 0.95, 20.0)]
    net = [training(100, 0.80, 5.0), training(1000, 0.99, 50.0)]
    frames = [summarise_curve(svm, 1000).assign(name="svm", label="SVM")]
    frames.append(summarise_curve(net, 1000).assign(name="net", label="Network"))
    return pd.concat(frames, ignore_index=True)


@pytest.fixture
def histories():
    entries = [{"epoch": n, "loss": 1 / n, "validation_accuracy": 1 - 0.1 / n} for n in range(1, 41)]
    return summarise_history(entries, 100).assign(name="net", label="Network")


def lines_of(figure):
    return {trace.name: trace for trace in figure.data if trace.name}


@pytest.mark.parametrize("draw", [learning.learning_curve_figure, learning.training_time_figure])
def test_lines_have_their_color_and_label_and_the_highlighted_one_is_on_top(curves, draw):
    figure = draw(curves, COLOURS, highlight="svm")
    net, svm = lines_of(figure).values()
    assert (svm.name, net.name) == ("<b>SVM</b>", "Network")
    assert (svm.line.color, net.line.color) == ("red", "blue")
    assert svm.line.width > net.line.width
    labels = {note.text: note.font.color for note in figure.layout.annotations}
    assert labels == {"<b>SVM</b>": "red", "Network": "blue"}
    assert draw(curves, COLOURS, highlight="another").data[-1].name == "Network"


def test_a_learning_curve_has_error_bars_and_dashes_at_the_extremes_of_several_trainings(curves):
    figure = learning.learning_curve_figure(curves, COLOURS, highlight="svm")
    dashes, svm = figure.data[0], lines_of(figure)["<b>SVM</b>"]
    assert list(svm.x) == [100, 1000]
    assert list(svm.y) == pytest.approx([9, 5])
    rows = curves[curves["name"] == "svm"]
    assert np.array(svm.y) + svm.error_y.array == pytest.approx(100 * (1 - rows["low"].to_numpy()))
    assert np.array(svm.y) - svm.error_y.arrayminus == pytest.approx(100 * (1 - rows["high"].to_numpy()))
    assert list(zip(dashes.x, dashes.y, strict=True)) == [(100, pytest.approx(10)), (100, pytest.approx(8))]
    assert list(dashes.marker.line.color) == ["red", "red"]


def test_hover_texts_have_sizes_accuracies_times_and_losses(curves, histories):
    svm = lines_of(learning.learning_curve_figure(curves, COLOURS, highlight="svm"))["<b>SVM</b>"]
    low, high = 100 * curves.loc[0, ["low", "high"]].to_numpy(dtype=float)
    assert svm.hovertext[0] == (
        f"SVM, 100 training digits<br>test accuracy 91.00 % (95 % CI {low:.2f} to {high:.2f})"
        "<br>mean of 2 trainings: 90.00 to 92.00 %"
    )
    assert "trainings" not in svm.hovertext[1]
    time = lines_of(learning.training_time_figure(curves, COLOURS, highlight="svm"))["<b>SVM</b>"]
    assert time.hovertext[1] == "SVM, 1,000 training digits<br>training time 20 s"
    loss = learning.history_figure(histories, COLOURS, measure="loss", highlight="net").data[-1]
    assert loss.hovertext[1] == "Network, epoch 2<br>training loss 0.5 nats"


def test_a_history_has_accuracy_with_a_confidence_band_or_loss_without(histories):
    band, line = learning.history_figure(histories, COLOURS, measure="accuracy", highlight="net").data
    assert list(line.x) == list(range(1, 41))
    assert list(line.y) == pytest.approx([10 / n for n in range(1, 41)])
    assert len(band.x) == len(band.y) == 80
    assert list(band.x[:40]) == list(band.x[:39:-1]) == list(line.x)
    (loss,) = learning.history_figure(histories, COLOURS, measure="loss", highlight="net").data
    assert list(loss.y) == pytest.approx([1 / n for n in range(1, 41)])


def test_a_classifier_without_errors_is_drawn_at_an_error_rate_of_0_01_percent(curves):
    perfect = curves.assign(test_accuracy=1.0, high=1.0, lowest=1.0, highest=1.0)
    figure = learning.learning_curve_figure(perfect, COLOURS, highlight="svm")
    assert list(figure.data[-1].y) == pytest.approx([0.01, 0.01])


def test_the_columns_of_the_frames_name_their_units(curves, histories):
    frame = learning.learning_curve_frame(curves)
    assert frame.loc[0].to_dict() == {
        "classifier": "svm",
        "training_digits": 100,
        "trainings": 2,
        "test_accuracy_percent": pytest.approx(91),
        "interval_low_percent": pytest.approx(100 * curves.loc[0, "low"]),
        "interval_high_percent": pytest.approx(100 * curves.loc[0, "high"]),
        "lowest_accuracy_percent": pytest.approx(90),
        "highest_accuracy_percent": pytest.approx(92),
        "fit_seconds": 2.0,
    }
    assert learning.history_frame(histories)["validation_accuracy_percent"].tolist()[:2] == pytest.approx([90, 95])
