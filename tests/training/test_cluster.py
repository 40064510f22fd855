"""Trainings on a Dask cluster on this machine, compared with local processes, and lost workers."""

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
from mnist_core.training import cluster as cluster_module
from mnist_core.training.cluster import workers
from mnist_core.training.cross_validation import cross_validate
from mnist_core.training.tuning import tune
from tests.conftest import PROJECT

pytest.importorskip("distributed", reason="Dask is not installed (pip install -r requirements-cluster.txt)")
pytest.importorskip("optuna", reason="Optuna is not installed (pip install -r requirements-train.txt)")
pytest.importorskip("cleanlab", reason="cleanlab is not installed (pip install -r requirements-train.txt)")

TIMEOUT = 90
"""Seconds before a wait fails the test."""
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("MNIST_")}
ENVIRONMENT |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # Dask's nanny would set these variables


class Cluster:
    """A scheduler and its workers, each in a separate process on the loopback interface."""

    def __init__(self, folder):
        self.folder, self.processes = folder, []
        file = folder / "scheduler.json"
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file))
        self.address = ""
        end = time.monotonic() + TIMEOUT
        while not self.address:
            assert time.monotonic() < end, "the scheduler wrote no address"
            assert self.scheduler.poll() is None, (folder / "dask.log").read_text()
            with contextlib.suppress(OSError, ValueError):
                self.address = json.loads(file.read_text())["address"]
            time.sleep(0.05)

    def start_worker(self, *options, cwd=PROJECT):
        """Start a worker. It has no nanny, which would restart it after it is killed."""
        options = (self.address, "--no-nanny", "--local-directory", str(self.folder), *options)
        return self._start("worker", *options, cwd=cwd)

    def workers(self, count):
        """Start workers, and return them after they have joined the cluster."""
        from distributed import Client

        started = [self.start_worker("--nthreads", "1") for _ in range(count)]
        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(count, timeout=TIMEOUT)
        return started

    def stop(self):
        """Kill all processes."""
        for process in self.processes:
            process.kill()
            process.wait(TIMEOUT)

    def _start(self, *options, cwd=PROJECT):
        with (self.folder / "dask.log").open("ab") as log:
            command = [sys.executable, "-m", "dask", *options, "--no-dashboard"]
            process = subprocess.Popen(command, cwd=cwd, env=ENVIRONMENT, stdout=log, stderr=log)
        self.processes.append(process)
        return process


@pytest.fixture(autouse=True)
def one_thread():
    """Limit thread pools to one thread, because threads compete for cores on a busy machine."""
    with threadpool_limits(1):
        yield


@pytest.fixture
def cluster(tmp_path):
    started = Cluster(tmp_path)
    yield started
    started.stop()


def cross_validated(*names, **options):
    """Return the fold accuracies and the out-of-fold scores of each classifier."""
    found = {}
    for outcome in cross_validate(names, "digits", **options):
        assert outcome.record, outcome.error
        found[outcome.classifier] = (outcome.record.cross_validation.accuracies, store.load_out_of_fold(outcome.record))
    return found


def outcomes(history):
    """Return the trials of a history without their times."""
    return [(trial.number, trial.parameters, trial.accuracy, trial.state) for trial in history.trials]


@pytest.mark.slow
def test_a_cluster_gives_the_same_results_as_local_processes(cluster, artifacts):
    cluster.workers(2)
    names = ("sgd", "random-forest")
    local, remote = cross_validated(*names, jobs=2), cross_validated(*names, scheduler=cluster.address)
    for name in names:
        (accuracies, scores), (remote_accuracies, remote_scores) = local[name], remote[name]
        assert accuracies == remote_accuracies
        np.testing.assert_array_equal(scores, remote_scores)
    tuned = tune("logistic", "digits", jobs=2)
    options = ["--dataset", "digits", "--force", "--scheduler", cluster.address]
    assert main(["tune", "logistic", *options]) == 0
    assert outcomes(load_history("digits", "logistic")) == outcomes(tuned)
    assert main(["cv", "sgd", *options]) == 0
    assert store.load_record("digits", "sgd").cross_validation.accuracies == local["sgd"][0]


@pytest.mark.slow
def test_results_are_complete_after_a_worker_is_killed(cluster, artifacts):
    first, _ = cluster.workers(2)
    reported = []

    def kill_once(message, share=None, *, entry=None):
        if "fold" in message:
            reported.append(message)
        if len(reported) == 1 and first.poll() is None:
            first.kill()
            first.wait(TIMEOUT)

    remote = cross_validated("sgd", scheduler=cluster.address, progress=kill_once)
    assert first.poll() == -signal.SIGKILL
    assert len(reported) == len(set(reported)) == 5
    local = cross_validated("sgd")
    assert remote["sgd"][0] == local["sgd"][0]
    np.testing.assert_array_equal(remote["sgd"][1], local["sgd"][1])


