"""Where runs are executed. Every executor gives the same bits: a run depends on its task alone.

An executor needs one method, ``map``; a cluster fits in by writing that method.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from itertools import islice
from typing import Any, Protocol, TypeVar

Task = TypeVar("Task")
Outcome = TypeVar("Outcome")
# Loaded once in the fork server, so that each worker starts with the economy imported.
PRELOAD = ("simulation.experiments.work", "simulation.model.economy")
# Runs are the unit of parallel work: linear algebra that starts threads of its own only makes workers wait.
SINGLE_THREADED = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
WORTH_A_POOL = 4  # runs below which starting worker processes costs more than it saves


class Executor(Protocol):
    """Applies a function to tasks and gives outcomes as they are finished, in any order."""

    workers: int

    def map(
        self, function: Callable[[Task], Outcome], tasks: Sequence[Task]
    ) -> Iterator[tuple[Task, Outcome | BaseException]]:
        """Pairs of a task and its outcome, or the exception that ended its worker.

        Parameters
        ----------
        function : callable
            A function of a module, so that other processes find it.
        tasks : sequence
            Tasks that can be pickled.
        """
        ...


class InProcess:
    """One task after the other in this process."""

    workers = 1

    def map(
        self, function: Callable[[Task], Outcome], tasks: Sequence[Task]
    ) -> Iterator[tuple[Task, Outcome | BaseException]]:
        """Apply the function to each task in turn; see :class:`Executor`."""
        for task in tasks:
            yield task, function(task)


class Processes:
    """A pool of processes that lives as long as one call of :meth:`map`, and outlives the death of a worker.

    When a worker dies (memory, a signal), the library gives up the whole pool. What was under way then is tried again
    one task at a time, so that the task that kills its worker is found and reported, and everything else goes on.

    Parameters
    ----------
    workers : int
        Number of processes, at least 1.
    """

    def __init__(self, workers: int) -> None:
        self.workers = _at_least_one(workers)

    def map(
        self, function: Callable[[Task], Outcome], tasks: Sequence[Task]
    ) -> Iterator[tuple[Task, Outcome | BaseException]]:
        """Apply the function in worker processes; see :class:`Executor`."""
        left = list(range(len(tasks)))
        while left:
            suspects: list[int] = []
            told: set[int] = set()
            for place, outcome in self._pool(function, tasks, left, self.workers):
                told.add(place)
                if isinstance(outcome, BrokenProcessPool):
                    suspects.append(place)
                else:
                    yield tasks[place], outcome
            for place in sorted(suspects):
                for _, outcome in self._pool(function, tasks, [place], 1):
                    yield tasks[place], outcome
            left = [place for place in left if place not in told]  # the others had not begun

    def _pool(
        self, function: Callable[[Task], Outcome], tasks: Sequence[Task], places: Sequence[int], workers: int
    ) -> Iterator[tuple[int, Outcome | BaseException]]:
        """Places of tasks and their outcomes as they come, until all are done or a worker has died.

        No more tasks are handed in than there are workers: a task cannot be called back, and the user may stop.
        """
        waiting, running = iter(places), dict[Future[Outcome], int]()
        with _environment(), ProcessPoolExecutor(workers, _context(), _begin_as_worker) as pool:
            try:
                _hand_in(pool, function, tasks, islice(waiting, workers), running)
                while running:
                    done = sorted(wait(running, return_when=FIRST_COMPLETED).done, key=running.__getitem__)
                    found = [(running.pop(future), future) for future in done]
                    _hand_in(pool, function, tasks, islice(waiting, len(found)), running)
                    for place, future in found:
                        error = future.exception()
                        yield place, error if error is not None else future.result()
            finally:
                pool.shutdown(wait=True, cancel_futures=True)


def _hand_in(
    pool: ProcessPoolExecutor,
    function: Callable[[Task], Outcome],
    tasks: Sequence[Task],
    places: Iterable[int],
    running: dict[Future[Outcome], int],
) -> None:
    """Start tasks, unless a worker has died, with which the pool has ended."""
    with _main_module_hidden(), suppress(BrokenProcessPool):
        for place in places:
            running[pool.submit(function, tasks[place])] = place


def _at_least_one(workers: int) -> int:
    if workers < 1:
        raise ValueError(f"a pool needs at least one worker, not {workers}")
    return workers


def _begin_as_worker() -> None:
    """Let a worker finish and store its batch when the user stops the program, and end it with the program."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_parent, daemon=True).start()


def _end_with_the_parent() -> None:
    """End this process when the program that started it has gone without a word."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _context() -> Any:
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    if "forkserver" in methods:
        context.set_forkserver_preload(list(PRELOAD))
    return context


@contextmanager
def _environment() -> Iterator[None]:
    """Environment that worker processes inherit."""
    from simulation.model.cache import environment

    wanted = environment() | {name: "1" for name in SINGLE_THREADED if name not in os.environ}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)


@contextmanager
def _main_module_hidden() -> Iterator[None]:
    """Keep workers from importing the user's script, so that it needs no ``if __name__ == "__main__"``.

    A new process runs the file of ``__main__`` again in order to find what was defined there. Nothing that is sent to
    these workers is, and a script that starts an ensemble would start it again without end. Workers are started while
    tasks are handed in, so hiding the file for that long is enough.
    """
    main = sys.modules["__main__"]
    held = {name: getattr(main, name) for name in ("__file__", "__spec__") if hasattr(main, name)}
    if "__file__" in held:
        del main.__file__
    main.__spec__ = None
    try:
        yield
    finally:
        for name, value in held.items():
            setattr(main, name, value)


def cores() -> int:
    """Processor cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def executor_for(jobs: int | None, runs: int) -> Executor:
    """Executor for a number of runs.

    Parameters
    ----------
    jobs : int or None
        Worker processes; by default one per core, or none at all for a handful of runs.
    runs : int
        Number of runs to do.
    """
    if jobs is None:
        jobs = cores() if runs >= WORTH_A_POOL else 1
    jobs = min(jobs, runs)
    return Processes(jobs) if jobs > 1 else InProcess()


def batches(items: Iterable[Task], size: int) -> list[tuple[Task, ...]]:
    """Items in groups of a size; the last one may be smaller."""
    listed = list(items)
    return [tuple(listed[start : start + size]) for start in range(0, len(listed), size)]
