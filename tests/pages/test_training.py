"""The Training page: the form is a link, the queue is everybody's, and a run of one's own is text and nothing else."""

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
from mnist_core.training import train
from pages.widgets import formatting
from tests.pages.conftest import PAGES, cross_validate_at_will, texts

PATIENCE = 300
OWN, BASE = "logistic@1", "logistic"
SLOW = Task("mlp", "digits", custom=True)
HOSTILE = "![x](https://a.b/x.png) <b>**y**</b>"


@pytest.fixture(autouse=True)
def empty_queue(tmp_path, monkeypatch):
    """An empty queue, and no other server's lock."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.delenv("MNIST_TRAINING", raising=False)
    yield
    queue._end()
    wait(lambda: queue._clerk is None)
    queue._ended.clear()


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """The committed results of a few classifiers, and a run of one's own on part of the digits."""
    from tests.conftest import PROJECT

    folder = tmp_path_factory.mktemp("trained")
    for name in ("labels.npz", "logistic", "mlp", "sgd", "random-forest"):
        source = PROJECT / "artifacts" / "digits" / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        (folder / "digits").mkdir(exist_ok=True)
        copy(source, folder / "digits" / name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MNIST_ARTIFACTS_DIR", str(folder))
        train(BASE, "digits", seed=7, changes={"C": 0.1}, subset=300, custom=True, label="Less")
    return folder


@pytest.fixture
def runs(trained, tmp_path, monkeypatch):
    """A copy of them, to be changed at will."""
    folder = tmp_path / "artifacts"
    shutil.copytree(trained, folder)
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(folder))
    return folder


def wait(until):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if until():
            return
        time.sleep(0.02)
    raise AssertionError(f"gave up waiting: {queue.overview()}")


def elements(*blocks):
    """All that is on a page."""
    for block in blocks:
        for child in block.children.values():
            yield from elements(child) if hasattr(child, "children") else [child]


def command(app):
    """The arguments of the command that the form shows."""
    (shown,) = [code.value for code in app.code if code.value.startswith("python -m mnist_core train")]
    return shlex.split(shown)[4:]


def button(app, label):
    return next(button for button in app.button if button.label == label)


def links(app):
    found = {}
    for link in app.get("page_link"):
        query = {name: values[0] for name, values in parse_qs(link.proto.query_string).items()}
        found[link.proto.page] = (link.proto.label, query)
    return found


def metrics(app):
    return {metric.label: metric.value for metric in app.metric}


@pytest.mark.parametrize("name", [name for name in list_classifiers() if not is_ensemble(name)])
def test_the_form_begins_with_the_registrys_settings_and_offers_the_search_space(open_page, name):
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
    told = texts(app).lower()
    assert all(key.replace("_", " ").lower() in told for key in fixed)


def test_a_vote_has_no_form_but_says_whose_settings_count_and_how_to_vote_anew(open_page, vote):
    app = open_page("training", model="ensemble")
    assert not app.exception
    assert "votes over **Logistic regression** and **Linear SVM (SGD)**" in texts(app)
    members = store.load_members(store.load_record("digits", "ensemble"))
    shown = app.dataframe[0].value
    assert shown["label"].tolist() == ["Logistic regression", "Linear SVM (SGD)"]
    assert shown["weight"].tolist() == [member.weight for member in members]
    assert command(app) == ["ensemble", "--dataset", "digits"]
    assert "Train" not in [button.label for button in app.button]
    app = open_page("training", model="ensemble", section="tuning")
    assert "no settings to search: it votes over" in texts(app)
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
    asked = [BASE, "--dataset", "digits", "--set", "C=0.1", "--subset", "200", "--seed", "3", "--label=Less & weaker"]
    assert command(app) == [*asked, "--custom"]
    assert command(open_page("training", **view)) == [*asked, "--custom"]


def test_booleans_are_toggles_and_lists_are_chosen_from(open_page):
    app = open_page("training", model="sgd", **{"sgd.average": False})
    assert app.toggle(key="view sgd.average").value is False
    assert "average=false" in command(app)
    app = open_page("training", model="mlp", **{"mlp.hidden": [800]})
    assert app.selectbox(key="view mlp.hidden").options == ["512", "512-256", "800"]
    assert "hidden=[800]" in command(app)


