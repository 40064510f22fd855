"""The Robustness page."""

import json
import shutil

import numpy as np
import pytest

from mnist_core import cached, store
from mnist_core.base.errors import DatasetUnavailableError
from mnist_core.cached import robustness
from mnist_core.datasets.spec import Dataset
from mnist_core.evaluation.robustness import find_changed_predictions
from mnist_core.figures.wording import sentence_case
from mnist_core.images.transforms import TRANSFORMS
from pages.widgets import formatting
from tests.conftest import PROJECT, remove_additions
from tests.pages.conftest import galleries, texts

NAME = "logistic"
MEASURED = {"Linear SVM (SGD)", "Logistic regression", "SVC one-vs-one"}


@pytest.fixture
def bare(distorted):
    """Return a copy of the results without any evaluation on distorted digits."""
    remove_additions(distorted / "digits", "robustness")
    return distorted


def charts(app):
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


def lines(app):
    return {trace["name"].removeprefix("<b>").removesuffix("</b>") for trace in charts(app)[0]["data"]}


def rows(app):
    return charts(app)[1]["layout"]["yaxis"]["ticktext"]


def metrics(app):
    return {metric.label: (metric.value, metric.delta) for metric in app.metric}


def changed_tiles(app):
    """Return the tiles of the digits whose prediction changed. The first gallery shows the severities."""
    return galleries(app)[1]


def predictions_of(name, transform, severity):
    record = store.load_record("digits", name)
    before = store.load_scores(record).argmax(axis=1)
    return store.load_labels(record, "test"), before, store.load_robustness(record, transform)[severity - 1]


@pytest.mark.usefixtures("robustness_results")
def test_the_metrics_match_the_record_and_its_predictions(open_page):
    app = open_page("robustness", model=NAME, transform="shear", severity=4)
    assert not app.exception
    record = store.load_record("digits", NAME)
    means = {name: np.mean(record.robustness[name]) for name in TRANSFORMS}
    mean, worst = np.mean(list(means.values())), min(means, key=means.__getitem__)
    y_true, before, after = predictions_of(NAME, "shear", 4)
    lost = int(((before == y_true) & (after != y_true)).sum())
    assert metrics(app) == {
        "Clean accuracy": (formatting.percent(record.test_accuracy), formatting.interval(record.test_accuracy, 899)),
        "Distorted accuracy": (formatting.percent(mean), formatting.interval(mean, 899)),
        "Worst transform": (TRANSFORMS[worst].label, formatting.percent(means[worst])),
        "Newly misclassified": (
            f"{lost:,}",
            f"{100 * lost / (before == y_true).sum():.1f} % of {(before == y_true).sum()}",
        ),
    }


@pytest.mark.usefixtures("robustness_results")
@pytest.mark.parametrize("change", ["lost", "gained", "any"])
def test_the_gallery_has_the_digits_with_this_change_most_confident_first(open_page, change):
    app = open_page("robustness", model=NAME, transform="noise", severity=5, change=change)
    y_true, before, after = predictions_of(NAME, "noise", 5)
    expected = find_changed_predictions(y_true, before, after, change)
    shown = changed_tiles(app)
    assert f"· {len(expected):,}" in str(app.get("button_group"))
    assert {tile["index"] for tile in shown} <= set(expected.tolist())
    assert len(shown) == min(24, len(expected))
    for tile in shown:
        index = tile["index"]
        assert tile["heading"] == f"true {y_true[index]}, was {before[index]}, now {after[index]}"
        assert len(tile["predictions"]) == len(MEASURED)
    confidence = cached.load_results("digits")[NAME].confidence
    confidences = [confidence[tile["index"]] for tile in shown]
    assert confidences == sorted(confidences, reverse=True)


@pytest.mark.usefixtures("robustness_results")
def test_a_changed_digit_has_two_images_and_a_severity_has_one(open_page):
    assert not cached.load_pixels("digits", "test").busy
    app = open_page("robustness", model=NAME, transform="rotate", severity=2)
    severities, changed = (json.loads(gallery.proto.json) for gallery in app.get("bidi_component")[:2])
    assert (severities["pictures"], changed["pictures"]) == (1, 2)
    assert severities["sheet"].startswith("data:image/png")
    assert changed["sheet"].startswith("data:image/png")
    assert [tile["selected"] for tile in severities["tiles"]] == [step == 2 for step in range(6)]
    assert [tile["caption"][0] for tile in severities["tiles"]][1] == "10 degrees"


