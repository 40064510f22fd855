"""A vote over two quick classifiers on the UCI digits, trained as the command does it."""

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mnist_core import load_classifier, load_dataset, store
from mnist_core.__main__ import main
from mnist_core.base.errors import ArtifactCorruptError, ArtifactStaleError, TrainingError
from mnist_core.classifiers.ensemble import to_json
from mnist_core.classifiers.onnx.served import OnnxClassifier
from mnist_core.classifiers.registry import get_classifier_spec, list_classifiers
from mnist_core.cli import train as train_command
from mnist_core.evaluation.metrics import softmax
from mnist_core.images.transforms import TRANSFORMS
from mnist_core.store.record import ENSEMBLE
from mnist_core.store.test_evaluations import load_evaluations, recipe_digest
from mnist_core.training import robustness, train, up_to_date
from mnist_core.training.cross_validation import fold_of_each
from mnist_core.training.ensemble import OLD_WEIGHTS, cross_fitted_scores, fit_weights
from mnist_core.training.label_issues import find_label_issues
from mnist_core.training.robustness import measure_robustness
from mnist_core.training.seeds import train_seeds
from mnist_core.training.temperature import fit_temperature
from tests.conftest import take_away

pytestmark = pytest.mark.usefixtures("vote")
NAME, MEMBERS = "ensemble", ("logistic", "sgd")
ON = ["--dataset", "digits"]


def stored(name=NAME):
    return store.load_record("digits", name)


def weights(record=None):
    return [member.weight for member in store.load_members(record or stored())]


def test_what_is_stored_is_verified_and_predicts_the_weighted_geometric_mean_of_its_members(capsys):
    assert main(["verify", NAME, *ON]) == 0
    record, data = stored(), load_dataset("digits")
    vote = load_classifier(NAME, "digits")
    powers = 1.0
    for name, weight in zip(MEMBERS, weights(), strict=True):
        proba = load_classifier(name, "digits").predict_proba(data.test.images).astype(float)
        powers *= proba.clip(min=np.exp(-12)) ** (weight / record.temperature)
    expected = powers / powers.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(vote.predict_proba(data.test.images), expected, rtol=1e-3, atol=1e-6)
    assert (vote.predict(data.test.images) == data.test.labels).mean() == record.test_accuracy
    assert (vote.predict(data.train.images) == data.train.labels).mean() == record.train_accuracy
    np.testing.assert_array_equal(store.load_scores(record), vote.scores(data.test.images))


def test_nothing_of_the_members_is_copied_and_their_times_and_sizes_count(vote):
    record, members = stored(), [stored(name) for name in MEMBERS]
    assert not (vote / NAME / store.MODEL).exists()
    assert record.files[ENSEMBLE]["bytes"] < 1000
    assert record.model_bytes == record.files[ENSEMBLE]["bytes"] + sum(member.model_bytes for member in members)
    assert record.details == {"member_bytes": [member.model_bytes for member in members]}
    fits = sum(member.fit_seconds for member in members)
    assert fits < record.fit_seconds < fits + 5
    assert (record.history, record.learning_curve, record.replicates) == ((), (), ())


def test_the_weights_are_of_all_digits_and_the_cross_validation_of_the_other_folds():
    record, labels = stored(), load_dataset("digits").train.labels
    logits = [store.load_out_of_fold(stored(name)) / stored(name).temperature for name in MEMBERS]
    assert weights() == pytest.approx(fit_weights(logits, labels).tolist())
    scores, folds = cross_fitted_scores(logits, labels, fold_of_each(labels)), fold_of_each(labels)
    right = scores.argmax(axis=1) == labels
    assert record.cross_validation.accuracies == tuple(right[folds == fold].mean() for fold in range(5))
    assert (record.n_holdout, record.holdout_accuracy) == (len(labels), right.mean())
    assert record.temperature == fit_temperature(scores, labels)
    kept = softmax(store.load_out_of_fold(record), record.temperature)
    np.testing.assert_allclose(kept, softmax(scores, record.temperature), rtol=0.02, atol=1e-5)
    proba = softmax(scores, record.temperature)
    np.testing.assert_array_equal(store.load_label_issues(record, "train"), find_label_issues(labels, proba))
    test = softmax(store.load_scores(record), record.temperature)
    found = find_label_issues(store.load_labels(record, "test"), test)
    np.testing.assert_array_equal(store.load_label_issues(record, "test"), found)


def test_the_test_split_is_read_once_and_noted():
    readings, recipe = load_evaluations("digits"), recipe_digest(stored().hyperparameters)
    (reading,) = readings[readings["recipe"] == recipe].to_dict("records")
    assert (reading["purpose"], reading["test_accuracy"]) == ("run", stored().test_accuracy)


