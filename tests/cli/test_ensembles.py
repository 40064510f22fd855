"""Commands for ensembles, tested on an ensemble of two fast classifiers."""

import hashlib
import json
import shutil
from dataclasses import replace

import pytest

from mnist_core import store
from mnist_core.__main__ import main
from mnist_core.classifiers.ensemble import to_json
from mnist_core.classifiers.registry import list_classifiers
from mnist_core.cli import train as train_command
from mnist_core.store.record import ENSEMBLE
from mnist_core.training import train
from mnist_core.training.ensemble import OUTDATED_WEIGHTS
from tests.conftest import remove_additions

pytestmark = pytest.mark.usefixtures("ensemble_artifacts")
NAME, MEMBERS = "ensemble", ("logistic", "sgd")
DATASET_OPTION = ["--dataset", "digits"]


def stored(name=NAME):
    """Return the record of a stored run."""
    return store.load_record("digits", name)


def test_a_retrained_member_must_be_cross_validated_before_the_ensemble_is_trained_again(capsys):
    train("sgd", "digits", seed=3)
    assert main(["train", NAME, *DATASET_OPTION]) == 1
    needed = "python -m mnist_core cv sgd --dataset digits"
    assert f"must be cross-validated first: {needed}" in capsys.readouterr().err
    assert main([*needed.split()[3:], "--jobs", "1"]) == 0
    assert main(["train", NAME, *DATASET_OPTION]) == 0
    assert main(["verify", NAME, *DATASET_OPTION]) == 0


@pytest.mark.parametrize(
    ("command", "purpose"),
    [
        (["curve", NAME], "A learning curve"),
        (["tune", NAME], "Tuning"),
        (["train", NAME, "--subset", "300"], "A custom run"),
        (["train", NAME, "--set", 'members=["sgd"]'], "A custom run"),
    ],
)
def test_commands_for_single_classifiers_refuse_an_ensemble_and_name_its_members(
    ensemble_artifacts, command, purpose, capsys
):
    before = stored()
    assert main([*command, *DATASET_OPTION]) == 1
    error = capsys.readouterr().err
    assert f"{purpose} needs a single classifier, found the ensemble {NAME}." in error
    assert "Use its members instead: logistic, sgd." in error
    assert "run: python -m mnist_core train ensemble" in error
    assert stored() == before
    assert [name for name in store.list_runs("digits") if "@" in name] == []


def test_cv_of_an_ensemble_prints_the_command_that_cross_validates_it(capsys):
    before = stored()
    assert main(["cv", NAME, *DATASET_OPTION, "--force"]) == 0
    assert "python -m mnist_core train ensemble --dataset digits --force" in capsys.readouterr().out
    assert stored() == before


def keep_only(ensemble_artifacts, *names):
    """Delete all runs except those with the given names."""
    for name in list_classifiers("digits"):
        if name not in names:
            shutil.rmtree(ensemble_artifacts / name, ignore_errors=True)


@pytest.mark.parametrize("state", ["current", "stale"])
@pytest.mark.parametrize("command", ["curve", "cv"])
def test_curve_all_and_cv_all_leave_out_the_ensemble(ensemble_artifacts, command, state, capsys):
    keep_only(ensemble_artifacts, NAME, *MEMBERS)
    if state == "stale":
        (ensemble_artifacts / "sgd" / store.RECORD).unlink()
    assert main([command, "--all", *DATASET_OPTION]) == 0
    output = capsys.readouterr()
    if command == "cv":
        current, stale = f"{NAME:<14} is an ensemble", "Left out: ensemble on digits: its member sgd"
        assert (current if state == "current" else stale) in output.out + output.err
    else:
        assert NAME not in output.out + output.err
        assert "Left out: mlp on digits" in output.err


def test_seeds_of_a_stale_ensemble_are_refused(ensemble_artifacts, capsys):
    train("sgd", "digits", seed=3)
    assert main(["seeds", NAME, *DATASET_OPTION]) == 1
    assert "its member sgd was retrained after the ensemble" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["curve", "seeds", "cv", "robustness"])