@pytest.mark.usefixtures("robustness_results")
def test_every_measured_classifier_is_drawn_unless_the_link_selects_some(open_page):
    assert lines(open_page("robustness", model=NAME)) == MEASURED
    app = open_page("robustness", model=NAME, compare="sgd")
    assert lines(app) == {"Linear SVM (SGD)", "Logistic regression"}
    assert set(rows(app)) == MEASURED
    app.multiselect(key="view compare").set_value([]).run()
    assert "compare" not in app.query_params


@pytest.mark.usefixtures("robustness_results")
@pytest.mark.parametrize("measure", ["mean", "severity", "error"])
def test_every_measure_of_the_heat_map_is_a_link(open_page, measure):
    app = open_page("robustness", model=NAME, measure=measure, transform="blur")
    assert not app.exception
    assert set(rows(app)) == MEASURED
    last = charts(app)[1]["layout"]["xaxis"]["ticktext"][-1]
    assert last == ("mCE" if measure == "error" else "Mean")
    (edge,) = charts(app)[1]["layout"]["shapes"]
    assert edge["x0"] == list(TRANSFORMS).index("blur") - 0.5


@pytest.mark.usefixtures("robustness_results")
@pytest.mark.parametrize("transform", TRANSFORMS)
def test_every_transform_is_a_link_and_its_axis_has_a_unit(open_page, transform):
    app = open_page("robustness", model=NAME, transform=transform)
    assert not app.exception
    assert app.selectbox(key="view transform").value == transform
    assert charts(app)[0]["layout"]["xaxis"]["title"]["text"] == sentence_case(TRANSFORMS[transform].axis)
    assert TRANSFORMS[transform].about in texts(app)


@pytest.mark.usefixtures("robustness_results")
def test_an_opened_digit_shows_every_severity_and_every_prediction(open_page):
    app = open_page("robustness", model=NAME, transform="occlusion", severity=3, sample=7)
    assert not app.exception
    table = charts(app)[-1]
    assert set(table["layout"]["yaxis"]["ticktext"]) == MEASURED
    for row, name in enumerate(("sgd", NAME, "svc-ovo")):
        record = store.load_record("digits", name)
        expected = [store.load_scores(record)[7].argmax(), *store.load_robustness(record, "occlusion")[:, 7]]
        shown = [pale or dark for pale, dark in zip(*(trace["text"][row] for trace in table["data"]), strict=True)]
        assert shown == [str(digit) for digit in expected]
    assert len(galleries(app)[-1]) == 6


@pytest.mark.usefixtures("robustness_results")
def test_another_transform_starts_at_the_first_page(open_page):
    app = open_page("robustness", model=NAME, page=2, sample=5)
    app.selectbox(key="view transform").set_value("shear").run()
    assert dict(app.query_params).keys() == {"dataset", "model", "transform"}
    assert dict(app.query_params)["transform"] == "shear"


@pytest.mark.usefixtures("robustness_results")
@pytest.mark.parametrize(
    ("name", "value"), [("transform", "melt"), ("severity", "6"), ("measure", "x"), ("change", "x"), ("example", "11")]
)
def test_an_unknown_value_is_dropped_with_a_notice(open_page, name, value):
    app = open_page("robustness", model=NAME, **{name: value})
    assert not app.exception
    assert [f"`{name}={value}`, which does not exist" in warning.value for warning in app.warning] == [True]
    assert name not in app.query_params


@pytest.mark.usefixtures("robustness_results")
def test_a_classifier_without_an_evaluation_is_shown_with_the_command_to_run(open_page):
    app = open_page("robustness", model="mlp")
    assert not app.exception
    assert app.code[0].value == "python -m mnist_core robustness mlp --dataset digits"
    assert lines(app) == MEASURED
    assert not app.metric
    assert len(galleries(app)) == 1


