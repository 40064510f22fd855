"""Rules for every page, dataset and classifier."""

import gzip
import hashlib
import json
import shutil
from itertools import cycle

import pytest

from mnist_core.base.errors import DatasetUnavailableError
from mnist_core.classifiers.registry import list_classifiers
from mnist_core.datasets import list_datasets
from mnist_core.datasets.spec import Dataset
from tests.conftest import remove_additions
from tests.pages.conftest import PAGES, texts, tiles

PAGES_WITH_RUNS = tuple(page for page in PAGES if page not in ("data", "training", "claims"))
DAMAGES = {"missing": "not been trained", "stale": "other hyperparameters", "corrupt": "model.onnx.gz"}
"""Kinds of damage to a run, and the reason that a page reports."""
# The Draw page handles damaged runs in its own way, all other pages stop in the same way: every damage on Draw, and
# every other page with one of them.
DAMAGED_PAGES = [
    *(("draw", damage) for damage in DAMAGES),
    *zip((page for page in PAGES_WITH_RUNS if page != "draw"), cycle(DAMAGES), strict=False),
]


@pytest.mark.parametrize("dataset", ["mnist", "digits"])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_without_errors_and_keeps_its_link(open_page, page, dataset):
    app = open_page(page, dataset=dataset)
    assert not app.exception
    assert not app.error
    assert len(app.title) == 1
    assert app.title[0].value.endswith("?")
    assert app.query_params["dataset"] == dataset
    assert app.query_params["model"] == "random-forest"


@pytest.mark.parametrize(("model", "page"), list(zip(list_classifiers(), cycle(PAGES), strict=False)))
def test_a_link_restores_its_classifier(open_page, page, model):
    app = open_page(page, model=model)
    assert app.selectbox(key="view model").value == model
    assert not app.exception


@pytest.mark.parametrize("page", PAGES)
def test_an_unknown_dataset_or_model_is_dropped_with_a_notice(open_page, page):
    app = open_page(page, dataset="fashion", model="perceptron-9000")
    notices = " ".join(warning.value for warning in app.warning)
    assert "`dataset=fashion`, which does not exist" in notices
    assert "`model=perceptron-9000`, which does not exist" in notices
    assert all(name in notices for name in list_datasets())
    assert dict(app.query_params)["dataset"] == "mnist"
    assert not app.exception


def test_a_link_cannot_put_its_own_pictures_or_links_into_a_page(open_page):
    app = open_page("errors", model="`![x](https://example.com/x.png)` [y](https://example.com)" * 9)
    (notice,) = [warning.value for warning in app.warning]
    assert notice.count("`") == 2
    assert len(notice) < 400
    assert "![x]" in notice.split("`")[1]


@pytest.mark.parametrize("page", PAGES)
def test_the_selected_dataset_and_classifier_stay_after_a_change_of_page(open_page, page):
    app = open_page("overview", dataset="digits", model="svc-ovr")
    app.query_params.clear()  # As a click in the navigation does.
    if page != "overview":
        app.switch_page(f"pages/{page}.py")
    app.run()
    assert dict(app.query_params)["dataset"] == "digits"
    assert dict(app.query_params)["model"] == "svc-ovr"


@pytest.mark.parametrize(("page", "damage"), DAMAGED_PAGES)
def test_an_unusable_run_is_reported_with_its_reason_and_a_remedy(open_page, artifacts, page, damage):
    run = artifacts / "digits" / "random-forest"
    if damage == "missing":
        shutil.rmtree(run)
    elif damage == "stale":
        record = json.loads((run / "record.json").read_text())
        (run / "record.json").write_text(json.dumps(record | {"hyperparameters": {"n_estimators": 3}}))
    else:
        (run / "model.onnx.gz").write_bytes(b"garbage")
    app = open_page(page, model="random-forest")
    assert not app.exception
    assert DAMAGES[damage] in texts(app)
    if page == "draw":  # The page continues with the other classifiers.
        assert "Not available: Random forest" in texts(app)
        return
    assert any("train random-forest --dataset digits" in code.value for code in app.code)
    assert any(button.label == "Train it here" for button in app.button)


