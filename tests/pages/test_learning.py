"""The Learning page."""

import json

import pytest

from mnist_core import cached, store
from mnist_core.cached import learning
from mnist_core.classifiers.registry import get_classifier_spec, hyperparameters_for
from mnist_core.datasets import load_dataset
from tests.conftest import remove_additions
from tests.pages.conftest import texts

SIZES = ((200, 0), (200, 1), (450, 0))


@pytest.fixture
def bare(artifacts):
    """Return a copy of the results without learning curves."""
    remove_additions(artifacts / "digits", "learning_curve")
    return artifacts


@pytest.fixture
def measured(bare):
    """Train two quick classifiers on subsets, and store their learning curves."""
    data = load_dataset("digits")
    for name in ("svc-ovo", "random-forest"):
        curve = []
        for size, subset in SIZES:
            estimator = get_classifier_spec(name).build(hyperparameters_for(name, "digits"), 0)
            rows = slice(subset * size, (subset + 1) * size)
            estimator.fit(data.train.images[rows], data.train.labels[rows])
            accuracy = float((estimator.predict(data.test.images) == data.test.labels).mean())
            curve.append({"n_train": size, "subset": subset, "test_accuracy": accuracy, "fit_seconds": 0.1 * size})
        store.save_learning_curve(store.load_record("digits", name), curve)


def charts(app):
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


def names(chart):
    """Return the names of the lines in a chart."""
    return {trace["name"].removeprefix("<b>").removesuffix("</b>") for trace in chart["data"] if "name" in trace}


def metrics(app):
    return {metric.label: metric.value for metric in app.metric}


@pytest.mark.usefixtures("measured")
def test_the_gain_of_the_last_doubling_has_an_interval_and_a_training_time(open_page):
    app = open_page("learning", model="svc-ovo")
    assert not app.exception
    record = store.load_record("digits", "svc-ovo")
    before = next(entry["test_accuracy"] for entry in record.learning_curve if entry["n_train"] == 450)
    gain = f"{100 * (record.test_accuracy - before):+.2f}".replace("-", "−")
    assert (
        f"From 450 to 898 training digits, the test accuracy of SVC one-vs-one changed by {gain} percentage"
        in texts(app)
    )
    assert "95 % confidence interval" in texts(app)
    assert metrics(app)["450 → 898 digits"] == gain
    assert metrics(app)["Training time"] == f"× {record.fit_seconds / 45:.1f}"
    assert "Generalization gap" in metrics(app)


@pytest.mark.usefixtures("measured")
def test_the_curve_ends_with_the_run_and_averages_trainings_of_one_size():
    curves = learning.learning_curves(cached.load_results("digits"))
    assert list(dict.fromkeys(curves["name"])) == ["random-forest", "svc-ovo"]
    curve = curves[curves["name"] == "svc-ovo"]
    assert curve["n_train"].tolist() == [200, 450, 898]
    assert curve["trainings"].tolist() == [2, 1, 1]
    record = store.load_record("digits", "svc-ovo")
    assert curve.iloc[-1][["test_accuracy", "fit_seconds"]].tolist() == [record.test_accuracy, record.fit_seconds]


@pytest.mark.usefixtures("measured")
def test_every_measured_classifier_is_drawn_unless_the_link_selects_some(open_page):
    accuracy, time, *_ = charts(open_page("learning", model="svc-ovo"))
    assert names(accuracy) == names(time) == {"SVC one-vs-one", "Random forest"}
    accuracy, *_ = charts(open_page("learning", model="svc-ovo", compare="svc-ovo"))
    assert names(accuracy) == {"SVC one-vs-one"}
    app = open_page("learning", model="svc-ovo", compare="random-forest,cnn")
    assert "`compare=cnn`, which does not exist" in app.warning[0].value
    assert dict(app.query_params)["compare"] == "random-forest"
    app.multiselect(key="view compare").set_value([]).run()
    assert "compare" not in app.query_params


@pytest.mark.usefixtures("measured")
def test_a_classifier_without_a_curve_is_shown_with_the_command_to_measure_it(open_page):
    app = open_page("learning", model="sgd")
    assert app.code[0].value == "python -m mnist_core curve sgd --dataset digits"
    assert names(charts(app)[0]) == {"SVC one-vs-one", "Random forest"}
    assert list(metrics(app)) == ["Generalization gap"]


@pytest.mark.usefixtures("bare")
def test_without_any_curve_the_command_and_the_histories_are_shown(open_page):
    app = open_page("learning", model="mlp")
    assert not app.exception
    assert app.code[0].value == "python -m mnist_core curve mlp --dataset digits"
    assert len(charts(app)) == 2
    assert not app.multiselect


def test_an_ensemble_has_no_learning_curve_and_no_command_for_one(open_page, ensemble_artifacts):
    app = open_page("learning", model="ensemble")
    assert not app.exception
    assert "Ensemble combines **Logistic regression** and **Linear SVM (SGD)**. It has no learning curve" in texts(app)
    assert not app.code
    assert "Ensemble is not trained in epochs." in texts(app)
    assert list(metrics(app)) == ["Generalization gap"]


def network_labels():
    """Return the labels of the classifiers that were trained in epochs."""
    records, _ = store.load_records("digits")
    return {get_classifier_spec(record.classifier).label for record in records if record.history}


@pytest.mark.parametrize("model", ["mlp", "cnn"])
def test_the_histories_of_all_networks_are_overlaid_and_the_selected_one_is_bold(open_page, model):
    app = open_page("learning", model=model)
    label = {"mlp": "MLP", "cnn": "CNN"}[model]
    assert label in network_labels()
    for chart in charts(app)[-2:]:
        assert names(chart) == network_labels()
        assert chart["data"][-1]["name"] == f"<b>{label}</b>"
    epochs = store.load_record("digits", model).history
    half = len(epochs) // 2
    gain = 100 * (epochs[-1]["validation_accuracy"] - epochs[half - 1]["validation_accuracy"])
    assert metrics(app)[f"Epoch {half} → {len(epochs)}"] == f"{gain:+.2f}".replace("-", "−").replace("+0.00", "0.00")


def test_a_classifier_without_epochs_is_named_beside_the_networks(open_page):
    app = open_page("learning", model="svc-ovo")
    assert "SVC one-vs-one is not trained in epochs." in texts(app)
    assert names(charts(app)[-1]) == network_labels()


@pytest.mark.usefixtures("bare")
def test_without_networks_no_history_is_drawn(open_page, artifacts):
    for path in artifacts.glob("digits/*/record.json"):
        if json.loads(path.read_text())["history"]:
            path.unlink()
    app = open_page("learning", model="svc-ovo")
    assert not app.exception
    assert not charts(app)
