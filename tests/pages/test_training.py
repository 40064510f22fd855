"""The Training page."""

import json
import shlex
import shutil
import tempfile
import time
from dataclasses import replace
from urllib.parse import parse_qs

import numpy as np
import pytest
from scipy.stats import binomtest

from mnist_core import store
from mnist_core.__main__ import main
from mnist_core.base.labels import plain
from mnist_core.classifiers.hyperparameters import display_name
from mnist_core.classifiers.registry import (
    CLASSIFIERS,
    get_classifier_spec,
    hyperparameters_for,
    is_ensemble,
    list_classifiers,
)
from mnist_core.datasets import get_dataset_spec
from mnist_core.evaluation.tuning import Trial
from mnist_core.images.transforms import AUGMENTING, TRANSFORMS
from mnist_core.jobs import queue
from mnist_core.jobs.queue import Task
from mnist_core.store import test_evaluations
from mnist_core.store.tuning_history import History, save_history
from mnist_core.training import CustomRun, train
from pages.widgets import formatting
from tests.conftest import PROJECT
from tests.pages.conftest import PAGES, store_cross_validation, texts

TIMEOUT = 300
CUSTOM, BASE = "logistic@1", "logistic"
SLOW = Task("mlp", "digits", custom=True)
MARKUP = "![x](https://a.b/x.png) <b>**y**</b>"