def test_the_draw_page_leaves_out_an_unreadable_model_and_names_it(open_page, artifacts):
    """The hash of the model is correct, as with a model of a later ONNX Runtime."""
    run = artifacts / "digits" / "sgd"
    content = gzip.compress(b"no model")
    (run / "model.onnx.gz").write_bytes(content)
    record = json.loads((run / "record.json").read_text())
    record["files"]["model.onnx.gz"] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    (run / "record.json").write_text(json.dumps(record))
    app = open_page("draw")
    assert not app.exception
    assert "Not available: Linear SVM (SGD)" in texts(app)


@pytest.mark.parametrize(
    ("page", "content"), list(zip(PAGES_WITH_RUNS, cycle([None, b"", b"PK damaged"]), strict=False))
)
def test_missing_or_damaged_labels_are_reported_on_every_page(open_page, artifacts, page, content):
    labels = artifacts / "digits" / "labels.npz"
    if content is None:
        labels.unlink()
    else:
        labels.write_bytes(content)
    app = open_page(page)
    assert not app.exception
    assert "labels.npz" in texts(app)
    assert any(button.label == "Train it here" for button in app.button)


@pytest.mark.parametrize("page", PAGES_WITH_RUNS)
def test_a_dataset_without_any_run_offers_to_train(open_page, tmp_path, monkeypatch, page):
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(tmp_path))
    app = open_page(page)
    assert not app.exception
    assert any(button.label == "Train it here" for button in app.button)


def test_with_training_switched_off_only_the_command_is_offered(open_page, tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(tmp_path))
    monkeypatch.setenv("MNIST_TRAINING", "off")
    app = open_page("confusion", model="sgd")
    assert "switched off" in texts(app)
    assert not any(button.label == "Train it here" for button in app.button)
    assert app.code[0].value == "python -m mnist_core train sgd --dataset digits"


def test_commands_come_in_an_order_that_works_also_for_an_ensemble(open_page, ensemble_artifacts):
    def commands(app):
        return [line.removeprefix("python -m mnist_core ") for line in app.code[-1].value.splitlines()]

    for name in list_classifiers("digits"):
        if name not in ("logistic", "sgd", "ensemble"):
            shutil.rmtree(ensemble_artifacts / name, ignore_errors=True)
    shutil.rmtree(ensemble_artifacts / "ensemble")
    app = open_page("confusion", model="ensemble")
    assert commands(app) == ["train ensemble --dataset digits"]
    assert any(button.label == "Train it here" for button in app.button)
    remove_additions(ensemble_artifacts, "cross_validation")
    app = open_page("confusion", model="ensemble")
    assert commands(app) == ["cv sgd logistic --dataset digits", "train ensemble --dataset digits"]
    assert not any(button.label == "Train it here" for button in app.button)
    shutil.rmtree(ensemble_artifacts / "sgd")
    first, *others = commands(open_page("confusion", model="ensemble"))
    assert first == "train sgd --dataset digits"
    assert others == ["cv sgd logistic --dataset digits", "train ensemble --dataset digits"]
    assert commands(open_page("confusion", model="sgd")) == ["train sgd --dataset digits"]
    rest = " ".join(name for name in list_classifiers("digits") if name not in ("logistic", "ensemble"))
    assert commands(open_page("overview")) == [f"train {rest} --dataset digits", *others]
    shutil.rmtree(ensemble_artifacts / "logistic")
    everything = ["train --all --dataset digits", "cv --all --dataset digits", "train ensemble --dataset digits"]
    assert commands(open_page("overview")) == everything


@pytest.mark.usefixtures("fresh_caches")
@pytest.mark.parametrize("page", ["confusion", "errors", "head_to_head"])
def test_without_images_a_page_shows_all_else_and_offers_the_uci_digits(open_page, monkeypatch, page):
    def unavailable(*_args, **_options):
        raise DatasetUnavailableError("mnist", [("data/mnist", "no such folder")], "Put the files into data/mnist.")

    monkeypatch.setattr(Dataset, "test", property(unavailable))
    app = open_page(page, dataset="mnist")
    assert not app.exception
    assert "The images of MNIST" in texts(app)
    assert "Put the files into data/mnist." in texts(app)
    assert "no such folder" in texts(app)
    assert tiles(app)[0]["predictions"]
    app.button(key="instead mnist").click().run()
    assert dict(app.query_params)["dataset"] == "digits"