def test_with_all_a_stale_run_of_a_single_classifier_is_an_error(ensemble_artifacts, command, capsys):
    record = json.loads((ensemble_artifacts / "sgd" / store.RECORD).read_text())
    (ensemble_artifacts / "sgd" / store.RECORD).write_text(json.dumps(record | {"hyperparameters": {"alpha": 1}}))
    assert main([command, "--all", *DATASET_OPTION]) == 1
    error = capsys.readouterr().err
    assert "sgd on digits: it was trained with other hyperparameters" in error
    assert "Left out: sgd" not in error


def test_cv_of_an_ensemble_without_cross_validation_fails_with_the_command_to_run(ensemble_artifacts, capsys):
    remove_additions(ensemble_artifacts, "cross_validation")
    assert main(["cv", NAME, *DATASET_OPTION]) == 1
    assert (
        "an ensemble is cross-validated by its training: python -m mnist_core train ensemble" in capsys.readouterr().err
    )
    shutil.rmtree(ensemble_artifacts / NAME)
    assert main(["cv", NAME, *DATASET_OPTION]) == 1
    assert "python -m mnist_core train ensemble --dataset digits" in capsys.readouterr().err


def test_train_all_leaves_out_an_ensemble_whose_members_are_not_cross_validated(
    ensemble_artifacts, monkeypatch, capsys
):
    monkeypatch.setattr(train_command, "list_classifiers", lambda _: [*MEMBERS, NAME])
    keep_only(ensemble_artifacts, "logistic")
    assert main(["train", "--all", *DATASET_OPTION]) == 0
    commands = "python -m mnist_core cv sgd --dataset digits, then python -m mnist_core train ensemble --dataset digits"
    assert f"first: {commands}" in capsys.readouterr().err
    assert not (ensemble_artifacts / NAME).exists()
    for command in commands.split(", then "):
        assert main(command.split()[3:]) == 0
    assert main(["train", "--all", *DATASET_OPTION]) == 0
    assert capsys.readouterr().out.count("Up to date") == 3


def test_cv_of_a_member_reports_an_ensemble_with_outdated_weights(ensemble_artifacts, capsys):
    fold = store.load_out_of_fold(stored("sgd"))
    label_issues = {split: store.load_label_issues(stored("sgd"), split) for split in ("train", "test")}
    other = stored("sgd").cross_validation
    store.save_cross_validation(stored("sgd"), other, temperature=1.0, scores=fold, label_issues=label_issues)
    assert main(["train", NAME, *DATASET_OPTION]) == 0
    assert main(["cv", "sgd", *DATASET_OPTION, "--force", "--jobs", "1"]) == 0
    error = capsys.readouterr().err
    assert f"{NAME} on digits: {OUTDATED_WEIGHTS} Train it again: python -m mnist_core train ensemble" in error
    assert main(["verify", NAME, *DATASET_OPTION]) == 1
    assert OUTDATED_WEIGHTS in capsys.readouterr().err


def test_verify_reports_weights_that_were_not_fitted_on_the_out_of_fold_scores(ensemble_artifacts, capsys):
    first, second = store.load_members(stored())
    changed = to_json([replace(first, weight=first.weight - 0.1), replace(second, weight=second.weight + 0.1)])
    assert first.weight > 0.1
    (ensemble_artifacts / NAME / ENSEMBLE).write_bytes(changed)
    record = json.loads((ensemble_artifacts / NAME / store.RECORD).read_text())
    record["files"][ENSEMBLE] = {"sha256": hashlib.sha256(changed).hexdigest(), "bytes": len(changed)}
    (ensemble_artifacts / NAME / store.RECORD).write_text(json.dumps(record))
    assert main(["verify", NAME, *DATASET_OPTION]) == 1
    assert "the stored weights differ from those fitted" in capsys.readouterr().err


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_members_are_trained_before_the_ensemble_in_any_order_of_names(jobs, monkeypatch):
    trained = []
    monkeypatch.setattr(train_command, "_train_one", lambda name, *_: trained.append(name) or True)
    monkeypatch.setattr(train_command, "_train_in_worker", train_command._train_one)
    monkeypatch.setattr("joblib.Parallel", lambda n_jobs: lambda tasks: [f(*args) for f, args, _ in tasks])
    assert main(["train", NAME, "sgd", "logistic", *DATASET_OPTION, "--jobs", jobs]) == 0
    assert trained == ["sgd", "logistic", NAME]