@pytest.mark.slow
def test_the_only_worker_can_be_replaced_after_it_is_killed(cluster, tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(tmp_path / "artifacts"))
    (only,) = cluster.workers(1)

    def replace_once(message, share=None, *, entry=None):
        if message.startswith("trial") and only.poll() is None:
            only.kill()
            only.wait(TIMEOUT)
            cluster.start_worker("--nthreads", "1")

    history = tune("logistic", "digits", scheduler=cluster.address, progress=replace_once)
    assert only.poll() == -signal.SIGKILL
    assert history.completed == len(history.trials) == history.combinations
    assert outcomes(tune("logistic", "digits", again=True)) == outcomes(history)


def test_arrays_arrive_unchanged_and_a_single_worker_runs_all_calls(cluster):
    (worker,) = cluster.workers(1)
    images, labels = np.arange(200_000, dtype=np.uint8).reshape(-1, 2), np.arange(3)
    with workers(cluster.address, 8, ["numpy"]) as pool:
        sent = pool.send(images, labels)
        assert set(pool.run(os.getpid, [()] * 3)) == {worker.pid}
        assert [int(total) for total in pool.run(np.sum, [(sent[0],)])] == [int(images.sum())]
        (arrived,) = pool.run(np.asarray, [(sent[1],)])
    np.testing.assert_array_equal(arrived, labels)


@pytest.mark.slow
def test_a_lost_scheduler_is_reported_and_finished_trials_are_kept(cluster, tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(tmp_path / "artifacts"))
    cluster.workers(1)

    def kill_scheduler(message, share=None, *, entry=None):
        if message.startswith("trial") and cluster.scheduler.poll() is None:
            cluster.scheduler.kill()
            cluster.scheduler.wait(TIMEOUT)

    with pytest.raises(TrainingError, match=r"connection to the Dask scheduler was lost\. Finished work is kept\."):
        tune("sgd", "digits", trials=6, scheduler=cluster.address, progress=kill_scheduler)
    assert 1 <= len(load_history("digits", "sgd").trials) < 6


@pytest.mark.slow
def test_missing_workers_several_threads_and_other_code_are_refused(cluster, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster_module, "SECONDS_TO_ANSWER", 2.0)
    assert_refused(cluster, r"has no workers\. Start: python -m dask scheduler")
    monkeypatch.setattr(cluster_module, "SECONDS_TO_ANSWER", float(TIMEOUT))
    several = cluster.start_worker("--nthreads", "2")
    assert_refused(cluster, r"Expected workers with one thread.*--nworkers")
    stop_worker(several)
    without_code = cluster.start_worker("--nthreads", "1", cwd=tmp_path)
    assert_refused(cluster, r"cannot use the project's code.*in the project's folder")
    stop_worker(without_code)
    old = tmp_path / "old"
    shutil.copytree(PROJECT / "mnist_core", old / "mnist_core", ignore=shutil.ignore_patterns("__pycache__"))
    (old / "mnist_core" / "training" / "more.py").write_text("")
    cluster.start_worker("--nthreads", "1", cwd=old)
    assert_refused(cluster, r"has the project's code [0-9a-f]+ instead of [0-9a-f]+")


@pytest.mark.slow
def test_another_version_of_a_package_is_refused(cluster, monkeypatch):
    cluster.workers(1)
    version, numpy = metadata.version, np.__version__
    monkeypatch.setattr(metadata, "version", lambda name: version(name) + ".1" * (name == "numpy"))
    assert_refused(cluster, rf"numpy {numpy} instead of {numpy}\.1\.")


def assert_refused(cluster, reason):
    """Assert that connecting to the cluster raises an error that matches `reason`."""
    with pytest.raises(TrainingError, match=reason), workers(cluster.address, 1, ["numpy"]):
        pass


def stop_worker(worker):
    """Stop a worker with SIGTERM, so that the scheduler notices it at once."""
    worker.terminate()
    worker.wait(TIMEOUT)


def test_silent_ports_closed_ports_and_invalid_addresses_are_refused_within_the_timeout(monkeypatch):
    monkeypatch.setattr(cluster_module, "SECONDS_TO_ANSWER", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(TrainingError, match=f"No Dask scheduler answered at {address} within 1 seconds"):
            workers(address, 1).__enter__()
    with pytest.raises(TrainingError, match=f"No Dask scheduler answered at {address}.*python -m dask scheduler"):
        workers(address, 1).__enter__()  # the port is closed now
    with pytest.raises(TrainingError, match=r"address such as tcp://192\.0\.2\.1:8786, found 'here'"):
        workers("here", 1).__enter__()


def test_a_missing_dask_is_reported_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setattr(cluster_module, "find_spec", lambda name: None)
    with pytest.raises(TrainingError, match=r"pip install -r requirements-cluster\.txt"):
        workers("tcp://127.0.0.1:8786", 1).__enter__()


def test_a_local_process_that_is_killed_is_reported():
    with workers(None, 2) as pool, pytest.raises(TrainingError, match=r"was killed.*Fewer --jobs"):
        list(pool.run(os._exit, [(1,)] * 2))
