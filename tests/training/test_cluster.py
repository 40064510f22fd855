"""On a real Dask cluster of this machine: the same results as without one, and workers may be lost."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from importlib import metadata

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from mnist_core import store
from mnist_core.__main__ import main
from mnist_core.base.errors import TrainingError
from mnist_core.store.tuning_history import load_history
from mnist_core.training import cluster as clusters
from mnist_core.training.cluster import workers
from mnist_core.training.cross_validation import cross_validate
from mnist_core.training.tuning import tune
from tests.conftest import PROJECT

pytest.importorskip("distributed", reason="Dask is not installed (pip install -r requirements-cluster.txt)")
pytest.importorskip("optuna", reason="Optuna is not installed (pip install -r requirements-train.txt)")
pytest.importorskip("cleanlab", reason="cleanlab is not installed (pip install -r requirements-train.txt)")

PATIENCE = 300
"""Seconds after which a test that hangs is ended."""
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("MNIST_")}
ENVIRONMENT |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # as Dask's nanny sets them


class Cluster:
    """A scheduler and its workers, each a process of its own on the loopback interface."""

    def __init__(self, folder):
        self.folder, self.processes = folder, []
        place = folder / "scheduler.json"
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(place))
        self.address = ""
        while not self.address:
            assert self.scheduler.poll() is None, (folder / "dask.log").read_text()
            with contextlib.suppress(OSError, ValueError):
                self.address = json.loads(place.read_text())["address"]
            time.sleep(0.05)

    def start_worker(self, *options, where=PROJECT):
        """A worker without a nanny, which would start it again."""
        options = (self.address, "--no-nanny", "--local-directory", str(self.folder), *options)
        return self._start("worker", *options, where=where)

    def workers(self, count):
        """So many workers, once they are there."""
        from distributed import Client

        started = [self.start_worker("--nthreads", "1") for _ in range(count)]
        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(count, timeout=PATIENCE)
        return started

    def stop(self):
        for process in self.processes:
            process.kill()
            process.wait()

    def _start(self, *options, where=PROJECT):
        with (self.folder / "dask.log").open("ab") as log:
            command = [sys.executable, "-m", "dask", *options, "--no-dashboard"]
            process = subprocess.Popen(command, cwd=where, env=ENVIRONMENT, stdout=log, stderr=log)
        self.processes.append(process)
        return process


@pytest.fixture(autouse=True)
def bounded():
    """Nothing here hangs for ever, whatever a cluster does, and no thread waits for others on a busy machine."""
    before = signal.signal(signal.SIGALRM, lambda *_: pytest.fail(f"not done after {PATIENCE} seconds"))
    signal.alarm(PATIENCE)
    with threadpool_limits(1):
        yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def cluster(tmp_path):
    started = Cluster(tmp_path)
    yield started
    started.stop()


def validated(*names, **where):
    """The folds' accuracies and the out-of-fold scores of each classifier."""
    found = {}
    for outcome in cross_validate(names, "digits", **where):
        assert outcome.record, outcome.error
        found[outcome.classifier] = (outcome.record.cross_validation.accuracies, store.load_out_of_fold(outcome.record))
    return found


def outcomes(history):
    return [(trial.number, trial.parameters, trial.accuracy, trial.state) for trial in history.trials]


def test_a_cluster_gives_what_this_machine_gives(cluster, artifacts):
    cluster.workers(2)
    names = ("sgd", "random-forest")
    here, there = validated(*names, jobs=2), validated(*names, scheduler=cluster.address)
    for name in names:
        (accuracies, scores), (others, other_scores) = here[name], there[name]
        assert accuracies == others
        np.testing.assert_array_equal(scores, other_scores)
    tuned = tune("logistic", "digits", jobs=2)
    elsewhere = ["--dataset", "digits", "--force", "--scheduler", cluster.address]
    assert main(["tune", "logistic", *elsewhere]) == 0
    assert outcomes(load_history("digits", "logistic")) == outcomes(tuned)
    assert main(["cv", "sgd", *elsewhere]) == 0
    assert store.load_record("digits", "sgd").cross_validation.accuracies == here["sgd"][0]


def test_a_worker_that_is_killed_loses_nothing(cluster, artifacts):
    victim, _ = cluster.workers(2)
    reported = []

    def kill_once(message, share=None, *, entry=None):
        if "fold" in message:
            reported.append(message)
        if len(reported) == 1 and victim.poll() is None:
            victim.kill()
            victim.wait()

    found = validated("sgd", scheduler=cluster.address, progress=kill_once)
    assert victim.poll() == -signal.SIGKILL
    assert len(reported) == len(set(reported)) == 5
    here = validated("sgd")
    assert found["sgd"][0] == here["sgd"][0]
    np.testing.assert_array_equal(found["sgd"][1], here["sgd"][1])


