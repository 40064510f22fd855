import numpy as np
import pytest

from mnist_core import store
from mnist_core.classifiers.registry import get_classifier_spec
from mnist_core.training.seeds import train_seeds
from pages.widgets import formatting
from tests.conftest import take_away
from tests.pages.conftest import cross_validate_at_will, texts


@pytest.mark.parametrize("dataset", ["mnist", "digits"])
def test_the_leaderboard_holds_every_record_most_accurate_first(open_page, dataset):
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


def test_the_leaderboard_gives_each_fold_their_mean_and_their_spread(open_page, artifacts):
    take_away(artifacts / "digits", "cross_validation")
    for name, accuracies in (("sgd", (0.9, 0.91, 0.92, 0.93, 0.9)), ("cnn", (0.99, 0.98, 0.99, 0.97, 0.96))):
        cross_validate_at_will(name, *accuracies)
    for row in open_page("overview").dataframe[0].value.itertuples():
        folds = store.load_record("digits", row.name).cross_validation
        if row.name not in ("sgd", "cnn"):
            assert row.cv_folds == ""
            assert np.isnan([row.cv_accuracy, row.cv_spread]).all()
            continue
        assert row.cv_folds.split() == [f"{100 * share:.2f}" for share in folds.accuracies]
        assert row.cv_accuracy == pytest.approx(100 * folds.accuracy)
        assert row.cv_spread == pytest.approx(100 * np.std(folds.accuracies, ddof=1))


def test_the_leaderboard_has_no_column_that_no_run_could_fill(open_page, artifacts):
    def columns():
        return list(open_page("overview", dataset="digits").dataframe[0].proto.column_order)

    take_away(artifacts / "digits", "replicates", "cross_validation")
    assert not {"seeds_accuracy", "cv_accuracy", "cv_spread", "cv_folds"} & set(columns())
    train_seeds("logistic", "digits", count=2)
    assert "seeds_accuracy" in columns()


def test_the_leaderboard_gives_the_mean_of_several_seeds(open_page):
    shown = open_page("overview", dataset="mnist").dataframe[0].value.set_index("name")["seeds_accuracy"]
    for record in store.load_records("mnist")[0]:
        mean, deviation, seeds = record.seeds_accuracy
        expected = f"{100 * mean:.2f} ± {100 * deviation:.2f} ({seeds})" if record.replicates else ""
        assert shown[record.classifier] == expected


def test_the_way_in_is_the_worst_pair_of_the_chosen_classifier(open_page):
    record = store.load_record("digits", "sgd")
    y_true, y_pred = store.load_labels(record, "test"), store.load_scores(record).argmax(axis=1)
    wrong = [(int(a), int(b)) for a, b in zip(y_true, y_pred, strict=True) if a != b]
    most = max(wrong.count(pair) for pair in wrong)
    text = texts(open_page("overview", model="sgd"))
    assert any(f"takes a **{a}** for a **{b}**: {most} digit" in text for a, b in wrong if wrong.count((a, b)) == most)


@pytest.mark.parametrize("dataset", ["mnist", "digits"])
def test_the_final_model_is_the_best_in_cross_validation_whatever_the_test_split_says(open_page, dataset):
    records, _ = store.load_records(dataset)
    validated = [record for record in records if record.cross_validation]
    best = max(validated, key=lambda record: record.cross_validation.accuracy)
    app = open_page("overview", dataset=dataset)
    (shown,) = [metric for metric in app.metric if metric.label == "Final model"]
    assert shown.value == get_classifier_spec(best.classifier).label
    assert f"**{formatting.percent(best.cross_validation.accuracy)}** over 5 stratified folds" in texts(app)
    assert f"it scored **{formatting.percent_interval(best.test_accuracy, best.n_test)}**" in texts(app)


def test_the_worst_on_the_test_split_is_the_final_model_if_cross_validation_says_so(open_page, artifacts):
    take_away(artifacts / "digits", "cross_validation")
    records, _ = store.load_records("digits")
    *_, better, worst = sorted(records, key=lambda record: -record.test_accuracy)
    cross_validate_at_will(better.classifier, *(0.9,) * 5)
    cross_validate_at_will(worst.classifier, *(0.9, 0.9, 0.9, 0.9, 0.92))
    (shown,) = [metric for metric in open_page("overview").metric if metric.label == "Final model"]
    assert shown.value == get_classifier_spec(worst.classifier).label


def test_without_cross_validation_there_is_no_final_model_but_the_command_for_one(open_page, artifacts):
    take_away(artifacts / "digits", "cross_validation")
    app = open_page("overview")
    assert not app.exception
    assert "**Final model**: none yet" in texts(app)
    assert app.code[0].value == "python -m mnist_core cv --all --dataset digits"