@pytest.mark.parametrize("damage", ["another seed", "missing", "corrupt"])
def test_a_vote_is_stale_once_a_member_is_not_what_it_was(vote, damage, capsys):
    if damage == "another seed":
        assert main(["train", "sgd", *ON, "--seed", "3"]) == 0
        assert "ensemble on digits: its member sgd has been trained anew since." in capsys.readouterr().err
    elif damage == "missing":
        shutil.rmtree(vote / "sgd")
    else:
        (vote / "sgd" / store.MODEL).write_bytes(b"another model")
    with pytest.raises(
        ArtifactStaleError, match=r"its member sgd (has|cannot).*Train it again: .*train ensemble --dataset digits"
    ):
        stored()
    assert up_to_date(NAME, "digits") is None
    assert NAME in [problem.classifier for problem in store.load_records("digits")[1]]


def test_what_is_added_to_a_member_leaves_the_vote_as_it_is():
    before = stored()
    store.save_replicates(stored("sgd"), [{"seed": 1, "test_accuracy": 0.9, "fit_seconds": 1.0}])
    assert stored() == before


def test_a_member_that_was_trained_anew_has_to_be_cross_validated_and_then_the_vote_to_be_trained(capsys):
    train("sgd", "digits", seed=3)
    assert main(["train", NAME, *ON]) == 1
    needed = "python -m mnist_core cv sgd --dataset digits"
    assert f"must be cross-validated first: {needed}" in capsys.readouterr().err
    assert main([*needed.split()[3:], "--jobs", "1"]) == 0
    assert main(["train", NAME, *ON]) == 0
    assert main(["verify", NAME, *ON]) == 0


def test_members_that_are_missing_are_trained_and_then_cross_validated(vote):
    shutil.rmtree(vote / "sgd")
    take_away(vote, "cross_validation")
    expected = r"train sgd --dataset digits, then python -m mnist_core cv logistic sgd --dataset digits$"
    with pytest.raises(TrainingError, match=expected):
        train(NAME, "digits")


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'[{"name": "sgd"}]', b"[]"])
def test_members_that_cannot_be_read_are_corrupt_even_with_the_hash_of_the_record(vote, content):
    path = vote / NAME / store.RECORD
    record = json.loads(path.read_text())
    (vote / NAME / ENSEMBLE).write_bytes(content)
    with pytest.raises(ArtifactCorruptError, match=ENSEMBLE):
        stored()
    record["files"][ENSEMBLE] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    path.write_text(json.dumps(record))
    with pytest.raises(ArtifactCorruptError, match=ENSEMBLE):
        stored()


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_a_training_that_fails_after_all_else_is_measured_leaves_the_run_as_it_was(vote, error, monkeypatch):
    def fail(*_):
        raise error

    before = {path: path.read_bytes() for path in (vote / NAME).iterdir()}
    train("sgd", "digits", seed=3)
    assert main(["cv", "sgd", *ON, "--jobs", "1"]) == 0
    monkeypatch.setattr("mnist_core.training.label_issues.find_suspects", fail)
    with pytest.raises(error):
        train(NAME, "digits")
    assert {path: path.read_bytes() for path in (vote / NAME).iterdir()} == before


def test_what_was_added_to_a_vote_stays_with_the_same_vote_trained_again(vote, monkeypatch):
    monkeypatch.setattr(robustness, "TRANSFORMS", {"shift": TRANSFORMS["shift"]})
    before = measure_robustness([NAME], "digits")[0].record
    again = train(NAME, "digits")
    assert (again.robustness, again.files) == (before.robustness, before.files)


def test_a_vote_without_cross_validation_is_not_up_to_date(vote):
    assert up_to_date(NAME, "digits") == stored()
    take_away(vote, "cross_validation")
    assert up_to_date(NAME, "digits") is None


