"""Where fits run: in this process, in several on this machine, or on the workers of a Dask cluster.

A worker needs the project's code and its packages, and no data: the digits are sent to it. Dask moves Python objects as
pickles and runs what it is sent, so a scheduler belongs into a network that one trusts.
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
"""What a scheduler, and then the first of its workers, has."""
START = "python -m dask scheduler, and on each machine, in the project's folder: python -m dask worker {} --nthreads 1"
AGAIN = "What was finished is kept: run it again."


class Workers(Protocol):
    """What runs fits, several at a time."""

    def send(self, *arrays: np.ndarray) -> tuple[Any, ...]:
        """Bring arrays to where the fits run; what comes back is passed to `run` in their place."""

    def run(self, function: Callable[..., Any], tasks: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
        """Call a function with each of these arguments, and yield what it returns in the order in which it is done.

        Raises
        ------
        TrainingError
            Workers, or the whole cluster, were lost.
        """


@contextlib.contextmanager
def workers(scheduler: str | None, jobs: int, packages: Sequence[str] = ()) -> Iterator[Workers]:
    """Processes of this machine, `jobs` of them; or with a scheduler all workers of its cluster, however many.

    Parameters
    ----------
    scheduler : str or None
        Its address, such as `tcp://192.0.2.1:8786`.
    jobs : int
        Fits at a time on this machine; 1 is this process itself. A cluster does one a worker, and takes no notice.
    packages : sequence of str
        Names of what the fits need: a cluster must have the versions that are here.

    Raises
    ------
    TrainingError
        Dask is not installed, no scheduler answers, it has no workers, or they would not do what is done here.
    """
    if scheduler is None:
        yield _Local(jobs)
        return
    with _connected(scheduler) as client:
        _check_workers(client, scheduler, packages)
        yield _Cluster(client)


class _Local:
    """This machine. Large arrays are shared between the processes, by joblib."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs

    def send(self, *arrays: np.ndarray) -> tuple[Any, ...]:
        return arrays

    def run(self, function: Callable[..., Any], tasks: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
        from joblib import Parallel, delayed
        from joblib.externals.loky.process_executor import BrokenProcessPool

        try:
            yield from Parallel(n_jobs=self._jobs, batch_size=1, return_as="generator_unordered")(
                delayed(_here_or_beside)(os.getpid(), function, *task) for task in tasks
            )
        except BrokenProcessPool as error:
            reason = "A process that trained was ended from outside, perhaps for want of memory."
            raise TrainingError(f"{reason} {AGAIN} Fewer --jobs need less.") from error


class _Cluster:
    """A Dask cluster, through joblib."""

    def __init__(self, client: "Client") -> None:
        self._client = client

    def send(self, *arrays: np.ndarray) -> tuple[Any, ...]:
        """As tasks that unpack them: the scheduler keeps those and can repeat them.

        What is scattered instead, as joblib does by itself, is gone with the last worker that holds it, and takes
        everything that needs it along.
        """
        import dask

        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GB"}):  # it is sent once
            return tuple(self._client.submit(_unpack, pack_arrays(array=array), pure=False) for array in arrays)

    def run(self, function: Callable[..., Any], tasks: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
        from distributed.scheduler import KilledWorker
        from joblib import Parallel, delayed, parallel_config
        from joblib._dask import DaskDistributedBackend

        class Backend(DaskDistributedBackend):
            def effective_n_jobs(self, n_jobs: int) -> int:
                """At least two: with one, joblib would run everything in this process."""
                return max(2, super().effective_n_jobs(n_jobs))

        with parallel_config(backend=Backend(client=self._client, fifo_timeout="0ms")):  # in this order
            # All at once: workers that join later take their share.
            pool = Parallel(batch_size=1, pre_dispatch="all", return_as="generator_unordered")
        try:
            yield from pool(delayed(_alone)(function, *task) for task in tasks)
        except KilledWorker as error:
            reason = "One fit after the other ended the worker that it ran on, perhaps for want of memory."
            raise TrainingError(f"{reason} {AGAIN}") from error
        except CancelledError as error:
            raise TrainingError(f"The connection to the Dask scheduler was lost. {AGAIN}") from error


def _here_or_beside(asked_by: int, function: Callable[..., Any], *arguments: Any) -> Any:
    """Leave Ctrl-C, which a terminal tells every process, to the one that asked."""
    if os.getpid() != asked_by:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    return function(*arguments)


def _alone(function: Callable[..., Any], *arguments: Any) -> Any:
    """In a worker: let what is called keep to this worker, which joblib would let it leave."""
    from joblib import parallel_config

    with parallel_config(backend="sequential"):
        return function(*arguments)


def _unpack(data: bytes) -> np.ndarray:
    with np.load(io.BytesIO(data), allow_pickle=False) as archive:
        array: np.ndarray = archive["array"]
    array.flags.writeable = False  # all fits of a worker see the same one
    return array


def _installed(packages: Sequence[str]) -> dict[str, str]:
    """What the outcome of a fit depends on, here: the versions of packages, and the code."""
    code = hashlib.sha256()
    for folder in ("classifiers", "training"):
        for path in sorted((Path(__file__).parents[1] / folder).rglob("*.py")):
            code.update(path.name.encode() + b"\0" + path.read_bytes())
    return {**installed_versions(packages), "the project's code": code.hexdigest()[:12]}


@contextlib.contextmanager
def _connected(scheduler: str) -> "Iterator[Client]":
    if find_spec("distributed") is None:
        remedy = "pip install -r requirements-cluster.txt"
        raise TrainingError(f"A scheduler needs Dask (distributed), which is not installed. Run: {remedy}")
    if not re.fullmatch(r"tcp://\S+:\d+", scheduler):
        raise TrainingError(f"Expected a scheduler's address such as tcp://192.0.2.1:8786, found {scheduler!r}.")
    from distributed import Client

    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what is lost is told below, without tracebacks
    try:
        # A client by itself may wait for ever for a port that accepts and says nothing. In a thread of its own, for the
        # caller's may have an event loop that runs.
        with ThreadPoolExecutor(1) as thread:
            asked = asyncio.wait_for(_ask_what_it_is(scheduler), SECONDS_TO_ANSWER)
            kind = thread.submit(asyncio.run, asked).result()
        if kind != "Scheduler":
            raise TrainingError(f"Expected a Dask scheduler at {scheduler}, found a {kind.lower()}.")
        client = Client(scheduler, timeout=SECONDS_TO_ANSWER, set_as_default=False)
    except OSError as error:  # of which TimeoutError is one
        said = f"No Dask scheduler answered at {scheduler} within {SECONDS_TO_ANSWER:.0f} seconds."
        raise TrainingError(f"{said} Start: {START.format('tcp://ADDRESS:8786')}") from error
    with client:
        yield client


async def _ask_what_it_is(address: str) -> str:
    from distributed.core import rpc

    async with rpc(address) as remote:
        return str((await remote.identity())["type"])


def _check_workers(client: "Client", scheduler: str, packages: Sequence[str]) -> None:
    """Raise unless there are workers, with this code and these versions, that do one fit at a time each."""
    start = START.format(scheduler)
    try:
        client.wait_for_workers(1, timeout=SECONDS_TO_ANSWER)
    except TimeoutError as error:
        raise TrainingError(f"The Dask scheduler at {scheduler} has no workers. Start: {start}") from error
    if several := [worker for worker, threads in client.ncores().items() if threads > 1]:
        # Seeds of PyTorch and warnings belong to a process: two fits in one would disturb each other.
        reason = f"A worker must do one fit at a time, and {several[0]} would do several."
        raise TrainingError(f"{reason} For more fits on one machine give it --nworkers. Start: {start}")
    here = _installed(packages)
    for worker, there in client.run(_installed, packages, on_error="return").items():
        if isinstance(there, BaseException):
            raise TrainingError(f"The worker {worker} cannot use the project's code ({there!r}). Start: {start}")
        if odd := [name for name in here if there.get(name) != here[name]]:
            differ = ", ".join(f"{name} {there.get(name, 'none')} instead of {here[name]}" for name in odd)
            remedy = "pip install -r requirements-cluster.txt, with the same version of the project"
            raise TrainingError(f"The worker {worker} has {differ}. Install there what is here: {remedy}")
