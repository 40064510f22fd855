"""Hyperparameter searches on the UCI digits: reproducible trials, interruptions and errors."""

import contextlib
import errno
import os
import signal
import sys
from dataclasses import replace

import numpy as np
import psutil
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from threadpoolctl import threadpool_limits

from mnist_core import load_dataset
from mnist_core.base.errors import TrainingError
from mnist_core.classifiers.linear import Linear
from mnist_core.classifiers.registry import CLASSIFIERS, hyperparameters_for
from mnist_core.classifiers.spec import as_rows
from mnist_core.datasets.spec import Dataset
from mnist_core.evaluation.tuning import key_of
from mnist_core.store.tuning_history import TuningHistoryError, load_history, save_history, tuning_file
from mnist_core.training import train, tuning
from mnist_core.training.tuning import tune
from tests.conftest import PROJECT
from tests.processes import running, wait_for_line

pytest.importorskip("optuna", reason="Optuna is not installed (pip install -r requirements-train.txt)")

GRID = {"alpha": (1e-6, 1e-5, 1e-4), "average": (True, False), "epochs": (1, 2)}


@pytest.fixture(autouse=True)
def artifacts(tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(tmp_path))
    with threadpool_limits(1):  # on a busy machine, several threads take ten times as long
        yield tmp_path
    assert not list(tmp_path.glob("**/*.tmp"))


@pytest.fixture
def quick(monkeypatch):
    """Return a linear classifier with twelve combinations of hyperparameters. A trial takes a fraction of a second."""
    values = CLASSIFIERS["sgd"].hyperparameters | {"epochs": 2}
    monkeypatch.setitem(CLASSIFIERS, "sgd", replace(CLASSIFIERS["sgd"], hyperparameters=values, search_space=GRID))
    return "sgd"


def outcomes(history):
    """Return the trials of a history without their times."""
    return [(trial.number, trial.parameters, trial.accuracy, trial.state) for trial in history.trials]


def use_folder(monkeypatch, tmp_path, place):
    """Store results in another, empty folder."""
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(tmp_path / place))


def test_the_first_trial_uses_the_current_hyperparameters_and_the_validation_split_of_train():
    history = tune("logistic", "digits", seed=3)
    training, now = load_dataset("digits").train, hyperparameters_for("logistic", "digits")
    kept, held = train_test_split(np.arange(898), test_size=1 / 6, stratify=training.labels, random_state=3)
    model = LogisticRegression(**now, random_state=3).fit(as_rows(training.images[kept]), training.labels[kept])
    expected = model.score(as_rows(training.images[held]), training.labels[held])
    assert history.trials[0].accuracy == pytest.approx(expected)
    assert history.trials[0].parameters == {"C": now["C"]}
    assert history.n_holdout == len(held)
    record = train("logistic", "digits", seed=3)
    assert record.holdout_accuracy == history.trials[0].accuracy
    is_best = history.best.parameters == {"C": now["C"]}
    tuned = f"{len(history.trials)} trials on 150 held-out digits (tuning.json)"
    assert (record.chosen_by == tuned) is is_best


def test_a_run_with_the_best_hyperparameters_records_the_search_that_chose_them():
    history = tune("logistic", "digits", trials=2)
    save_history(replace(history, trials=(history.trials[0], replace(history.trials[1], accuracy=0.1))))
    assert train("logistic", "digits").chosen_by == "2 trials on 150 held-out digits (tuning.json)"
    save_history(replace(history, trials=(history.trials[0], replace(history.trials[1], accuracy=1.0))))
    assert train("logistic", "digits").chosen_by == CLASSIFIERS["logistic"].chosen_by


def test_one_and_several_jobs_give_the_same_trials(quick, monkeypatch, tmp_path):
    one = tune(quick, "digits", trials=7)
    use_folder(monkeypatch, tmp_path, "several")
    assert outcomes(tune(quick, "digits", trials=7, jobs=2)) == outcomes(one)