@pytest.mark.parametrize(("sharper", "hotter"), [(1, 2), (2, 1)])
def test_a_member_that_is_cross_validated_anew_may_give_other_weights_and_is_served_as_before(vote, sharper, hotter):
    before, member = stored(), stored("sgd")
    scores, temperature = sharper * hotter * store.load_out_of_fold(member), hotter * member.temperature
    label_issues = {split: store.load_label_issues(member, split) for split in ("train", "test")}
    store.save_cross_validation(
        member, member.cross_validation, temperature=temperature, scores=scores, label_issues=label_issues
    )
    assert stored() == before
    assert up_to_date(NAME, "digits") is None
    assert main(["train", NAME, *ON]) == 0
    assert up_to_date(NAME, "digits") == stored()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["curve", NAME], "Ask that of its members: logistic, sgd"),
        (["tune", NAME], "Tune them instead: logistic, sgd"),
        (["train", NAME, "--subset", "300"], "ensemble has no runs of your own"),
        (["train", NAME, "--set", 'members=["sgd"]'], "ensemble has no runs of your own"),
    ],
)
def test_what_a_vote_has_not_is_refused_in_words_and_changes_nothing(vote, command, said, capsys):
    before = stored()
    assert main([*command, *ON]) == 1
    assert said in capsys.readouterr().err
    assert stored() == before
    assert [name for name in store.list_runs("digits") if "@" in name] == []


def test_cross_validation_was_done_by_the_training_and_says_so(capsys):
    before = stored()
    assert main(["cv", NAME, *ON, "--force"]) == 0
    assert "python -m mnist_core train ensemble --dataset digits --force" in capsys.readouterr().out
    assert stored() == before


def keep_only(vote, *names):
    for name in list_classifiers("digits"):
        if name not in names:
            shutil.rmtree(vote / name, ignore_errors=True)


@pytest.mark.parametrize("health", ["well", "stale"])
@pytest.mark.parametrize("command", ["curve", "cv"])
def test_of_all_a_vote_is_left_out_where_there_is_nothing_to_do(vote, command, health, capsys):
    keep_only(vote, NAME, *MEMBERS)
    if health == "stale":
        (vote / "sgd" / store.RECORD).unlink()
    assert main([command, "--all", *ON]) == 0
    said = capsys.readouterr()
    if command == "cv":
        told = f"{NAME:<14} votes over others" if health == "well" else "Left out: ensemble on digits: its member sgd"
        assert told in said.out + said.err
    else:
        assert NAME not in said.out + said.err
        assert "Left out: mlp on digits" in said.err


def test_with_another_seed_every_member_is_trained_anew_and_the_weights_stay(vote):
    data, before = load_dataset("digits"), stored()
    record = train_seeds(NAME, "digits", count=3)
    assert [entry["seed"] for entry in record.replicates] == [1, 2]
    for entry in record.replicates:
        logs = 0.0
        for name, weight in zip(MEMBERS, weights(), strict=True):
            estimator = get_classifier_spec(name).build(stored(name).hyperparameters, int(entry["seed"]))
            estimator.fit(data.train.images, data.train.labels)
            proba = softmax(estimator.scores(data.test.images), stored(name).temperature)
            logs += weight * np.log(proba.astype(float).clip(min=np.exp(-12)))
        assert entry["test_accuracy"] == (logs.argmax(axis=1) == data.test.labels).mean()
    assert (record.test_accuracy, record.files) == (before.test_accuracy, before.files)
    assert [stored(name).replicates for name in MEMBERS] == [(), ()]  # theirs are asked for by name


def test_a_vote_over_a_member_that_has_been_trained_anew_has_no_other_seeds(vote, capsys):
    train("sgd", "digits", seed=3)
    assert main(["seeds", NAME, *ON]) == 1
    assert "its member sgd has been trained anew since" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["curve", "seeds", "cv", "robustness"])
def test_an_ordinary_run_that_is_stale_is_an_error_whatever_is_asked_of_all(vote, command, capsys):
    record = json.loads((vote / "sgd" / store.RECORD).read_text())
    (vote / "sgd" / store.RECORD).write_text(json.dumps(record | {"hyperparameters": {"alpha": 1}}))
    assert main([command, "--all", *ON]) == 1
    said = capsys.readouterr().err
    assert "sgd on digits: trained with other hyperparameters" in said
    assert "Left out: sgd" not in said


def test_to_cross_validate_a_vote_that_is_not_fails_with_the_command_that_does_it(vote, capsys):
    take_away(vote, "cross_validation")
    assert main(["cv", NAME, *ON]) == 1
    assert "its training would cross-validate it: python -m mnist_core train ensemble" in capsys.readouterr().err
    shutil.rmtree(vote / NAME)
    assert main(["cv", NAME, *ON]) == 1
    assert "python -m mnist_core train ensemble --dataset digits" in capsys.readouterr().err


def test_training_all_leaves_out_a_vote_whose_members_are_not_cross_validated_and_says_what_comes_first(
    vote, monkeypatch, capsys
):
    monkeypatch.setattr(train_command, "list_classifiers", lambda _: [*MEMBERS, NAME])
    keep_only(vote, "logistic")
    assert main(["train", "--all", *ON]) == 0
    told = (
        "first: python -m mnist_core cv sgd --dataset digits, then python -m mnist_core train ensemble --dataset digits"
    )
    assert told in capsys.readouterr().err
    assert not (vote / NAME).exists()
    for command in told.removeprefix("first: ").split(", then "):
        assert main(command.split()[3:]) == 0
    assert main(["train", "--all", *ON]) == 0
    assert capsys.readouterr().out.count("Up to date") == 3