def test_a_mapping_of_transforms_has_a_slider_for_each_and_shows_what_it_does(open_page, monkeypatch):
    augmented = {**CLASSIFIERS["cnn"].hyperparameters, "augment": {"shift": 1.5, "rotate": 8}}
    monkeypatch.setitem(CLASSIFIERS, "cnn", replace(CLASSIFIERS["cnn"], hyperparameters=augmented))
    present, most = hyperparameters_for("cnn", "digits")["augment"], TRANSFORMS["elastic"].severities[1]
    app = open_page("training", model="cnn", **{"cnn.augment.rotate": 15, "cnn.augment.elastic": most})
    shown = {name: app.select_slider(key=f"view cnn.augment.{name}").value for name in AUGMENTING}
    assert shown == {name: float(present.get(name, 0)) for name in AUGMENTING} | {"rotate": 15, "elastic": most}
    (change,) = [word for word in command(app) if word.startswith("augment=")]
    assert json.loads(change.removeprefix("augment=")) == present | {"rotate": 15, "elastic": most}
    assert [expander.label for expander in app.expander].count("Augmentation: what it makes of digits") == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [("C", "7"), ("digits", "50"), ("seed", "1000"), ("digits", "x")],
)
def test_a_setting_that_does_not_exist_is_dropped_with_a_notice(open_page, name, value):
    app = open_page("training", model=BASE, **{f"logistic.{name}": value})
    assert f"`logistic.{name}={value}`, which does not exist" in app.warning[0].value
    assert command(app) == [BASE, "--dataset", "digits", "--seed", "0", "--custom"]


def test_a_run_of_ones_own_is_where_the_form_begins(open_page, runs):
    app = open_page("training", model=OWN)
    assert app.select_slider(key="view logistic@1.C").value == 0.1
    assert command(app) == [
        *(BASE, "--dataset", "digits", "--set", "C=0.1", "--subset", "300", "--seed", "7", "--custom")
    ]
    app.select_slider(key="view logistic@1.C").set_value(1.0).run()
    assert "--set" not in command(app)


def test_it_trains_tells_shows_the_difference_and_the_ways_to_look_closer(open_page, runs):
    app = open_page("training", model=BASE, **{"logistic.C": 0.03, "logistic.digits": 200})
    button(app, "Train").click().run()
    (job,) = queue.overview().unfinished
    assert (job.task.changes, job.task.subset, job.task.custom) == ({"C": 0.03}, 200, True)
    assert button(app, "Train").disabled  # the same again would be the same
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
        "head_to_head": (f"What was fixed ({fixed:,}) and what newly broke ({broken:,})", query | {"model_b": BASE}),
        "confusion": ("Confusion", query),
        "errors": ("Errors", query),
    }
    assert any(f"{formatting.percent_interval(new.test_accuracy, 899)}. C 0.03" in line.value for line in app.caption)
    app.run()
    assert not app.toast  # once is enough
    main(["delete", "logistic@2", "--dataset", "digits"])
    assert "200 digits" not in texts(open_page("training", model=BASE))  # nor is it told of when it is no more


def test_every_session_sees_the_queue_and_may_cancel(open_page, runs):
    mine, theirs = (open_page("training", model=BASE, **{"logistic.C": value}) for value in (0.1, 0.3))
    first = queue.start(SLOW)
    wait(lambda: queue.overview().running is not None and queue.overview().running.history)
    button(mine, "Train").click().run()
    button(theirs, "Train").click().run()
    mine.run()
    for app in (mine, theirs):
        shown = texts(app)
        assert "**Next** Logistic regression on digits (C 0.1)." in shown
        assert "**2.** Logistic regression on digits (C 0.3)." in shown
        assert [button.label for button in app.button].count("Remove") == 2
        assert len(app.get("plotly_chart")) == 1
    (waits, last) = queue.overview().waiting
    theirs.button(key=f"cancel {waits.number}").click().run()
    assert [job.number for job in queue.overview().waiting] == [last.number]
    mine.button(key=f"cancel {last.number}").click().run()
    mine.button(key=f"cancel {first.number}").click().run()
    assert queue.overview().unfinished == ()
    assert texts(mine).count("was cancelled; nothing was stored") == 3
    assert [toast.value for toast in mine.toast] == ["MLP on digits: cancelled."]
    assert "Nothing is being trained now" in texts(theirs.run())


