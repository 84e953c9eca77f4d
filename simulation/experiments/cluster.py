"""Runs on a Dask cluster: one that exists, or one of this machine's cores."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any

from simulation.errors import MissingExtra, UsageError
from simulation.experiments.executors import SINGLE_THREADED, Outcome, Task, cores

LOCAL = "local"
CONNECT_SECONDS = 20.0
# Dask's nanny sets an allocator threshold that makes allocation-heavy workers several times slower.
NANNY = {"distributed.nanny.pre-spawn-environ": dict.fromkeys(SINGLE_THREADED, "1")}


class Cluster:
    """An executor on a Dask scheduler.

    A worker that dies is replaced by the scheduler and its batch handed out again; runs it had stored are not repeated.

    Parameters
    ----------
    address : str
        Address of a scheduler, ``tcp://host:8786``, or ``local`` for worker processes on this machine.
    workers : int, optional
        Processes of a local cluster; all cores by default. A scheduler says itself how many it has.

    Raises
    ------
    MissingExtra
        Without the extra ``cluster``.
    UsageError
        When nobody answers at the address.
    """

    def __init__(self, address: str, workers: int | None = None) -> None:
        try:
            import dask
            from distributed import Client, LocalCluster
        except ImportError as error:
            raise MissingExtra(
                "running on a cluster needs Dask: uv run --extra cluster, or pip install '.[cluster]'"
            ) from error
        self._open = ExitStack()
        self._open.enter_context(dask.config.set(NANNY))
        if address == LOCAL:
            count = workers or cores()
            local = LocalCluster(n_workers=count, threads_per_worker=1, processes=True, dashboard_address=None)
            address = self._open.enter_context(local).scheduler_address
        try:
            self.client: Any = self._open.enter_context(Client(address, timeout=CONNECT_SECONDS))
        except (OSError, TimeoutError, ValueError) as error:
            self._open.close()
            raise UsageError(f"no Dask scheduler answers at {address}: {error}") from error
        self.workers = max(1, sum(self.client.nthreads().values()))

    def map(
        self, function: Callable[[Task], Outcome], tasks: Sequence[Task]
    ) -> Iterator[tuple[Task, Outcome | BaseException]]:
        """Apply the function on the cluster; see :class:`~simulation.experiments.executors.Executor`."""
        from distributed import as_completed

        futures = self.client.map(function, tasks, pure=False)
        places = {future.key: place for place, future in enumerate(futures)}
        try:
            for future in as_completed(futures):
                error = future.exception()
                yield tasks[places[future.key]], error if error is not None else future.result()
                future.release()
        finally:
            self.client.cancel(futures)

    def close(self) -> None:
        """Leave the cluster; a local one ends."""
        self._open.close()

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
