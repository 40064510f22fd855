"""The Overview page."""

import numpy as np
import pytest

from mnist_core import store
from mnist_core.classifiers.registry import get_classifier_spec
from mnist_core.training.seeds import train_seeds
from pages.widgets import formatting
from tests.conftest import remove_additions
from tests.pages.conftest import store_cross_validation, texts


@pytest.mark.parametrize("dataset", ["mnist", "digits"])
def test_the_leaderboard_has_every_record_most_accurate_first(open_page, dataset):
    records, _ = store.load_records(dataset)
    board = open_page("overview", dataset=dataset).dataframe[0].value
    assert sorted(board["name"]) == sorted(record.classifier for record in records)
    assert board["test_accuracy"].is_monotonic_decreasing
    shown = board.set_index("name")["test_accuracy"]
    for record in records:
        assert shown[record.classifier] == pytest.approx(100 * record.test_accuracy)


def test_every_accuracy_has_its_interval(open_page):
    board = open_page("overview").dataframe[0].value
    for row in board.itertuples():
        low, high = map(float, row.interval.split(" to "))
        assert low < row.test_accuracy < high


def test_the_leaderboard_has_the_accuracy_of_each_fold_their_mean_and_their_spread(open_page, artifacts):
    remove_additions(artifacts / "digits", "cross_validation")
    for name, accuracies in (("sgd", (0.9, 0.91, 0.92, 0.93, 0.9)), ("cnn", (0.99, 0.98, 0.99, 0.97, 0.96))):
        store_cross_validation(name, *accuracies)
    for row in open_page("overview").dataframe[0].value.itertuples():
        folds = store.load_record("digits", row.name).cross_validation
        if row.name not in ("sgd", "cnn"):
            assert row.cv_folds == ""
            assert np.isnan([row.cv_accuracy, row.cv_spread]).all()
            continue
        assert row.cv_folds.split() == [f"{100 * share:.2f}" for share in folds.accuracies]
        assert row.cv_accuracy == pytest.approx(100 * folds.accuracy)
        assert row.cv_spread == pytest.approx(100 * np.std(folds.accuracies, ddof=1))


def test_the_leaderboard_has_no_column_without_values(open_page, artifacts):
    def columns():
        return list(open_page("overview", dataset="digits").dataframe[0].proto.column_order)

    remove_additions(artifacts / "digits", "replicates", "cross_validation")
    assert not {"seeds_accuracy", "cv_accuracy", "cv_spread", "cv_folds"} & set(columns())
    train_seeds("logistic", "digits", count=2)
    assert "seeds_accuracy" in columns()


def test_the_leaderboard_has_the_mean_over_several_seeds(open_page):
    shown = open_page("overview", dataset="mnist").dataframe[0].value.set_index("name")["seeds_accuracy"]
    for record in store.load_records("mnist")[0]:
        mean, deviation, seeds = record.seeds_accuracy
        expected = f"{100 * mean:.2f} ± {100 * deviation:.2f} ({seeds})" if record.replicates else ""
        assert shown[record.classifier] == expected


def test_the_first_link_is_the_most_confused_pair_of_the_selected_classifier(open_page):
    record = store.load_record("digits", "sgd")
    y_true, y_pred = store.load_labels(record, "test"), store.load_scores(record).argmax(axis=1)
    wrong = [(int(a), int(b)) for a, b in zip(y_true, y_pred, strict=True) if a != b]
    most = max(wrong.count(pair) for pair in wrong)
    text = texts(open_page("overview", model="sgd"))
    worst = [pair for pair in wrong if wrong.count(pair) == most]
    assert any(f"is true **{a}**, predicted **{b}**: {most} digit" in text for a, b in worst)


@pytest.mark.parametrize("dataset", ["mnist", "digits"])
def test_the_final_model_is_the_best_in_cross_validation(open_page, dataset):
    records, _ = store.load_records(dataset)
    validated = [record for record in records if record.cross_validation]
    best = max(validated, key=lambda record: record.cross_validation.accuracy)
    app = open_page("overview", dataset=dataset)
    (shown,) = [metric for metric in app.metric if metric.label == "Final model"]
    assert shown.value == get_classifier_spec(best.classifier).label
    assert f"**{formatting.percent(best.cross_validation.accuracy)}** over 5 stratified folds" in texts(app)
    accuracy = formatting.percent_interval(best.test_accuracy, best.n_test)
    assert f"On the test set, which was not used for selection, its accuracy is **{accuracy}**" in texts(app)


def test_the_final_model_may_have_the_lowest_test_accuracy(open_page, artifacts):
    remove_additions(artifacts / "digits", "cross_validation")
    records, _ = store.load_records("digits")
    *_, better, worst = sorted(records, key=lambda record: -record.test_accuracy)
    store_cross_validation(better.classifier, *(0.9,) * 5)
    store_cross_validation(worst.classifier, *(0.9, 0.9, 0.9, 0.9, 0.92))
    (shown,) = [metric for metric in open_page("overview").metric if metric.label == "Final model"]
    assert shown.value == get_classifier_spec(worst.classifier).label


def test_without_cross_validation_the_command_is_shown_instead_of_a_final_model(open_page, artifacts):
    remove_additions(artifacts / "digits", "cross_validation")
    app = open_page("overview")
    assert not app.exception
    assert "**Final model**: none yet" in texts(app)
    assert app.code[0].value == "python -m mnist_core cv --all --dataset digits"
