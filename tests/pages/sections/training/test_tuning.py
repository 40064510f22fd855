"""The tuning history of the Training page."""

import json
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.classifiers.hyperparameters import display_name
from mnist_core.classifiers.registry import CLASSIFIERS, hyperparameters_for, search_space_of
from mnist_core.datasets import get_dataset_spec
from mnist_core.evaluation.metrics import accuracy_interval
from mnist_core.evaluation.tuning import Trial
from mnist_core.store.tuning_history import History, save_history, tuning_file
from tests.pages.conftest import texts

NOW = hyperparameters_for("sgd", "digits")
SPACE = {"alpha": [1e-6, 1e-5, 1e-4], "average": [True, False], "epochs": [10, 20, 40]}


def trial(number, accuracy, **changes):
    parameters = {name: NOW[name] for name in SPACE} | changes
    state = "failed" if accuracy is None else "complete"
    error = "ValueError: no result" if accuracy is None else ""
    return Trial(number, parameters, accuracy, 0.25, 2, state, error, 0, "2026-01-01T00:00:00+00:00")


@pytest.fixture
def history(artifacts):
    tuning_file("digits", "sgd").unlink(missing_ok=True)
    fixed = {name: value for name, value in NOW.items() if name not in SPACE}
    trials = (trial(0, 0.96), trial(1, None, epochs=40), trial(2, 0.98, alpha=1e-4), trial(3, 0.9, average=False))
    fingerprint = get_dataset_spec("digits").fingerprint
    return History("sgd", "digits", fingerprint, 0, 150, SPACE, fixed, trials)


def open_section(classifier="sgd"):
    """Run the tuning section alone."""

    def page(classifier):
        from mnist_core import cached
        from pages.sections.training import tuning

        tuning.show(cached.load_results("digits"), classifier)

    app = AppTest.from_function(page, default_timeout=300, kwargs={"classifier": classifier}).run()
    assert not app.exception
    return app


def charts(app):
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


def metrics(app):
    return {metric.label: (metric.value, metric.delta) for metric in app.metric}


def test_a_classifier_without_a_search_is_shown_with_the_command_to_run(history):
    app = open_section()
    assert "Linear SVM (SGD) have not been searched yet" in texts(app)
    assert app.code[0].value == "python -m mnist_core tune sgd --dataset digits"
    assert not charts(app)


@pytest.mark.parametrize("classifier", ["sgd", "sgd@1"])
def test_the_best_trial_has_an_interval_and_advice(history, classifier):
    save_history(history)
    app = open_section(classifier)
    low, high = accuracy_interval(0.98, 150)
    assert metrics(app) == {
        "Best validation accuracy": ("98.00 %", f"{100 * low:.2f} to {100 * high:.2f} %"),
        "Best trial": ("2", "fit in 250 ms"),
        "Combinations tried": ("4 of 18", "1 failed"),
    }
    advice = (
        "Trial 2 has a higher validation accuracy than the hyperparameters in use."
        " To use it, set in the overrides of digits: alpha 0.0001"
    )
    assert advice in texts(app)
    (warning,) = app.warning
    assert "Alpha: the best value, 0.0001, is the largest tried. Try larger values." in warning.value


def test_trials_slices_and_progress_have_charts_and_csv_files(history):
    save_history(history)
    app = open_section()
    parallel, *slices, progress = charts(app)
    assert parallel["data"][0]["type"] == "parcoords"
    titles, labels = (
        [display_name(name) for name in SPACE],
        [axis["label"] for axis in parallel["data"][0]["dimensions"]],
    )
    assert labels == [title.replace(" ", "<br>") for title in (*titles, "accuracy (%)")]
    assert [chart["layout"]["xaxis"]["title"]["text"] for chart in slices] == titles
    assert len({tuple(chart["layout"]["yaxis"]["range"]) for chart in slices}) == 1
    assert progress["layout"]["xaxis"]["title"]["text"] == "Trial"
    assert len(app.get("download_button")) == 5


def test_the_table_has_the_best_trial_first_and_the_errors(history):
    save_history(history)
    (table,) = [frame.value for frame in open_section().dataframe]
    assert table["trial"].tolist() == [2, 0, 3, 1]
    assert table["alpha"].tolist()[0] == "0.0001"
    assert table["error"].tolist()[-1] == "ValueError: no result"


def test_if_every_trial_failed_only_the_table_is_shown(history):
    save_history(replace(history, trials=(trial(0, None), trial(1, None, epochs=40))))
    app = open_section()
    assert "No trial is complete" in texts(app)
    assert metrics(app) == {"Combinations tried": ("2 of 18", "2 failed")}
    assert not charts(app)
    assert len(app.get("download_button")) == 1


def test_an_empty_history_can_be_shown(history):
    save_history(replace(history, trials=()))
    assert metrics(open_section()) == {"Combinations tried": ("0 of 18", "none failed")}


def test_an_unusable_history_is_reported_with_a_remedy(history):
    save_history(history)
    tuning_file("digits", "sgd").write_text("{")
    app = open_section()
    assert "python -m mnist_core tune sgd --dataset digits --force" in app.error[0].value
    assert not charts(app)


def test_a_new_trial_is_shown_at_once(history):
    save_history(history)
    assert metrics(open_section())["Best trial"][0] == "2"
    save_history(replace(history, trials=(*history.trials, trial(4, 0.99, epochs=10))))
    assert metrics(open_section())["Best trial"][0] == "4"


@pytest.mark.parametrize("name", [name for name in CLASSIFIERS if search_space_of(name)])
def test_every_search_space_of_the_registry_can_be_shown(history, name):
    now = hyperparameters_for(name, "digits")
    space = {parameter: list(values) for parameter, values in search_space_of(name).items()}
    fixed = {parameter: value for parameter, value in now.items() if parameter not in space}
    corners = [{parameter: values[end] for parameter, values in space.items()} for end in (0, -1)]
    trials = [replace(trial(n, 0.9 + n / 100), parameters=corner) for n, corner in enumerate(corners)]
    save_history(replace(history, classifier=name, space=space, fixed=fixed, trials=tuple(trials)))
    assert len(charts(open_section(name))) == len(space) + 2
