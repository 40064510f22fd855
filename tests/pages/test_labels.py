import io
import shutil

import numpy as np
import pandas as pd
import pytest

from mnist_core import cached, store
from mnist_core.cached import label_issues
from mnist_core.classifiers.registry import is_ensemble, list_classifiers
from mnist_core.store.record import CrossValidation
from mnist_core.training.cross_validation import cross_validate
from tests.conftest import copied_digits, take_away
from tests.pages.conftest import texts, tiles

JUDGES = ("sgd", "logistic", "svc-ovo")


@pytest.fixture(scope="module")
def validated(tmp_path_factory):
    """Three classifiers cross-validated on the UCI digits, and no other."""
    folder = tmp_path_factory.mktemp("validated")
    with copied_digits(folder):
        take_away(folder / "digits", "cross_validation")
        assert all(outcome.record for outcome in cross_validate(JUDGES, "digits"))
    return folder


@pytest.fixture(autouse=True)
def these(validated, tmp_path, monkeypatch):
    """A copy of them, to be changed at will."""
    shutil.copytree(validated, tmp_path / "artifacts")
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(tmp_path / "artifacts"))


def metrics(app):
    return {metric.label: metric.value for metric in app.metric}


def give_suspects(name, indices):
    """Let a run suspect these digits of both splits."""
    record = store.load_record("digits", name)
    suspects = {"train": np.array(indices, dtype=np.int32), "test": np.array(indices, dtype=np.int32)}
    folds = record.cross_validation
    assert isinstance(folds, CrossValidation)
    scores = store.load_out_of_fold(record)
    store.save_cross_validation(record, folds, temperature=record.temperature, scores=scores, suspects=suspects)


@pytest.mark.parametrize("split", ["test", "train"])
def test_the_suspects_of_a_split_are_shown_most_doubtful_first(open_page, split):
    app = open_page("labels", model="svc-ovo", split=split)
    record = store.load_record("digits", "svc-ovo")
    found, y_true = store.load_label_issues(record, split), store.load_labels(record, split)
    assert not app.exception
    assert len(found)
    assert metrics(app)["Suspects"] == str(len(found))
    shown = tiles(app)
    assert [tile["index"] for tile in shown] == found[: len(shown)].tolist()
    results = cached.load_results("digits", split)
    for tile, index in zip(shown, found, strict=False):
        assert tile["says"] == f"label {y_true[index]}, predicted {results['svc-ovo'].y_pred[index]}"
        assert len(tile["votes"]) == (len(list_classifiers("digits")) if split == "test" else len(JUDGES))


def test_the_filters_choose_among_the_suspects_and_live_in_the_url(open_page):
    results = cached.load_results("digits")
    wrong = np.flatnonzero(results["sgd"].y_pred != results.y_true)
    give_suspects("sgd", wrong)
    index = int(wrong[0])
    filters = {"true": int(results.y_true[index]), "pred": int(results["sgd"].y_pred[index])}
    app = open_page("labels", model="sgd", **filters)
    fits = (results.y_true[wrong] == filters["true"]) & (results["sgd"].y_pred[wrong] == filters["pred"])
    assert [tile["index"] for tile in tiles(app)] == wrong[fits].tolist()
    votes = np.sum(
        [results[name].y_pred[wrong] != results.y_true[wrong] for name in results.single_classifiers], axis=0
    )
    single_classifiers = len(results.single_classifiers)
    for agree, expected in (
        ("most", wrong[2 * votes > single_classifiers]),
        ("all", wrong[votes == single_classifiers]),
    ):
        app = open_page("labels", model="sgd", agree=agree)
        assert [tile["index"] for tile in tiles(app)] == expected[:24].tolist()
    assert metrics(app)["Disputed by all"] == str((votes == single_classifiers).sum())
    app.selectbox(key="view true").select(3).run()
    assert dict(app.query_params)["agree"] == "all"
    assert dict(app.query_params)["true"] == "3"


def test_no_suspect_that_fits_is_an_empty_state_that_clears_the_filters(open_page):
    app = open_page("labels", model="svc-ovo", true=0, pred=0)
    assert "No digit fits" in texts(app)
    next(button for button in app.button if button.label == "Clear the filters").click().run()
    assert "true" not in app.query_params
    assert tiles(app)


def test_another_split_starts_at_the_first_page(open_page):
    give_suspects("sgd", range(60))
    app = open_page("labels", model="sgd", page=2, sample=5)
    app.get("button_group")[0].set_value("train").run()
    assert dict(app.query_params)["split"] == "train"
    assert not {"page", "sample"} & app.query_params.keys()


def test_accuracy_stands_with_and_without_the_suspects(open_page):
    app = open_page("labels", model="svc-ovo")
    record = store.load_record("digits", "svc-ovo")
    y_true, y_pred = store.load_labels(record, "test"), store.load_scores(record).argmax(axis=1)
    left = np.delete(y_true == y_pred, store.load_label_issues(record, "test"))
    assert metrics(app)["Accuracy, all digits"] == f"{100 * record.test_accuracy:.2f} %"
    assert metrics(app)["Without suspects"] == f"{100 * left.mean():.2f} %"
    table = app.dataframe[0].value.set_index("label")
    assert len(table) == len(list_classifiers("digits"))
    assert table.loc["SVC one-vs-one (judge)", "judged"] == pytest.approx(100 * left.mean())
    assert "flatters" in texts(app)