def test_an_interrupted_search_continues_with_the_trials_of_an_uninterrupted_one(quick, monkeypatch, tmp_path):
    whole = tune(quick, "digits", trials=10)
    assert len(whole.trials) == 10
    for numbers in ([0, 2, 5], [0, 1, 2, 3, 4, 5, 7, 9]):
        save_history(replace(whole, trials=tuple(whole.trials[number] for number in numbers)))
        assert outcomes(tune(quick, "digits", trials=10)) == outcomes(whole)
    use_folder(monkeypatch, tmp_path, "in steps")
    for trials in (1, 4, 10):
        found = tune(quick, "digits", trials=trials)
        assert len(found.trials) == trials
    assert outcomes(found) == outcomes(whole) == outcomes(load_history("digits", quick))


def test_a_search_ends_when_every_combination_has_been_tried_once(quick, monkeypatch):
    history = tune(quick, "digits", trials=50)
    tried = {tuple(key_of(value) for value in trial.parameters.values()) for trial in history.trials}
    assert len(tried) == len(history.trials) == history.combinations == 12
    monkeypatch.setattr(tuning, "try_one", lambda *_: pytest.fail("a trial was repeated"))
    assert tune(quick, "digits", trials=50) == history


def test_the_test_set_is_not_loaded(quick, monkeypatch):
    monkeypatch.setattr(Dataset, "test", property(lambda _: pytest.fail("the test set was loaded")))
    assert len(tune(quick, "digits", trials=2).trials) == 2


def test_a_failed_trial_is_stored_and_the_search_continues(quick, monkeypatch):
    fit = Linear.fit

    def fail_for_large_alpha(self, *data, **options):
        if self._linear.alpha == 1e-4:
            raise ValueError("A long message.\nSingular matrix.")
        return fit(self, *data, **options)

    monkeypatch.setattr(Linear, "fit", fail_for_large_alpha)
    history = tune(quick, "digits", trials=50)
    failed = [trial for trial in history.trials if trial.state == "failed"]
    assert {trial.parameters["alpha"] for trial in failed} == {1e-4}
    assert (len(failed), history.completed) == (4, 8)
    assert {(trial.accuracy, trial.error) for trial in failed} == {(None, "Singular matrix.")}
    assert load_history("digits", quick) == history
    assert tune(quick, "digits", trials=50) == history


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"schema": 7}'])
def test_a_damaged_history_stops_the_search_unless_a_new_one_is_started(quick, content):
    path = tuning_file("digits", quick)
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(TuningHistoryError, match=f"tune {quick} --dataset digits --force"):
        tune(quick, "digits", trials=1)
    assert path.read_bytes() == content
    assert len(tune(quick, "digits", trials=1, again=True).trials) == 1
    assert path.with_name("tuning-1.json").read_bytes() == content


def test_trials_that_cannot_be_compared_are_refused(quick, monkeypatch):
    before = tune(quick, "digits", trials=2)
    with pytest.raises(TuningHistoryError, match=r"seed 0, not 5.*--seed 0, or start a new search.*--seed 5 --force"):
        tune(quick, "digits", trials=4, seed=5)
    spec = CLASSIFIERS[quick]
    values = spec.hyperparameters | {"standardise": True}
    monkeypatch.setitem(CLASSIFIERS, quick, replace(spec, hyperparameters=values))
    with pytest.raises(TuningHistoryError, match="standardise"):
        tune(quick, "digits", trials=4)
    space = {name: values for name, values in GRID.items() if name != "average"}
    monkeypatch.setitem(CLASSIFIERS, quick, replace(spec, search_space=space))
    with pytest.raises(TuningHistoryError, match=r"other hyperparameters than the registry's \(average\)"):
        tune(quick, "digits", trials=4)
    assert load_history("digits", quick) == before