@pytest.mark.usefixtures("bare")
def test_without_any_evaluation_the_command_and_the_transforms_are_shown(open_page):
    app = open_page("robustness", model=NAME)
    assert not app.exception
    assert app.code[0].value == "python -m mnist_core robustness --all --dataset digits"
    assert not charts(app)
    assert len(galleries(app)[0]) == 6


def test_an_interrupted_evaluation_counts_as_missing(open_page, distorted):
    path = distorted / "digits" / NAME / store.RECORD
    record = json.loads(path.read_text())
    del record["robustness"]["noise"]
    path.write_text(json.dumps(record))
    app = open_page("robustness", model=NAME)
    assert app.code[0].value == f"python -m mnist_core robustness {NAME} --dataset digits"
    assert lines(app) == MEASURED - {"Logistic regression"}


def test_without_changed_predictions_there_is_an_empty_state(open_page, distorted):
    record = store.load_record("digits", NAME)
    same = np.tile(store.load_scores(record).argmax(axis=1), (5, 1))
    shares = dict.fromkeys(TRANSFORMS, [record.test_accuracy] * 5)
    store.save_robustness(record, shares, dict.fromkeys(TRANSFORMS, same))
    app = open_page("robustness", model=NAME)
    assert not app.exception
    assert "No prediction of Logistic regression changes" in app.info[0].value
    assert metrics(app)["Newly misclassified"][0] == "0"


def test_a_perfect_baseline_has_no_corruption_errors(open_page, distorted):
    record = store.load_record("digits", NAME)
    labels = np.tile(store.load_labels(record, "test"), (5, 1))
    store.save_robustness(record, dict.fromkeys(TRANSFORMS, [1.0] * 5), dict.fromkeys(TRANSFORMS, labels))
    for model in (NAME, "sgd"):
        assert not open_page("robustness", model=model, measure="error").exception


def test_models_of_mnist_are_shown_with_their_accuracy_on_uci_digits_best_first(open_page, tmp_path, monkeypatch):
    shutil.copytree(PROJECT / "artifacts" / "mnist", tmp_path / "mnist")
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(tmp_path))
    for name, accuracy in (("sgd", 0.6), (NAME, 0.7)):
        record = store.load_record("mnist", name)
        labels = {test: np.zeros((5, 10_000), np.uint8) for test in TRANSFORMS} | {"digits": np.zeros((1, 1797))}
        store.save_robustness(record, dict.fromkeys(TRANSFORMS, [0.1] * 5) | {"digits": [accuracy]}, labels)
    app = open_page("robustness", dataset="mnist", model="sgd")
    assert not app.exception
    table = app.dataframe[0].value
    assert table["other"].is_monotonic_decreasing
    row = table.set_index("label").loc["Logistic regression"]
    assert row["other"] == pytest.approx(70)
    assert row["other interval"] == formatting.interval(0.7, 1797)
    assert row["test interval"] == formatting.interval(store.load_record("mnist", NAME).test_accuracy, 10_000)


@pytest.mark.usefixtures("fresh_caches")
def test_without_images_all_numbers_are_shown(open_page, robustness_results, monkeypatch):
    def unavailable(*_args, **_options):
        raise DatasetUnavailableError("digits", [("data", "no such folder")], "Put the files into data.")

    monkeypatch.setattr(Dataset, "test", property(unavailable))
    app = open_page("robustness", model=NAME)
    assert not app.exception
    assert "Put the files into data." in texts(app)
    assert len(metrics(app)) == 4
    severities, changed = galleries(app)
    assert [tile["caption"] for tile in severities][:2] == [["original"], ["10 degrees"]]
    assert changed[0]["predictions"]
    assert not any(json.loads(gallery.proto.json)["sheet"] for gallery in app.get("bidi_component"))


@pytest.mark.usefixtures("robustness_results")
def test_tables_and_predictions_are_cached_and_read_only():
    results = cached.load_results("digits")
    assert robustness.load_robustness(results) is robustness.load_robustness(results)
    assert robustness.load_robustness(results).names == ("sgd", NAME, "svc-ovo")
    predictions = robustness.predictions(results, "shift")
    assert predictions is robustness.predictions(results, "shift")
    assert not any(rows.flags.writeable for rows in predictions.values())
    assert robustness.domain_table(results).empty
