"""Where tasks are done: in processes of this machine, or by the workers of a Dask cluster.

Both are executors of `concurrent.futures`, and a worker that dies takes no task but its own along.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from queue import SimpleQueue
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar

from convzoo.errors import ArgumentError, BenchmarkError, BuildError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

_MOST_TRIES = 3
_SECONDS_TO_FIND_A_CLUSTER = 30


@dataclass(frozen=True)
class Done(Generic[T, R]):
    """A task that is done, or can't be.

    Args:
        task: the task.
        value: what came of it; `None` where nothing did.
        error: why nothing came of it.
    """

    task: T
    value: R | None = None
    error: BaseException | None = None


def done(
    executor: Executor,
    function: Callable[[T], R],
    tasks: Iterable[T],
    at_once: int | None = None,
) -> Iterator[Done[T, R]]:
    """Do tasks in any order, and give each as soon as it is done.

    A task whose worker dies is tried again, twice at most; one that raises an error is not.

    Args:
        executor: what does them.
        function: what to do with a task.
        tasks: the tasks.
        at_once: how many are handed to the executor at once; all where it is not given.

    Raises:
        BenchmarkError: when the scheduler of a cluster is gone.
    """
    left = iter(tasks)
    pending = {executor.submit(function, task): (task, 1) for task in islice(left, at_once)}
    while pending:
        for future in wait(pending, return_when=FIRST_COMPLETED).done:
            task, tries = pending.pop(future)
            if future.cancelled():
                raise BenchmarkError(
                    "The scheduler of the cluster is gone. What is finished is kept; "
                    "the same call goes on from there."
                )
            error = future.exception()
            if error is None:
                yield Done(task, future.result())
            elif not isinstance(error, _deaths()):
                yield Done(task, error=error)
            elif tries < _MOST_TRIES:
                pending[executor.submit(function, task)] = (task, tries + 1)
            else:
                yield Done(task, error=BenchmarkError(_ENDED))
        for task in islice(left, 0 if at_once is None else at_once - len(pending)):
            pending[executor.submit(function, task)] = (task, 1)
        # Where a worker dies, a cluster does all tasks of it again whose futures anybody holds.
        del future


_ENDED = (
    f"The process died, {_MOST_TRIES} times of {_MOST_TRIES}: something killed it, or memory was "
    "too small. Try fewer workers."
)


def _deaths() -> tuple[type[BaseException], ...]:
    """What is raised for a task whose worker died."""
    distributed = sys.modules.get("distributed")
    return (BrokenExecutor,) if distributed is None else (BrokenExecutor, distributed.KilledWorker)


# ---------------------------------------------------------------------- processes


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Processes(Executor):
    """Processes of this machine, each doing one task at a time.

    The task of one that dies ends with `BrokenProcessPool`, and another process takes its place; in
    a pool of several, all would end. They share the cores, and none outlives this process, however
    that ends.

    Args:
        workers: how many; one for every two cores where it is not given.

    Raises:
        ArgumentError: when it is not 1 or more.
    """

    def __init__(self, workers: int | None = None) -> None:
        self.workers = max(1, cores() // 2) if workers is None else workers
        if self.workers < 1:
            raise ArgumentError(f"workers must be 1 or more. Received {workers}.")
        self._variables = _variables(self.workers)
        self._idle: SimpleQueue[_Process] = SimpleQueue()
        self._processes: list[_Process] = []
        self._is_over = False
        self._lock = Lock()
        # A thread waits for each process.
        self._threads = ThreadPoolExecutor(self.workers)
        for _ in range(self.workers):
            self._idle.put(self._new_process())

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Have a function called in one of the processes."""
        return self._threads.submit(self._call, fn, *args, **kwargs)

    def _call(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        process = self._idle.get()
        try:
            return process.pool.submit(fn, *args, **kwargs).result()
        except BrokenExecutor:
            process = self._new_process()
            raise
        finally:
            self._idle.put(process)

    def _new_process(self) -> _Process:
        process = _Process(self._variables)
        with self._lock:
            self._processes.append(process)
            if self._is_over:
                process.cut_lifeline()
        return process

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes.

        Args:
            wait: whether they first do what they were given.
            cancel_futures: whether what they have not begun is cancelled.
        """
        self._threads.shutdown(wait, cancel_futures=cancel_futures or not wait)
        with self._lock:
            self._is_over = True
            for process in self._processes:
                process.cut_lifeline()
        self._threads.shutdown()
        for process in self._processes:
            process.close()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        # After Ctrl-C nobody wants to wait for a run of hours.
        self.shutdown(wait=kind is None)


class _Process:
    """A pool of a single process, which ends where its lifeline is cut.

    Args:
        variables: what is added to its environment.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        from multiprocessing import get_context

        context = get_context("spawn")
        # The pool starts its process later, which then takes the other end.
        self._other_end, self._lifeline = context.Pipe(duplex=False)
        self.pool = ProcessPoolExecutor(1, context, _begin, (self._other_end, variables))

    def cut_lifeline(self) -> None:
        """Let the process end, whatever it is doing."""
        self._lifeline.close()

    def close(self) -> None:
        """Wait until it has ended."""
        self.pool.shutdown()
        self._other_end.close()


def _begin(lifeline: Connection, variables: Mapping[str, str]) -> None:
    """Prepare a process before it does anything.

    Args:
        lifeline: what tells it to end: the other end is closed, by a call or by the death of the
            process that holds it.
        variables: what is added to the environment, where it does not say otherwise.
    """
    import signal

    # A terminal sends Ctrl-C to all its processes. What this one does is for the first to say.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name, value in variables.items():
        os.environ.setdefault(name, value)

    def watch() -> None:
        try:
            lifeline.recv_bytes()
        except (EOFError, OSError):
            os._exit(1)

    Thread(target=watch, daemon=True).start()


def _variables(workers: int) -> dict[str, str]:
    """The environment of one of several processes that train at once."""
    threads = str(max(1, cores() // workers))
    variables = {
        "OMP_NUM_THREADS": threads,  # NumPy and PyTorch
        "TF_NUM_INTRAOP_THREADS": threads,
        "TF_NUM_INTEROP_THREADS": threads,
        "PJRT_NPROC": threads,  # JAX
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    if workers > 1:
        # Otherwise the first takes all memory of a GPU.
        variables["TF_FORCE_GPU_ALLOW_GROWTH"] = "true"
        variables["XLA_PYTHON_CLIENT_PREALLOCATE"] = "false"
    return variables


# ---------------------------------------------------------------------- a cluster


@contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """The workers of a Dask cluster, as an executor.

    Args:
        address: that of its scheduler, such as `tcp://host:8786`.

    Raises:
        BuildError: when Dask is missing.
        BenchmarkError: when there is no scheduler at that address, or it has no workers.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise BuildError(
            f"A cluster needs Dask, and {error.name or error} is missing. "
            "Install it: pip install 'convzoo[cluster]'."
        ) from error
    client: Any = None
    try:
        client = Client(address, timeout=_SECONDS_TO_FIND_A_CLUSTER, set_as_default=False)
        client.wait_for_workers(1, timeout=_SECONDS_TO_FIND_A_CLUSTER)
    except (OSError, ValueError, TimeoutError) as error:
        if client is None:
            trouble = "can't be reached as the scheduler of a Dask cluster"
        else:
            client.close()
            trouble = "has no workers"
        raise BenchmarkError(
            f"{address}: {trouble}. Start them: dask scheduler, and on each machine "
            f"dask worker {address} --nthreads 1."
        ) from error
    with client:
        executor = client.get_executor(pure=False)
        try:
            yield executor
        finally:
            executor.shutdown(wait=False)