def test_a_training_that_fails_says_why(open_page, runs):
    app = open_page("training", model=BASE)
    queue.start(Task(BASE, "digits", subset=20, custom=True))
    wait(lambda: not queue.overview().unfinished)
    app.run()
    assert "Logistic regression on digits (20 digits) failed." in texts(app)
    assert any("Expected a subset of 100 to 898 digits" in code.value for code in app.code)


def test_where_training_is_off_there_is_the_command_and_all_else(open_page, runs, monkeypatch):
    monkeypatch.setenv("MNIST_TRAINING", "off")
    app = open_page("training", model=OWN)
    assert "Training on this server is switched off" in texts(app)
    assert command(app)[:5] == [BASE, "--dataset", "digits", "--set", "C=0.1"]
    labels = [button.label for button in app.button]
    assert not {"Train", "Rename", "Delete it"} & set(labels)
    assert len(metrics(app)) == 4


def test_a_missing_package_is_named_with_its_remedy_before_anything_starts(open_page, monkeypatch):
    monkeypatch.setitem(CLASSIFIERS, "cnn", replace(CLASSIFIERS["cnn"], requires=("no_such_package",)))
    app = open_page("training", model="cnn")
    assert "needs no_such_package, which is not installed" in app.warning[0].value
    assert app.code[0].value == "pip install -r requirements-train.txt"
    assert button(app, "Train").disabled


def test_the_table_holds_every_run_of_ones_own_beside_its_classifier(open_page, runs):
    app = open_page("training", model="sgd")
    (row,) = app.dataframe[0].value.to_dict("records")
    record, before = store.load_record("digits", OWN), store.load_record("digits", BASE)
    assert (row["label"], row["base"], row["changes"]) == ("Less (1)", "Logistic regression", "C 0.1")
    assert (row["n_train"], row["seed"], row["accuracy"]) == (300, 7, pytest.approx(100 * record.test_accuracy))
    assert row["interval"] == formatting.interval(record.test_accuracy, 899)
    assert row["difference"] == pytest.approx(100 * (record.test_accuracy - before.test_accuracy))
    assert row["created"].isoformat() == record.created


def test_without_runs_of_ones_own_their_place_says_how_to_get_some(open_page):
    assert "what you train above is kept here" in texts(open_page("training", model=BASE))


def test_without_its_classifiers_run_a_run_of_ones_own_is_shown_alone(open_page, runs):
    shutil.rmtree(runs / "digits" / BASE)
    app = open_page("training", model=OWN)
    assert not app.exception
    assert list(metrics(app)) == ["Less (1)"]
    assert "head_to_head" not in links(app)


def test_a_run_is_renamed_and_a_name_is_text_on_every_page(open_page, runs):
    app = open_page("training", model=OWN)
    app.text_input(key=f"label digits {OWN}").set_value(HOSTILE)
    button(app, "Rename").click().run()
    assert store.load_record("digits", OWN).label == HOSTILE
    for page in PAGES:
        app = open_page(page, model=OWN)
        assert not app.exception, page
        assert app.selectbox(key="view model").value == OWN
        assert f"{plain(HOSTILE)} (1)" in app.selectbox(key="view model").options
        shown = "".join(
            str(element.proto) for element in elements(app.main, app.sidebar) if element.type != "text_input"
        )
        assert HOSTILE not in shown, page
        assert "**y**" not in shown, page


def test_a_deleted_run_is_gone_for_other_sessions_too_with_a_notice(open_page, runs):
    mine, theirs = open_page("training", model=OWN), open_page("confusion", model=OWN)
    button(mine, "Delete it").click().run()
    assert not (runs / "digits" / OWN).exists()
    assert dict(mine.query_params)["model"] == BASE
    assert not mine.warning
    theirs.run()
    assert not theirs.exception
    assert f"`model={OWN}`, which does not exist" in theirs.warning[0].value
    assert dict(theirs.query_params)["model"] != OWN


def test_what_was_deleted_meanwhile_is_not_brought_back_by_a_new_name(open_page, runs):
    app = open_page("training", model=OWN)
    main(["delete", OWN, "--dataset", "digits"])
    app.text_input(key=f"label digits {OWN}").set_value("Back")
    button(app, "Rename").click().run()
    assert not app.exception
    assert "has not been trained" in app.toast[0].value
    assert not (runs / "digits" / OWN).exists()