def test_who_cross_validates_a_member_anew_is_told_of_the_vote(vote, capsys):
    fold = store.load_out_of_fold(stored("sgd"))
    label_issues = {split: store.load_label_issues(stored("sgd"), split) for split in ("train", "test")}
    other = stored("sgd").cross_validation
    store.save_cross_validation(stored("sgd"), other, temperature=1.0, scores=fold, label_issues=label_issues)
    assert main(["train", NAME, *ON]) == 0
    assert main(["cv", "sgd", *ON, "--force", "--jobs", "1"]) == 0
    said = capsys.readouterr().err
    assert f"{NAME} on digits: {OLD_WEIGHTS} Train it again: python -m mnist_core train ensemble" in said
    assert main(["verify", NAME, *ON]) == 1
    assert OLD_WEIGHTS in capsys.readouterr().err


def test_verify_finds_weights_that_are_not_those_of_the_out_of_fold_scores(vote, capsys):
    first, second = store.load_members(stored())
    changed = to_json([replace(first, weight=first.weight - 0.1), replace(second, weight=second.weight + 0.1)])
    assert first.weight > 0.1
    (vote / NAME / ENSEMBLE).write_bytes(changed)
    record = json.loads((vote / NAME / store.RECORD).read_text())
    record["files"][ENSEMBLE] = {"sha256": hashlib.sha256(changed).hexdigest(), "bytes": len(changed)}
    (vote / NAME / store.RECORD).write_text(json.dumps(record))
    assert main(["verify", NAME, *ON]) == 1
    assert "the weights are not those" in capsys.readouterr().err


@pytest.mark.parametrize("file", [store.PREDICTIONS, store.ROBUSTNESS, store.LABEL_ISSUES, store.OUT_OF_FOLD])
def test_a_vote_depends_on_its_members_models_and_on_no_other_file_of_theirs(vote, file):
    before = stored()
    (vote / "sgd" / file).write_bytes(b"damaged")
    with pytest.raises(ArtifactCorruptError):
        stored("sgd")
    assert stored() == before
    assert load_classifier(NAME, "digits")


def test_where_all_runs_are_read_no_model_is_read_twice(vote, monkeypatch):
    keep_only(vote, NAME, *MEMBERS)
    read, read_bytes = [], Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read.append(path) or read_bytes(path))
    records, _ = store.load_records("digits")
    assert [record.classifier for record in records] == ["sgd", "logistic", NAME]
    assert sum(path.name == store.MODEL for path in read) == len(MEMBERS)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_members_are_trained_before_the_vote_in_whatever_order_they_are_named(jobs, monkeypatch):
    trained = []
    monkeypatch.setattr(train_command, "_train_one", lambda name, *_: trained.append(name) or True)
    monkeypatch.setattr(train_command, "_train_in_worker", train_command._train_one)
    monkeypatch.setattr("joblib.Parallel", lambda n_jobs: lambda tasks: [f(*args) for f, args, _ in tasks])
    assert main(["train", NAME, "sgd", "logistic", *ON, "--jobs", jobs]) == 0
    assert trained == ["sgd", "logistic", NAME]


def test_distorted_digits_are_read_by_the_served_vote_and_by_each_member_once(vote, monkeypatch):
    monkeypatch.setattr(robustness, "TRANSFORMS", {"shift": TRANSFORMS["shift"]})
    take_away(vote, "robustness")
    alone = measure_robustness([NAME], "digits")[0].record
    expected = store.load_robustness(alone, "shift")
    asked, scores = [], OnnxClassifier.scores
    monkeypatch.setattr(OnnxClassifier, "scores", lambda *given: asked.append(1) or scores(*given))
    loaded, init = [], OnnxClassifier.__init__
    monkeypatch.setattr(OnnxClassifier, "__init__", lambda *given: loaded.append(1) or init(*given))
    together = measure_robustness([NAME, *MEMBERS], "digits", again=True)[::-1]
    assert len(loaded) == len(MEMBERS)
    asked.clear()
    measure_robustness([*MEMBERS, NAME], "digits", again=True)
    np.testing.assert_array_equal(store.load_robustness(together[-1].record, "shift"), expected)
    assert len(asked) == len(MEMBERS) * len(TRANSFORMS["shift"].severities)