def test_a_search_continues_with_a_larger_search_space(quick, monkeypatch):
    before = tune(quick, "digits", trials=12)
    spec = CLASSIFIERS[quick]
    monkeypatch.setitem(CLASSIFIERS, quick, replace(spec, search_space=GRID | {"alpha": (1e-5, 1e-4, 1e-3)}))
    after = tune(quick, "digits", trials=50)
    assert after.trials[:12] == before.trials
    assert {trial.parameters["alpha"] for trial in after.trials[12:]} == {1e-3}
    assert len(after.trials) == 16
    assert after.space["alpha"] == [1e-5, 1e-4, 1e-3]


def test_the_hyperparameters_in_use_belong_to_the_search_space(quick, monkeypatch):
    values = CLASSIFIERS[quick].hyperparameters | {"alpha": 3e-5}
    monkeypatch.setitem(CLASSIFIERS, quick, replace(CLASSIFIERS[quick], hyperparameters=values))
    history = tune(quick, "digits", trials=1)
    assert history.space["alpha"] == [1e-6, 1e-5, 3e-5, 1e-4]
    assert history.trials[0].parameters == {"alpha": 3e-5, "average": True, "epochs": 2}


def test_tuning_a_custom_run_or_a_classifier_without_a_search_space_is_refused(quick, monkeypatch):
    with pytest.raises(TrainingError, match=r"found the custom run sgd@1\. Tune sgd instead"):
        tune("sgd@1", "digits")
    monkeypatch.setitem(CLASSIFIERS, quick, replace(CLASSIFIERS[quick], search_space={}))
    with pytest.raises(TrainingError, match=f"needs a search space, found none for {quick}"):
        tune(quick, "digits")


def test_a_missing_optuna_is_reported_with_the_command_that_installs_it(quick, monkeypatch):
    find = tuning.require_packages.__globals__["find_spec"]
    monkeypatch.setitem(
        tuning.require_packages.__globals__, "find_spec", lambda name: None if name == "optuna" else find(name)
    )
    with pytest.raises(TrainingError, match=r"needs optuna.*pip install -r requirements-train\.txt"):
        tune(quick, "digits")


def test_a_full_disk_is_reported_and_stored_trials_are_kept(quick, monkeypatch):
    before = tune(quick, "digits", trials=2)

    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(TrainingError, match="could not be stored: No space left"):
            tune(quick, "digits", trials=4)
    assert load_history("digits", quick) == before


@contextlib.contextmanager
def started(*options):
    """Start a search in another process, wait for the first trial, and yield the process."""
    command = [sys.executable, "-m", "mnist_core", "tune", "sgd", "--dataset", "digits", "--progress", "json", *options]
    with running(command, PROJECT) as process:
        wait_for_line(process, "trial")
        yield process


@pytest.mark.slow
def test_a_killed_search_continues_with_the_same_trials(monkeypatch, tmp_path):
    with started("--trials", "8") as process:
        process.kill()
    stored = load_history("digits", "sgd")
    assert 1 <= len(stored.trials) < 8
    resumed = tune("sgd", "digits", trials=8)
    assert set(map(str, stored.trials)) < set(map(str, resumed.trials))
    use_folder(monkeypatch, tmp_path, "at once")
    assert outcomes(tune("sgd", "digits", trials=8, jobs=2)) == outcomes(resumed)


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["Ctrl-C in a terminal", "kill"])
def test_an_interrupt_keeps_the_trials_and_ends_all_processes(ending):
    with started("--trials", "18", "--jobs", "2") as process:
        workers = psutil.Process(process.pid).children(recursive=True)
        if ending == "kill":
            process.terminate()
        else:
            os.killpg(process.pid, signal.SIGINT)  # a terminal sends the signal to the whole process group
        _, errors = process.communicate(timeout=30)
        _, orphans = psutil.wait_procs(workers, timeout=30)
    assert (process.returncode, orphans) == (1, [])
    assert "Interrupted" in errors
    assert "Traceback" not in errors
    assert 1 <= len(load_history("digits", "sgd").trials) < 18
