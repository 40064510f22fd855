"""Workers that run trainings: this process, several processes on this machine, or a Dask cluster.

A worker of a cluster needs the project's code and packages. The data is sent to it. Dask transfers Python objects as
pickles and executes what it receives, so run a scheduler only in a trusted network.
"""

import asyncio
import contextlib
import hashlib
import io
import logging
import os
import re
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from mnist_core.base.errors import TrainingError
from mnist_core.base.packages import installed_versions
from mnist_core.store import pack_arrays

if TYPE_CHECKING:
    from distributed import Client

SECONDS_TO_ANSWER = 10.0
"""Timeout for the answer of a scheduler, and for its first worker."""
START = "python -m dask scheduler, and on each machine, in the project's folder: python -m dask worker {} --nthreads 1"
"""Commands that start a cluster, for error messages. The placeholder is the address of the scheduler."""
RERUN = "Finished work is kept. Run the command again."


class Workers(Protocol):
    """Runs function calls, several at a time."""

    def send(self, *arrays: np.ndarray) -> tuple[Any, ...]:
        """Send arrays to the workers, and return the values to pass to `run` in place of the arrays."""

    def run(self, function: Callable[..., Any], tasks: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
        """Call a function with each tuple of arguments, and yield the results in the order in which they finish.

        Raises
        ------
        TrainingError
            Workers or the scheduler were lost.
        """


@contextlib.contextmanager
def workers(scheduler: str | None, jobs: int, packages: Sequence[str] = ()) -> Iterator[Workers]:
    """Yield the workers: `jobs` processes on this machine or, with a scheduler, all workers of its cluster.

    Parameters
    ----------
    scheduler : str or None
        Address of a Dask scheduler, such as `tcp://192.0.2.1:8786`.
    jobs : int
        Number of processes on this machine; with 1, calls run in this process. Ignored with a scheduler, whose workers
        run one call at a time each.
    packages : sequence of str
        Names of packages whose versions on the workers must be equal to those on this machine.

    Raises
    ------
    TrainingError
        Dask is not installed, no scheduler answers, it has no workers, or a worker has other code or packages.
    """
    if scheduler is None:
        yield _Local(jobs)
        return
    with _connected(scheduler) as client:
        _check_workers(client, scheduler, packages)
        yield _Cluster(client)


class _Local:
    """Processes on this machine. joblib shares large arrays between them."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs

    def send(self, *arrays: np.ndarray) -> tuple[Any, ...]:
        return arrays

    def run(self, function: Callable[..., Any], tasks: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
        from joblib import Parallel, delayed
        from joblib.externals.loky.process_executor import BrokenProcessPool

        try:
            yield from Parallel(n_jobs=self._jobs, batch_size=1, return_as="generator_unordered")(
                delayed(_call_ignoring_interrupts)(os.getpid(), function, *task) for task in tasks
            )
        except BrokenProcessPool as error:
            reason = "A training process was killed, perhaps because memory ran out."
            raise TrainingError(f"{reason} {RERUN} Fewer --jobs need less memory.") from error


class _Cluster:
    """Workers of a Dask cluster, used through joblib."""

    def __init__(self, client: "Client") -> None:
        self._client = client

    def send(self, *arrays: np.ndarray) -> tuple[Any, ...]:
        """Send arrays as tasks that unpack them, which the scheduler can repeat if a worker is lost.

        joblib would scatter the arrays. Scattered data is lost with the last worker that holds it, together with all
        calls that need it.
        """
        import dask

        # Dask warns about large tasks. These are sent only once.
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GB"}):
            return tuple(self._client.submit(_unpack, pack_arrays(array=array), pure=False) for array in arrays)

    def run(self, function: Callable[..., Any], tasks: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
        from distributed.scheduler import KilledWorker
        from joblib import Parallel, delayed, parallel_config
        from joblib._dask import DaskDistributedBackend

        class Backend(DaskDistributedBackend):
            def effective_n_jobs(self, n_jobs: int) -> int:
                """Return at least 2. With 1, joblib would run everything in this process."""
                return max(2, super().effective_n_jobs(n_jobs))

        with parallel_config(backend=Backend(client=self._client, fifo_timeout="0ms")):  # calls start in order
            # All calls are dispatched at once, so that workers that join later get some of them.
            pool = Parallel(batch_size=1, pre_dispatch="all", return_as="generator_unordered")
        try:
            yield from pool(delayed(_call_sequentially)(function, *task) for task in tasks)
        except KilledWorker as error:
            reason = "A training crashed several workers, perhaps because memory ran out."
            raise TrainingError(f"{reason} {RERUN}") from error
        except CancelledError as error:
            raise TrainingError(f"The connection to the Dask scheduler was lost. {RERUN}") from error


def _call_ignoring_interrupts(parent: int, function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function. A child process ignores Ctrl-C, which a terminal sends to every process."""
    if os.getpid() != parent:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    return function(*arguments)


def _call_sequentially(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function in a worker. The joblib calls in the function are not distributed over the cluster."""
    from joblib import parallel_config

    with parallel_config(backend="sequential"):
        return function(*arguments)


def _unpack(data: bytes) -> np.ndarray:
    with np.load(io.BytesIO(data), allow_pickle=False) as archive:
        array: np.ndarray = archive["array"]
    array.flags.writeable = False  # all calls on a worker share the array
    return array


def _installed(packages: Sequence[str]) -> dict[str, str]:
    """Return the versions of packages and a hash of the project's code on this machine.

    The result of a training depends on both.
    """
    code = hashlib.sha256()
    for folder in ("classifiers", "training"):
        for path in sorted((Path(__file__).parents[1] / folder).rglob("*.py")):
            code.update(path.name.encode() + b"\0" + path.read_bytes())
    return {**installed_versions(packages), "the project's code": code.hexdigest()[:12]}


@contextlib.contextmanager
def _connected(scheduler: str) -> "Iterator[Client]":
    """Yield a client of a scheduler; TrainingError if Dask is not installed or no scheduler answers."""
    if find_spec("distributed") is None:
        remedy = "pip install -r requirements-cluster.txt"
        raise TrainingError(f"A scheduler needs Dask (distributed), which is not installed. Run: {remedy}")
    if not re.fullmatch(r"tcp://\S+:\d+", scheduler):
        raise TrainingError(f"Expected a scheduler's address such as tcp://192.0.2.1:8786, found {scheduler!r}.")
    from distributed import Client

    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # lost connections are reported as TrainingError
    try:
        # Without this request, a client could wait forever for a port that accepts connections and never answers.
        # asyncio.run needs a separate thread because the calling thread may run an event loop.
        with ThreadPoolExecutor(1) as thread:
            answer = asyncio.wait_for(_node_type(scheduler), SECONDS_TO_ANSWER)
            kind = thread.submit(asyncio.run, answer).result()
        if kind != "Scheduler":
            raise TrainingError(f"Expected a Dask scheduler at {scheduler}, found a {kind.lower()}.")
        client = Client(scheduler, timeout=SECONDS_TO_ANSWER, set_as_default=False)
    except OSError as error:  # includes TimeoutError
        reason = f"No Dask scheduler answered at {scheduler} within {SECONDS_TO_ANSWER:.0f} seconds."
        raise TrainingError(f"{reason} Start: {START.format('tcp://ADDRESS:8786')}") from error
    with client:
        yield client


async def _node_type(address: str) -> str:
    """Return "Scheduler", "Worker" or the like: the type of the Dask process at an address."""
    from distributed.core import rpc

    async with rpc(address) as remote:
        return str((await remote.identity())["type"])


def _check_workers(client: "Client", scheduler: str, packages: Sequence[str]) -> None:
    """Raise TrainingError unless there are workers with this code and these versions, one thread each."""
    start = START.format(scheduler)
    try:
        client.wait_for_workers(1, timeout=SECONDS_TO_ANSWER)
    except TimeoutError as error:
        raise TrainingError(f"The Dask scheduler at {scheduler} has no workers. Start: {start}") from error
    if several := [worker for worker, threads in client.ncores().items() if threads > 1]:
        # PyTorch's seed and warning filters are global, so two trainings in one process would interfere.
        reason = f"Expected workers with one thread, found several threads in {several[0]}."
        raise TrainingError(f"{reason} For more trainings on one machine, use --nworkers. Start: {start}")
    expected = _installed(packages)
    for worker, found in client.run(_installed, packages, on_error="return").items():
        if isinstance(found, BaseException):
            raise TrainingError(f"The worker {worker} cannot use the project's code ({found!r}). Start: {start}")
        if different := [name for name in expected if found.get(name) != expected[name]]:
            differences = ", ".join(
                f"{name} {found.get(name, 'none')} instead of {expected[name]}" for name in different
            )
            remedy = "pip install -r requirements-cluster.txt, with the same version of the project"
            raise TrainingError(f"The worker {worker} has {differences}. Install the same versions: {remedy}")