def test_a_damaged_run_of_ones_own_can_only_be_deleted(open_page, runs):
    (runs / "digits" / OWN / store.MODEL).unlink()
    app = open_page("confusion", model=OWN)
    assert "model.onnx.gz" in texts(app)
    labels = [button.label for button in app.button]
    assert "Train it here" not in labels
    button(app, "Delete it").click().run()
    assert not (runs / "digits" / OWN).exists()
    assert not app.exception


def test_a_run_on_part_of_the_digits_is_named_where_it_has_no_say_without_a_command_that_would_fail(open_page, runs):
    cross_validate_at_will(BASE)
    app = open_page("labels", model=BASE, split="train")
    assert "Not cross-validated, so without an answer here: Logistic regression (1)." in texts(app)
    assert not any("logistic@1" in code.value for code in app.code)


def test_the_readings_of_the_test_split_are_counted_and_listed_the_newest_first(open_page, runs):
    for seed, accuracy in ((1, 0.9), (2, 0.8)):
        test_evaluations.log_evaluation(
            *("digits", "sgd"),
            purpose="seed",
            seed=seed,
            n_train=898,
            hyperparameters={"C": seed},
            test_accuracy=accuracy,
        )
    app = open_page("training", model=OWN, section="readings")
    assert list(metrics(app).values()) == ["3", "1", "1"]
    assert "Each look at the test split is a chance" in texts(app)
    counts, log = (frame.value for frame in app.dataframe)
    assert counts[["classifier", "readings", "seed", "recipes"]].to_numpy().tolist() == [
        ["Linear SVM (SGD)", 2, 2, 2],
        ["Logistic regression", 1, 0, 1],
    ]
    assert log["classifier"].tolist() == ["Linear SVM (SGD)", "Linear SVM (SGD)", "Less (1)"]
    np.testing.assert_allclose(log["test_accuracy"][:2], [80, 90])


def test_the_tuning_history_is_a_link_of_its_own(open_page):
    app = open_page("training", model=BASE, section="tuning")
    assert not app.exception
    assert app.get("button_group")[0].value == "tuning"
    app.get("button_group")[0].set_value("train").run()
    assert "section" not in app.query_params


def tune(*values):
    """Store a search of BASE in which each value of C was better than those before it."""
    space, present = {"C": [0.03, 0.1, 0.3, 1.0]}, hyperparameters_for(BASE, "digits")
    fixed = {name: value for name, value in present.items() if name not in space}
    trials = tuple(
        Trial(number, {"C": value}, 0.9 + number / 100, 0.1, 2, "complete", "", 0, "2026-01-01T00:00:00+00:00")
        for number, value in enumerate(values)
    )
    save_history(History(BASE, "digits", get_dataset_spec("digits").fingerprint, 0, 150, space, fixed, trials))


@pytest.mark.parametrize("model", [BASE, OWN])
def test_better_settings_are_one_click_from_the_form_whatever_was_chosen_in_it(open_page, runs, model):
    tune(1.0, 0.03)  # OWN has another C, another seed and a subset
    app = open_page("training", model=model, section="tuning", **{f"{BASE}.digits": 500, f"{BASE}.seed": 5})
    button(app, "Train with these settings").click().run()
    assert not app.exception
    assert not app.warning
    assert "section" not in app.query_params
    assert command(app) == [BASE, "--dataset", "digits", "--set", "C=0.03", "--seed", "0", "--custom"]


@pytest.mark.parametrize("best", [1.0, 77])
def test_settings_that_are_in_use_or_not_in_the_form_are_not_offered(open_page, runs, best):
    tune(best)
    app = open_page("training", model=BASE, section="tuning")
    assert app.get("plotly_chart")
    assert "Train with these settings" not in [button.label for button in app.button]


def test_a_reading_of_a_classifier_that_is_no_more_keeps_its_bare_name(open_page, runs):
    test_evaluations.log_evaluation(
        "digits", "perceptron", purpose="benchmark", seed=0, n_train=898, hyperparameters={}, test_accuracy=0.9
    )
    app = open_page("training", model=BASE, section="readings")
    assert not app.exception
    assert "perceptron" in app.dataframe[0].value["classifier"].tolist()


def test_without_readings_there_is_a_sentence(open_page, runs):
    test_evaluations.evaluations_file("digits", custom=True).unlink()
    app = open_page("training", model=BASE, section="readings")
    assert not app.exception
    assert "No reading is on record" in texts(app)
