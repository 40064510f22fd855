"""The Head to head page."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from mnist_core import cached
from mnist_core.cached import head_to_head
from mnist_core.classifiers.registry import CLASSIFIERS, list_classifiers, predecessors
from mnist_core.evaluation.comparison import compare, pairwise
from mnist_core.evaluation.significance import rank_ranges
from mnist_core.training import CustomRun, train
from pages.widgets import formatting
from tests.pages.conftest import texts, tiles

A, B = "sgd", "svc-ovo"


@pytest.fixture
def results():
    return cached.load_results("digits")


def metrics(app):
    return {metric.label: metric.value for metric in app.metric}


def group(app, name):
    return next(group for group in app.get("button_group") if group.key == f"view {name}")


def outcomes(app):
    return [option.content.split(" · ")[0] for option in group(app, "who").proto.options]


def shown(app):
    return {tile["index"] for tile in tiles(app)}


def test_the_metrics_compare_a_and_b(open_page, results):
    found = compare(results.y_true, results[A].y_pred, results[B].y_pred)
    assert metrics(open_page("head_to_head", model=A, model_b=B)) == {
        "A − B (points)": formatting.points(found.difference),
        "p-value (McNemar)": "< 0.001" if found.p_value < 0.001 else f"{found.p_value:.3f}",
        "Only A : only B correct": f"{found.only_a} : {found.only_b}",
        "Agreement": formatting.percent(found.agreement),
    }


def test_the_mistakes_per_digit_are_counted_for_a_and_b(open_page, results):
    app = open_page("head_to_head", model=A, model_b=B)
    table = next(frame.value for frame in app.dataframe if "A wrong" in frame.value)
    wrong = {name: np.bincount(results.y_true[results[name].y_pred != results.y_true], minlength=10) for name in (A, B)}
    assert table["A wrong"].tolist() == wrong[A].tolist()
    assert table["B wrong"].tolist() == wrong[B].tolist()
    assert table["difference"].tolist() == (wrong[A] - wrong[B]).tolist()


def test_each_list_has_the_digits_of_its_outcome(open_page, results):
    right = {name: y_pred == results.y_true for name, y_pred in results.y_pred.items()}
    expected = {
        "a": right[A] & ~right[B],
        "b": right[B] & ~right[A],
        "both": ~right[A] & ~right[B],
        "all": ~np.any(list(right.values()), axis=0),
    }
    for outcome, mask in expected.items():
        app = open_page("head_to_head", model=A, model_b=B, who=outcome)
        all_indices = set(np.flatnonzero(mask).tolist())
        assert shown(app) == all_indices if len(all_indices) <= 24 else shown(app) < all_indices
        assert not all_indices or group(app, "who").value == outcome
        for tile in tiles(app):
            assert "predicted" in tile["heading"]  # the heading of a correct prediction has only the true class


def test_a_cell_has_the_digits_that_a_or_b_predicts_as_its_class(open_page, results):
    only_b_wrong = (results[A].y_pred != results.y_true) & (results[B].y_pred == results.y_true)
    first = int(np.flatnonzero(only_b_wrong)[0])
    true, pred = int(results.y_true[first]), int(results[A].y_pred[first])
    app = open_page("head_to_head", model=A, model_b=B, who="b", true=true, pred=pred)
    assert first in shown(app)
    assert {tile["heading"] for tile in tiles(app)} == {f"true {true}, predicted {pred}"}


def test_a_cell_without_digits_can_be_cleared(open_page):
    app = open_page("head_to_head", model=A, model_b=B, true=0, pred=0, who="both")
    assert "No digit matches" in app.info[0].value
    next(button for button in app.button if button.label == "Clear the cell").click().run()
    assert not {"true", "pred"} & dict(app.query_params).keys()


def test_selecting_b_returns_to_the_first_page_and_selecting_a_matrix_does_not(open_page):
    app = open_page("head_to_head", model=A, model_b=B, who="b", page=2)
    group(app, "matrix").set_value("p").run()
    assert dict(app.query_params)["page"] == "2"
    app.selectbox(key="view model_b").select("cnn").run()
    assert "page" not in app.query_params
    assert dict(app.query_params)["model_b"] == "cnn"


def test_by_default_b_is_the_classifier_with_the_closest_accuracy(open_page, results):
    accuracy = {name: record.test_accuracy for name, record in results.records.items()}
    for name in results.records:
        others = set(accuracy) - {name}
        closest = min(abs(accuracy[other] - accuracy[name]) for other in others)
        rival = open_page("head_to_head", model=name).selectbox(key="view model_b").value
        assert abs(accuracy[rival] - accuracy[name]) == closest
        assert rival != name


def test_swapping_exchanges_a_and_b(open_page):
    app = open_page("head_to_head", model=A, model_b=B, page=1, sample=3)
    before = metrics(app)
    app.button(key="swap").click().run()
    view = dict(app.query_params)
    assert (view["model"], view["model_b"]) == (B, A)
    assert "sample" not in view
    reversed_counts = " : ".join(reversed(before["Only A : only B correct"].split(" : ")))
    assert metrics(app)["Only A : only B correct"] == reversed_counts


def test_a_classifier_is_not_compared_with_itself(open_page):
    app = open_page("head_to_head", model=A, model_b=A)
    assert not app.exception
    assert "A and B were both" in app.info[0].value
    assert app.selectbox(key="view model_b").value != A
    assert "model_b" not in app.query_params


@pytest.fixture
def custom_run(artifacts):
    """Train a custom run of A with other hyperparameters, and return its name."""
    return train(A, "digits", custom=CustomRun(changes={"epochs": 1}, subset=200)).classifier


def test_a_custom_run_is_compared_with_its_classifier_by_default(open_page, custom_run):
    app = open_page("head_to_head", model=custom_run)
    assert app.selectbox(key="view model_b").value == A
    assert "Fixed and newly broken digits" in [heading.value for heading in app.subheader]
    results = cached.load_results("digits")
    right = {name: results[name].y_pred == results.y_true for name in (custom_run, A)}
    fixed, broken = (right[custom_run] & ~right[A]).sum(), (right[A] & ~right[custom_run]).sum()
    options = [option.content for option in group(app, "who").proto.options]
    assert options[:2] == [f"Fixed · {fixed:,}", f"Newly broken · {broken:,}"]
    assert "is a new version of Linear SVM (SGD)" in group(app, "who").proto.help


@pytest.mark.parametrize("other", [B, "svc-ovr"])
def test_the_lists_of_unrelated_classifiers_are_only_a_and_only_b(open_page, other):
    app = open_page("head_to_head", model=A, model_b=other)
    assert outcomes(app)[:2] == ["Only A", "Only B"]
    assert "Digits by outcome" in [heading.value for heading in app.subheader]


def test_a_classifier_and_its_custom_run_have_the_lists_only_a_and_only_b(open_page, custom_run):
    app = open_page("head_to_head", model=A, model_b=custom_run)
    assert outcomes(app)[:2] == ["Only A", "Only B"]


@pytest.mark.usefixtures("fresh_caches")
def test_a_refined_classifier_is_a_new_version_of_all_classifiers_that_it_refines(open_page, custom_run, monkeypatch):
    monkeypatch.setitem(CLASSIFIERS, B, replace(CLASSIFIERS[B], refines="sgd-scaled"))
    monkeypatch.setitem(CLASSIFIERS, "sgd-scaled", replace(CLASSIFIERS["sgd-scaled"], refines=A))
    for other in (A, "sgd-scaled"):
        app = open_page("head_to_head", model=B, model_b=other)
        assert outcomes(app)[:2] == [
            "Fixed",
            "Newly broken",
        ]
    assert predecessors(custom_run) == [A]
    assert predecessors(B) == ["sgd-scaled", A]


@pytest.mark.parametrize("show", ["difference", "p", "agreement"])
def test_every_matrix_of_all_pairs_is_a_link(open_page, show):
    app = open_page("head_to_head", matrix=show)
    assert group(app, "matrix").value == show
    assert not app.exception


@pytest.mark.parametrize(
    ("name", "value"), [("model_b", "perceptron"), ("who", "me"), ("matrix", "x"), ("true", "11"), ("pred", "x")]
)
def test_a_value_that_does_not_exist_is_dropped_with_a_notice(open_page, name, value):
    app = open_page("head_to_head", **{name: value})
    assert f"`{name}={value}`, which does not exist" in app.warning[0].value
    assert name not in app.query_params


def test_a_classifier_b_without_a_run_is_reported_with_its_command(open_page, artifacts):
    shutil.rmtree(artifacts / "digits" / B)
    app = open_page("head_to_head", model=A, model_b=B)
    assert not app.exception
    assert "not been trained" in texts(app)
    assert any("train svc-ovo --dataset digits" in code.value for code in app.code)


def test_other_classifiers_without_a_run_are_named(open_page, artifacts):
    shutil.rmtree(artifacts / "digits" / "cnn")
    app = open_page("head_to_head", model=A, model_b=B, who="b")
    assert not app.exception
    assert "Not available: CNN" in texts(app)
    assert len(metrics(app)) == 4


def test_a_single_usable_classifier_has_no_comparison(open_page, artifacts):
    for name in set(list_classifiers("digits")) - {A}:
        shutil.rmtree(artifacts / "digits" / name)
    app = open_page("head_to_head", model=A)
    assert not app.exception
    assert any(button.label == "Train it here" for button in app.button)


def test_the_verdict_depends_on_the_corrected_p_value(open_page, results):
    pairs = pairwise(results.y_true, results.y_pred)
    for b in list_classifiers("digits"):
        if b == A:
            continue
        place = pairs.names.index(A), pairs.names.index(b)
        alone, corrected = pairs.p_values[place] < 0.05, pairs.adjusted[place] < 0.05
        text = texts(open_page("head_to_head", model=A, model_b=b))
        assert ("is better**" in text, "seems better**" in text, "**Not significant (p = " in text) == (
            corrected,
            alone and not corrected,
            not alone,
        )


@pytest.mark.usefixtures("fresh_caches")
def test_the_difference_of_two_perfect_classifiers_is_not_significant(open_page, monkeypatch):
    from mnist_core.cached import results as module

    def perfect(_record):
        scores = np.zeros((len(labels), 10), dtype=np.float32)
        scores[np.arange(len(labels)), labels] = 1
        return scores

    labels = cached.load_results("digits").y_true
    module._load_results.clear()
    monkeypatch.setattr(module.store, "load_scores", perfect)
    app = open_page("head_to_head", model=A, model_b=B)
    assert not app.exception
    assert "**Not significant (p = 1.000)**" in texts(app)
    assert "No digit matches" in app.info[0].value
    assert not tiles(app)


def test_the_leaderboard_has_a_range_of_ranks_without_significant_differences(open_page, results):
    board = open_page("overview").dataframe[0].value.set_index("name")
    pairs = pairwise(results.y_true, results.y_pred)
    for name, best, worst in zip(pairs.names, *rank_ranges(pairs.accuracies, pairs.adjusted), strict=True):
        assert board.loc[name, "rank"] == (f"{best}" if best == worst else f"{best}–{worst}")
    assert any("–" in rank for rank in board["rank"])


def test_comparisons_are_cached_by_the_content_of_the_runs(results):
    assert head_to_head.pairwise(results) is head_to_head.pairwise(results)
    assert not head_to_head.pairwise(results).adjusted.flags.writeable
    assert cached.leaderboard(results) is cached.leaderboard(results)
    assert sorted(cached.leaderboard(results)["name"]) == sorted(results.records)
    assert head_to_head.comparison(results, A, B) is head_to_head.comparison(results, A, B)
