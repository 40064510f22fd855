import json

import pytest

from mnist_core import cached, store
from mnist_core.cached import learning
from mnist_core.classifiers.registry import get_classifier_spec, hyperparameters_for
from mnist_core.datasets import load_dataset
from tests.conftest import take_away
from tests.pages.conftest import texts

SIZES = ((200, 0), (200, 1), (450, 0))


@pytest.fixture
def bare(artifacts):
    """The copied results without any learning curve."""
    take_away(artifacts / "digits", "learning_curve")
    return artifacts


@pytest.fixture
def measured(bare):
    """Learning curves of two quick classifiers, of real trainings."""
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
    return {trace["name"].removeprefix("<b>").removesuffix("</b>") for trace in chart["data"] if "name" in trace}


def metrics(app):
    return {metric.label: metric.value for metric in app.metric}


@pytest.mark.usefixtures("measured")
def test_the_last_doubling_answers_with_its_interval_and_its_cost(open_page):
    app = open_page("learning", model="svc-ovo")
    assert not app.exception
    record = store.load_record("digits", "svc-ovo")
    before = next(entry["test_accuracy"] for entry in record.learning_curve if entry["n_train"] == 450)
    gain = f"{100 * (record.test_accuracy - before):+.2f}".replace("-", "−")
    assert f"From 450 to 898 training digits, test accuracy of SVC one-vs-one: {gain} percentage points" in texts(app)
    assert "95 % interval" in texts(app)
    assert metrics(app)["450 → 898 digits"] == gain
    assert metrics(app)["Training time"] == f"× {record.fit_seconds / 45:.1f}"
    assert "Training minus test" in metrics(app)


@pytest.mark.usefixtures("measured")
def test_the_curve_ends_with_the_run_itself_and_pools_trainings_of_a_size():
    curves = learning.learning_curves(cached.load_results("digits"))
    assert list(dict.fromkeys(curves["name"])) == ["random-forest", "svc-ovo"]
    custom = curves[curves["name"] == "svc-ovo"]
    assert custom["n_train"].tolist() == [200, 450, 898]
    assert custom["trainings"].tolist() == [2, 1, 1]
    record = store.load_record("digits", "svc-ovo")
    assert custom.iloc[-1][["test_accuracy", "fit_seconds"]].tolist() == [record.test_accuracy, record.fit_seconds]


@pytest.mark.usefixtures("measured")
def test_every_measured_classifier_is_drawn_unless_the_link_names_some(open_page):
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
def test_a_classifier_without_a_curve_says_how_to_measure_it_beside_those_of_the_others(open_page):
    app = open_page("learning", model="sgd")
    assert app.code[0].value == "python -m mnist_core curve sgd --dataset digits"
    assert names(charts(app)[0]) == {"SVC one-vs-one", "Random forest"}
    assert list(metrics(app)) == ["Training minus test"]


@pytest.mark.usefixtures("bare")
def test_without_any_curve_there_is_a_command_and_the_history(open_page):
    app = open_page("learning", model="mlp")
    assert not app.exception
    assert app.code[0].value == "python -m mnist_core curve mlp --dataset digits"
    assert len(charts(app)) == 2
    assert not app.multiselect


def test_a_vote_has_no_curve_of_its_own_and_no_command_for_one(open_page, vote):
    app = open_page("learning", model="ensemble")
    assert not app.exception
    assert "no learning curve of its own: it votes over **Logistic regression** and **Linear SVM (SGD)**" in texts(app)
    assert not app.code
    assert "Ensemble votes over others: it has no epochs" in texts(app)
    assert list(metrics(app)) == ["Training minus test"]


def networks():
    """The labels of the classifiers that were trained in epochs."""
    records, _ = store.load_records("digits")
    return {get_classifier_spec(record.classifier).label for record in records if record.history}


@pytest.mark.parametrize("model", ["mlp", "cnn"])
def test_the_histories_of_all_networks_are_overlaid_and_the_chosen_one_is_bold(open_page, model):
    app = open_page("learning", model=model)
    label = {"mlp": "MLP", "cnn": "CNN"}[model]
    assert label in networks()
    for chart in charts(app)[-2:]:
        assert names(chart) == networks()
        assert chart["data"][-1]["name"] == f"<b>{label}</b>"
    epochs = store.load_record("digits", model).history
    half = len(epochs) // 2
    gain = 100 * (epochs[-1]["validation_accuracy"] - epochs[half - 1]["validation_accuracy"])
    assert metrics(app)[f"Epoch {half} → {len(epochs)}"] == f"{gain:+.2f}".replace("-", "−").replace("+0.00", "0.00")


def test_a_classifier_without_epochs_says_so_beside_the_networks(open_page):
    app = open_page("learning", model="svc-ovo")
    assert "SVC one-vs-one is trained in one go" in texts(app)
    assert names(charts(app)[-1]) == networks()


@pytest.mark.usefixtures("bare")
def test_without_networks_there_is_no_history(open_page, artifacts):
    for path in artifacts.glob("digits/*/record.json"):
        if json.loads(path.read_text())["history"]:
            path.unlink()
    app = open_page("learning", model="svc-ovo")
    assert not app.exception
    assert not charts(app)