def test_a_better_judge_is_offered_and_the_best_one_is_left_alone(open_page):
    app = open_page("labels", model="sgd", split="train")
    assert "SVC one-vs-one is more accurate" in texts(app)
    next(button for button in app.button if button.label == "Judge by SVC one-vs-one").click().run()
    assert dict(app.query_params)["model"] == "svc-ovo"
    assert dict(app.query_params)["split"] == "train"
    assert "more accurate" not in texts(app)


def test_who_was_not_cross_validated_cannot_judge_and_is_told_how_to(open_page):
    app = open_page("labels", model="cnn")
    assert "CNN has not been cross-validated yet" in texts(app)
    assert app.code[0].value == "python -m mnist_core cv cnn --dataset digits"
    assert not app.metric
    app.button[0].click().run()
    assert dict(app.query_params)["model"] == "svc-ovo"
    assert open_page("labels", **app.query_params).metric


def test_who_has_no_say_in_the_training_split_is_named_with_one_command(open_page):
    app = open_page("labels", model="svc-ovo", split="train")
    assert "Not cross-validated" in texts(app)
    others = [name for name in list_classifiers("digits") if name not in JUDGES]
    votes = [name for name in others if is_ensemble(name)]
    command, *more = app.code[0].value.splitlines()
    rest = " ".join(name for name in others if name not in votes)
    assert command == f"python -m mnist_core cv {rest} --dataset digits"
    assert more == [f"python -m mnist_core train {' '.join(votes)} --dataset digits"]  # whose training validates them


def test_a_vote_judges_but_is_not_one_more_voice(open_page, vote):
    app, results = open_page("labels", model="ensemble"), cached.load_results("digits")
    assert not app.exception
    assert set(results.records) - set(results.single_classifiers) == {"ensemble"}
    wrong = {name: results[name].y_pred != results.y_true for name in results.records}
    expected = np.sum([wrong[name] for name in results.single_classifiers], axis=0)
    np.testing.assert_array_equal(label_issues.count_disagreements(results), expected)
    indices = label_issues.disputed(results, "ensemble")
    table = pd.read_csv(io.BytesIO(label_issues.label_issues_csv(results, "ensemble", indices)))
    assert table["votes against"].tolist() == expected[indices].tolist()
    assert table["ensemble"].tolist() == results["ensemble"].y_pred[indices].tolist()
    assert (
        label_issues.accuracy_without(results, "ensemble").set_index("name")["all_digits"] == len(results.y_true)
    ).all()


def test_all_that_a_vote_disputes_alone_is_shown_where_anybodys_word_is_enough(open_page, vote):
    results = cached.load_results("digits")
    alone = np.flatnonzero(label_issues.count_disagreements(results) == 0)[:3]
    give_suspects("ensemble", alone)
    assert [tile["index"] for tile in tiles(open_page("labels", model="ensemble"))] == alone.tolist()
    assert "No digit fits" in texts(open_page("labels", model="ensemble", agree="most"))


def test_a_vote_without_cross_validation_is_to_be_trained(open_page, vote):
    take_away(vote, "cross_validation")
    app = open_page("labels", model="ensemble")
    assert app.code[0].value == "python -m mnist_core train ensemble --dataset digits"


@pytest.mark.parametrize("split", ["test", "train"])
def test_a_judge_that_doubts_nothing_says_so(open_page, split):
    give_suspects("svc-ovo", [])
    app = open_page("labels", model="svc-ovo", split=split)
    assert not app.exception
    assert "doubts no label of this split" in texts(app)
    assert metrics(app)["Suspects"] == metrics(app)["Disputed by all"] == "0"
    assert metrics(app)["Without suspects"] == metrics(app)["Accuracy, all digits"]
    assert not tiles(app)


@pytest.mark.parametrize(("name", "value"), [("split", "validation"), ("agree", "none"), ("true", "11")])
def test_a_value_that_does_not_exist_is_dropped_with_a_notice(open_page, name, value):
    app = open_page("labels", model="svc-ovo", **{name: value})
    assert f"`{name}={value}`, which does not exist" in app.warning[0].value
    assert name not in app.query_params


@pytest.mark.parametrize("split", ["test", "train"])
def test_the_csv_holds_the_suspects_in_order_with_every_vote(split):
    results = cached.load_results("digits", split)
    found = label_issues.suspects(results, "svc-ovo")
    table = pd.read_csv(io.BytesIO(label_issues.label_issues_csv(results, "svc-ovo", found)))
    assert table["index"].tolist() == found.tolist()
    assert table["label"].tolist() == results.y_true[found].tolist()
    assert table["judge says"].tolist() == results["svc-ovo"].y_pred[found].tolist()
    expected = results["svc-ovo"].proba[found, results.y_true[found]]
    np.testing.assert_allclose(table["probability of the label"], expected, rtol=0.01)
    for name in results.records:
        assert table[name].tolist() == results[name].y_pred[found].tolist()