def test_the_only_worker_may_be_killed_if_another_one_comes(cluster, tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(tmp_path / "artifacts"))
    (only,) = cluster.workers(1)

    def replace_once(message, share=None, *, entry=None):
        if message.startswith("trial") and only.poll() is None:
            only.kill()
            only.wait()
            cluster.start_worker("--nthreads", "1")

    history = tune("logistic", "digits", scheduler=cluster.address, progress=replace_once)
    assert only.poll() == -signal.SIGKILL
    assert history.completed == len(history.trials) == history.combinations
    assert outcomes(tune("logistic", "digits", again=True)) == outcomes(history)


def test_what_is_sent_is_what_arrives_and_even_a_single_worker_does_all_the_work(cluster):
    (worker,) = cluster.workers(1)
    images, labels = np.arange(200_000, dtype=np.uint8).reshape(-1, 2), np.arange(3)
    with workers(cluster.address, 8, ["numpy"]) as pool:
        sent = pool.send(images, labels)
        assert set(pool.run(os.getpid, [()] * 3)) == {worker.pid}
        assert [int(total) for total in pool.run(np.sum, [(sent[0],)])] == [int(images.sum())]
        (arrived,) = pool.run(np.asarray, [(sent[1],)])
    np.testing.assert_array_equal(arrived, labels)


def test_without_the_scheduler_what_is_done_is_kept_and_the_rest_is_said(cluster, tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(tmp_path / "artifacts"))
    cluster.workers(1)

    def lose(message, share=None, *, entry=None):
        if message.startswith("trial") and cluster.scheduler.poll() is None:
            cluster.scheduler.kill()
            cluster.scheduler.wait()

    with pytest.raises(TrainingError, match=r"connection to the Dask scheduler was lost\..*kept: run it again"):
        tune("sgd", "digits", trials=6, scheduler=cluster.address, progress=lose)
    assert 1 <= len(load_history("digits", "sgd").trials) < 6


def test_workers_that_would_do_otherwise_are_refused(cluster, tmp_path, monkeypatch):
    monkeypatch.setattr(clusters, "SECONDS_TO_ANSWER", 2.0)
    refused(cluster, r"has no workers\. Start: python -m dask scheduler")
    monkeypatch.setattr(clusters, "SECONDS_TO_ANSWER", float(PATIENCE))
    several = cluster.start_worker("--nthreads", "2")
    refused(cluster, r"one fit at a time.*--nworkers")
    retire(several)
    elsewhere = cluster.start_worker("--nthreads", "1", where=tmp_path)
    refused(cluster, r"cannot use the project's code.*in the project's folder")
    retire(elsewhere)
    old = tmp_path / "old"
    shutil.copytree(PROJECT / "mnist_core", old / "mnist_core", ignore=shutil.ignore_patterns("__pycache__"))
    (old / "mnist_core" / "training" / "more.py").write_text("")
    cluster.start_worker("--nthreads", "1", where=old)
    refused(cluster, r"has the project's code [0-9a-f]+ instead of [0-9a-f]+")


def test_another_version_of_a_package_is_refused(cluster, monkeypatch):
    cluster.workers(1)
    version, numpy = metadata.version, np.__version__
    monkeypatch.setattr(metadata, "version", lambda name: version(name) + ".1" * (name == "numpy"))
    refused(cluster, rf"numpy {numpy} instead of {numpy}\.1\.")


def refused(cluster, reason):
    with pytest.raises(TrainingError, match=reason), workers(cluster.address, 1, ["numpy"]):
        pass


def retire(worker):
    """End a worker politely: the scheduler knows at once."""
    worker.terminate()
    worker.wait()


def test_a_port_that_says_nothing_and_a_wrong_address_are_refused_in_good_time(monkeypatch):
    monkeypatch.setattr(clusters, "SECONDS_TO_ANSWER", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(TrainingError, match=f"No Dask scheduler answered at {address} within 1 seconds"):
            workers(address, 1).__enter__()
    with pytest.raises(TrainingError, match=f"No Dask scheduler answered at {address}.*python -m dask scheduler"):
        workers(address, 1).__enter__()  # nobody listens there any more
    with pytest.raises(TrainingError, match=r"address such as tcp://192\.0\.2\.1:8786, found 'here'"):
        workers("here", 1).__enter__()


def test_without_dask_the_remedy_is_named(monkeypatch):
    monkeypatch.setattr(clusters, "find_spec", lambda name: None)
    with pytest.raises(TrainingError, match=r"pip install -r requirements-cluster\.txt"):
        workers("tcp://127.0.0.1:8786", 1).__enter__()


def test_a_process_of_this_machine_that_ends_is_a_clear_error():
    with workers(None, 2) as pool, pytest.raises(TrainingError, match=r"ended from outside.*Fewer --jobs"):
        list(pool.run(os._exit, [(1,)] * 2))