@pytest.fixture(autouse=True)
def empty_queue(tmp_path, monkeypatch):
    """Provide an empty training queue and a separate lock file."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.delenv("MNIST_TRAINING", raising=False)
    yield
    queue.TRAINING_QUEUE.shut_down()
    wait(lambda: queue.TRAINING_QUEUE.is_idle)
    queue.TRAINING_QUEUE._ended.clear()


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """Return a copy of the results of a few classifiers, with a custom run that was trained on a subset."""
    folder = tmp_path_factory.mktemp("trained")
    for name in ("labels.npz", "logistic", "mlp", "sgd", "random-forest"):
        source = PROJECT / "artifacts" / "digits" / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        (folder / "digits").mkdir(exist_ok=True)
        copy(source, folder / "digits" / name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MNIST_ARTIFACTS_DIR", str(folder))
        train(BASE, "digits", seed=7, custom=CustomRun(changes={"C": 0.1}, subset=300, label="Less"))
    return folder


@pytest.fixture
def runs(trained, tmp_path, monkeypatch):
    """Return a copy of the results that a test may change."""
    folder = tmp_path / "artifacts"
    shutil.copytree(trained, folder)
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(folder))
    return folder


def wait(condition):
    end = time.monotonic() + TIMEOUT
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError(f"The condition is still false after {TIMEOUT} s: {queue.overview()}")


def elements(*blocks):
    """Yield all elements in blocks of a page."""
    for block in blocks:
        for child in block.children.values():
            yield from elements(child) if hasattr(child, "children") else [child]


def command(app):
    """Return the arguments of the command that the form shows."""
    (shown,) = [code.value for code in app.code if code.value.startswith("python -m mnist_core train")]
    return shlex.split(shown)[4:]


def button(app, label):
    return next(button for button in app.button if button.label == label)


def links(app):
    """Return the label and the query parameters of each link, by page."""
    found = {}
    for link in app.get("page_link"):
        query = {name: values[0] for name, values in parse_qs(link.proto.query_string).items()}
        found[link.proto.page] = (link.proto.label, query)
    return found


def metrics(app):
    return {metric.label: metric.value for metric in app.metric}


@pytest.mark.parametrize("name", [name for name in list_classifiers() if not is_ensemble(name)])
def test_the_form_starts_with_the_hyperparameters_of_the_registry_and_offers_the_search_space(open_page, name):
    app = open_page("training", model=name)
    assert not app.exception
    assert command(app) == [name, "--dataset", "digits", "--seed", "0", "--custom"]
    spec, present = get_classifier_spec(name), hyperparameters_for(name, "digits")
    for key, values in spec.search_space.items():
        shown = app.session_state[f"view {name}.{key}"]
        assert shown == present[key]
        if len(set(map(str, [*values, present[key]]))) > 1 and isinstance(values[0], bool):
            assert any(toggle.key == f"view {name}.{key}" for toggle in app.toggle)
        elif not isinstance(present[key], dict):
            widgets = {widget.key: widget for widget in (*app.select_slider, *app.selectbox)}
            assert len(widgets[f"view {name}.{key}"].options) == len({*map(str, values), str(present[key])})
    fixed = present.keys() - spec.search_space.keys() - {"augment"}
    assert all(f"{display_name(key)}: **" in texts(app) for key in fixed)


def test_an_ensemble_is_shown_with_its_members_and_the_command_instead_of_the_form(open_page, ensemble_artifacts):
    app = open_page("training", model="ensemble")
    assert not app.exception
    assert "combines **Logistic regression** and **Linear SVM (SGD)** and has no hyperparameters" in texts(app)
    members = store.load_members(store.load_record("digits", "ensemble"))
    shown = app.dataframe[0].value
    assert shown["label"].tolist() == ["Logistic regression", "Linear SVM (SGD)"]
    assert shown["weight"].tolist() == [member.weight for member in members]
    assert command(app) == ["ensemble", "--dataset", "digits"]
    assert "Train" not in [button.label for button in app.button]
    app = open_page("training", model="ensemble", section="tuning")
    assert "and has no hyperparameters to search" in texts(app)
    assert not app.code


def test_every_choice_is_in_the_link_and_in_the_command(open_page):
    app = open_page("training", model=BASE)
    app.select_slider(key="view logistic.C").set_value(0.1)
    app.select_slider(key="view logistic.digits").set_value(200)
    app.number_input(key="view logistic.seed").set_value(3)
    app.text_input(key="view logistic.name").set_value("Less & weaker").run()
    view = dict(app.query_params)
    expected = {"logistic.C": "0.1", "logistic.digits": "200", "logistic.seed": "3", "logistic.name": "Less & weaker"}
    assert view | expected == view
    arguments = [
        BASE,
        "--dataset",
        "digits",
        "--set",
        "C=0.1",
        "--subset",
        "200",
        "--seed",
        "3",
        "--label=Less & weaker",
    ]
    assert command(app) == [*arguments, "--custom"]
    assert command(open_page("training", **view)) == [*arguments, "--custom"]


def test_booleans_have_toggles_and_lists_have_selectboxes(open_page):
    app = open_page("training", model="sgd", **{"sgd.average": False})
    assert app.toggle(key="view sgd.average").value is False
    assert "average=false" in command(app)
    app = open_page("training", model="mlp", **{"mlp.hidden": [800]})
    assert app.selectbox(key="view mlp.hidden").options == ["512", "512-256", "800"]
    assert "hidden=[800]" in command(app)


@pytest.mark.usefixtures("fresh_caches")
def test_an_augmentation_has_a_slider_for_each_transform_and_a_preview(open_page, monkeypatch):
    augmented = {**CLASSIFIERS["cnn"].hyperparameters, "augment": {"shift": 1.5, "rotate": 8}}
    monkeypatch.setitem(CLASSIFIERS, "cnn", replace(CLASSIFIERS["cnn"], hyperparameters=augmented))
    present, most = hyperparameters_for("cnn", "digits")["augment"], TRANSFORMS["elastic"].severities[1]
    app = open_page("training", model="cnn", **{"cnn.augment.rotate": 15, "cnn.augment.elastic": most})
    shown = {name: app.select_slider(key=f"view cnn.augment.{name}").value for name in AUGMENTING}
    assert shown == {name: float(present.get(name, 0)) for name in AUGMENTING} | {"rotate": 15, "elastic": most}
    (change,) = [word for word in command(app) if word.startswith("augment=")]
    assert json.loads(change.removeprefix("augment=")) == present | {"rotate": 15, "elastic": most}
    assert [expander.label for expander in app.expander].count("Augmentation preview") == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [("C", "7"), ("digits", "50"), ("seed", "1000"), ("digits", "x")],
)
def test_an_unknown_hyperparameter_value_is_dropped_with_a_notice(open_page, name, value):
    app = open_page("training", model=BASE, **{f"logistic.{name}": value})
    assert f"`logistic.{name}={value}`, which does not exist" in app.warning[0].value
    assert command(app) == [BASE, "--dataset", "digits", "--seed", "0", "--custom"]


def test_the_form_of_a_custom_run_starts_with_its_hyperparameters(open_page, runs):
    app = open_page("training", model=CUSTOM)
    assert app.select_slider(key="view logistic@1.C").value == 0.1
    assert command(app) == [
        *(BASE, "--dataset", "digits", "--set", "C=0.1", "--subset", "300", "--seed", "7", "--custom")
    ]
    app.select_slider(key="view logistic@1.C").set_value(1.0).run()
    assert "--set" not in command(app)


def test_a_training_is_announced_and_compared_with_the_classifier(open_page, runs):
    app = open_page("training", model=BASE, **{"logistic.C": 0.03, "logistic.digits": 200})
    button(app, "Train").click().run()
    (job,) = queue.overview().unfinished
    assert (job.task.changes, job.task.subset, job.task.custom) == ({"C": 0.03}, 200, True)
    assert button(app, "Train").disabled  # the same training is already in the queue
    wait(lambda: not queue.overview().unfinished)
    app.run()
    assert [toast.value for toast in app.toast] == ["Logistic regression on digits (C 0.03, 200 digits): done."]
    new, before = store.load_record("digits", "logistic@2"), store.load_record("digits", BASE)
    assert dict(app.query_params)["run"] == "logistic@2"
    labels = store.load_labels(before, "test")
    right, was_right = (store.load_scores(record).argmax(axis=1) == labels for record in (new, before))
    fixed, broken = int((right & ~was_right).sum()), int((was_right & ~right).sum())
    p_value = binomtest(fixed, fixed + broken).pvalue
    assert metrics(app) == {
        "Logistic regression (2)": formatting.percent(new.test_accuracy),
        "Logistic regression": formatting.percent(before.test_accuracy),
        "Difference (points)": formatting.points((fixed - broken) / len(labels)),
        "p-value (McNemar)": "< 0.001" if p_value < 0.001 else f"{p_value:.3f}",
    }
    query = {"dataset": "digits", "model": "logistic@2"}
    assert links(app) == {
        "head_to_head": (f"Fixed ({fixed:,}) and newly broken ({broken:,})", query | {"model_b": BASE}),
        "confusion": ("Confusion", query),
        "errors": ("Errors", query),
    }
    assert any(f"{formatting.percent_interval(new.test_accuracy, 899)}. C 0.03" in line.value for line in app.caption)
    app.run()
    assert not app.toast  # the end of a training is announced once
    main(["delete", "logistic@2", "--dataset", "digits"])
    assert "200 digits" not in texts(open_page("training", model=BASE))  # a deleted run is not listed


def test_every_session_shows_the_queue_and_can_cancel(open_page, runs):
    first_app, second_app = (open_page("training", model=BASE, **{"logistic.C": value}) for value in (0.1, 0.3))
    first = queue.start(SLOW)
    wait(lambda: queue.overview().running is not None and queue.overview().running.history)
    button(first_app, "Train").click().run()
    button(second_app, "Train").click().run()
    first_app.run()
    for app in (first_app, second_app):
        shown = texts(app)
        assert "**Next** Logistic regression on digits (C 0.1)." in shown
        assert "**2.** Logistic regression on digits (C 0.3)." in shown
        assert [button.label for button in app.button].count("Remove") == 2
        assert len(app.get("plotly_chart")) == 1
    (waits, last) = queue.overview().waiting
    second_app.button(key=f"cancel {waits.number}").click().run()
    assert [job.number for job in queue.overview().waiting] == [last.number]
    first_app.button(key=f"cancel {last.number}").click().run()
    first_app.button(key=f"cancel {first.number}").click().run()
    assert queue.overview().unfinished == ()
    assert texts(first_app).count("was cancelled; no partial run was written") == 3
    assert [toast.value for toast in first_app.toast] == ["MLP on digits: cancelled."]
    assert "No training is running." in texts(second_app.run())


def test_a_failed_training_is_reported_with_its_error(open_page, runs):
    app = open_page("training", model=BASE)
    queue.start(Task(BASE, "digits", subset=20, custom=True))
    wait(lambda: not queue.overview().unfinished)
    app.run()
    assert "Logistic regression on digits (20 digits) failed." in texts(app)
    assert any("Expected a subset of 100 to 898 digits" in code.value for code in app.code)


def test_if_training_is_switched_off_the_command_and_the_runs_are_shown(open_page, runs, monkeypatch):
    monkeypatch.setenv("MNIST_TRAINING", "off")
    app = open_page("training", model=CUSTOM)
    assert "Training on this server is switched off" in texts(app)
    assert command(app)[:5] == [BASE, "--dataset", "digits", "--set", "C=0.1"]
    labels = [button.label for button in app.button]
    assert not {"Train", "Rename", "Delete it"} & set(labels)
    assert len(metrics(app)) == 4


@pytest.mark.usefixtures("fresh_caches")
def test_a_missing_package_is_named_with_its_remedy_before_a_training_starts(open_page, monkeypatch):
    monkeypatch.setitem(CLASSIFIERS, "cnn", replace(CLASSIFIERS["cnn"], requires=("no_such_package",)))
    app = open_page("training", model="cnn")
    assert "needs no_such_package, which is not installed" in app.warning[0].value
    assert app.code[0].value == "pip install -r requirements-train.txt"
    assert button(app, "Train").disabled


def test_the_table_lists_every_custom_run_with_its_classifier(open_page, runs):
    app = open_page("training", model="sgd")
    (row,) = app.dataframe[0].value.to_dict("records")
    record, before = store.load_record("digits", CUSTOM), store.load_record("digits", BASE)
    assert (row["label"], row["base"], row["changes"]) == ("Less (1)", "Logistic regression", "C 0.1")
    assert (row["n_train"], row["seed"], row["accuracy"]) == (300, 7, pytest.approx(100 * record.test_accuracy))
    assert row["interval"] == formatting.interval(record.test_accuracy, 899)
    assert row["difference"] == pytest.approx(100 * (record.test_accuracy - before.test_accuracy))
    assert row["created"].isoformat() == record.created


def test_without_custom_runs_there_is_an_empty_state(open_page):
    assert "No custom runs on this dataset yet" in texts(open_page("training", model=BASE))


def test_a_custom_run_is_shown_alone_if_its_classifier_has_no_run(open_page, runs):
    shutil.rmtree(runs / "digits" / BASE)
    app = open_page("training", model=CUSTOM)
    assert not app.exception
    assert list(metrics(app)) == ["Less (1)"]
    assert "head_to_head" not in links(app)


def test_a_run_can_be_renamed_and_its_name_is_plain_text_on_every_page(open_page, runs):
    app = open_page("training", model=CUSTOM)
    app.text_input(key=f"label digits {CUSTOM}").set_value(MARKUP)
    button(app, "Rename").click().run()
    assert store.load_record("digits", CUSTOM).label == MARKUP
    for page in PAGES:
        app = open_page(page, model=CUSTOM)
        assert not app.exception, page
        assert app.selectbox(key="view model").value == CUSTOM
        assert f"{plain(MARKUP)} (1)" in app.selectbox(key="view model").options
        shown = "".join(
            str(element.proto) for element in elements(app.main, app.sidebar) if element.type != "text_input"
        )
        assert MARKUP not in shown, page
        assert "**y**" not in shown, page


def test_a_deleted_run_is_dropped_in_other_sessions_with_a_notice(open_page, runs):
    first_app, second_app = open_page("training", model=CUSTOM), open_page("confusion", model=CUSTOM)
    button(first_app, "Delete it").click().run()
    assert not (runs / "digits" / CUSTOM).exists()
    assert dict(first_app.query_params)["model"] == BASE
    assert not first_app.warning
    second_app.run()
    assert not second_app.exception
    assert f"`model={CUSTOM}`, which does not exist" in second_app.warning[0].value
    assert dict(second_app.query_params)["model"] != CUSTOM


def test_a_deleted_run_cannot_be_renamed(open_page, runs):
    app = open_page("training", model=CUSTOM)
    main(["delete", CUSTOM, "--dataset", "digits"])
    app.text_input(key=f"label digits {CUSTOM}").set_value("Back")
    button(app, "Rename").click().run()
    assert not app.exception
    assert "has not been trained" in app.toast[0].value
    assert not (runs / "digits" / CUSTOM).exists()


def test_a_damaged_custom_run_can_only_be_deleted(open_page, runs):
    (runs / "digits" / CUSTOM / store.MODEL).unlink()
    app = open_page("confusion", model=CUSTOM)
    assert "model.onnx.gz" in texts(app)
    labels = [button.label for button in app.button]
    assert "Train it here" not in labels
    button(app, "Delete it").click().run()
    assert not (runs / "digits" / CUSTOM).exists()
    assert not app.exception


def test_a_custom_run_without_cross_validation_is_named_without_a_command(open_page, runs):
    store_cross_validation(BASE)
    app = open_page("labels", model=BASE, split="train")
    assert "Not available without cross-validation: Logistic regression (1)." in texts(app)
    assert not any("logistic@1" in code.value for code in app.code)


def test_the_test_set_evaluations_are_counted_and_listed_latest_first(open_page, runs):
    for seed, accuracy in ((1, 0.9), (2, 0.8)):
        test_evaluations.log_evaluation(
            *("digits", "sgd"),
            purpose="seed",
            seed=seed,
            n_train=898,
            hyperparameters={"C": seed},
            test_accuracy=accuracy,
        )
    app = open_page("training", model=CUSTOM, section="readings")
    assert list(metrics(app).values()) == ["3", "1", "1"]
    assert "the more the best test accuracy is biased upwards" in texts(app)
    counts, log = (frame.value for frame in app.dataframe)
    assert counts[["classifier", "evaluations", "seed", "hyperparameter_sets"]].to_numpy().tolist() == [
        ["Linear SVM (SGD)", 2, 2, 2],
        ["Logistic regression", 1, 0, 1],
    ]
    assert log["classifier"].tolist() == ["Linear SVM (SGD)", "Linear SVM (SGD)", "Less (1)"]
    np.testing.assert_allclose(log["test_accuracy"][:2], [80, 90])


def test_the_tuning_history_is_a_link(open_page):
    app = open_page("training", model=BASE, section="tuning")
    assert not app.exception
    assert app.get("button_group")[0].value == "tuning"
    app.get("button_group")[0].set_value("train").run()
    assert "section" not in app.query_params


def tune(*values):
    """Store a search of BASE in which each value of C has a higher accuracy than the previous ones."""
    space, present = {"C": [0.03, 0.1, 0.3, 1.0]}, hyperparameters_for(BASE, "digits")
    fixed = {name: value for name, value in present.items() if name not in space}
    trials = tuple(
        Trial(number, {"C": value}, 0.9 + number / 100, 0.1, 2, "complete", "", 0, "2026-01-01T00:00:00+00:00")
        for number, value in enumerate(values)
    )
    save_history(History(BASE, "digits", get_dataset_spec("digits").fingerprint, 0, 150, space, fixed, trials))


@pytest.mark.parametrize("model", [BASE, CUSTOM])
def test_better_hyperparameters_replace_the_selection_in_the_form(open_page, runs, model):
    tune(1.0, 0.03)  # the custom run has another C, another seed and a subset
    app = open_page("training", model=model, section="tuning", **{f"{BASE}.digits": 500, f"{BASE}.seed": 5})
    button(app, "Train with these hyperparameters").click().run()
    assert not app.exception
    assert not app.warning
    assert "section" not in app.query_params
    assert command(app) == [BASE, "--dataset", "digits", "--set", "C=0.03", "--seed", "0", "--custom"]


@pytest.mark.parametrize("best", [1.0, 77])
def test_hyperparameters_in_use_or_not_in_the_form_are_not_offered(open_page, runs, best):
    tune(best)
    app = open_page("training", model=BASE, section="tuning")
    assert app.get("plotly_chart")
    assert "Train with these hyperparameters" not in [button.label for button in app.button]


def test_an_evaluation_of_a_removed_classifier_keeps_its_name(open_page, runs):
    test_evaluations.log_evaluation(
        "digits", "perceptron", purpose="benchmark", seed=0, n_train=898, hyperparameters={}, test_accuracy=0.9
    )
    app = open_page("training", model=BASE, section="readings")
    assert not app.exception
    assert "perceptron" in app.dataframe[0].value["classifier"].tolist()


def test_without_test_set_evaluations_there_is_an_empty_state(open_page, runs):
    test_evaluations.evaluations_file("digits", custom=True).unlink()
    app = open_page("training", model=BASE, section="readings")
    assert not app.exception
    assert "No test-set evaluation of this dataset is logged yet." in texts(app)
