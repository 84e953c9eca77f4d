"""One batch of runs, as a worker does it."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulation.results.dataset import Member, select
from simulation.results.store import shard_path, write_shard

if TYPE_CHECKING:
    import numpy as np

    from simulation.scenario import Effective

logger = logging.getLogger("aiplan.experiments")
EconomyClass = Callable[..., Any]


@dataclass(frozen=True)
class Batch:
    """Replicates of one scenario and parameter set.

    Parameters
    ----------
    scenario : str
        Id under which results are stored.
    effective : Effective
        Inputs of the parameter set.
    parameter_set : int
    replicates : tuple of int
    seed : int
    scale : float
        Share of small firms and people that is simulated, 0 to 1.
    level : {'core', 'detail'}
        What is stored.
    folder : Path
        Result folder.
    economy : callable or None
        Another class with the interface of :class:`simulation.model.Economy`; ``None`` for that one.
    profile : bool
        Whether the time of each call in each quarter is kept.
    """

    scenario: str
    effective: Effective
    parameter_set: int
    replicates: tuple[int, ...]
    seed: int
    scale: float
    level: str
    folder: Path
    economy: EconomyClass | None = None
    profile: bool = False


@dataclass
class Done:
    """What became of one run; ``error`` is empty when it was stored."""

    scenario: str
    parameter_set: int
    replicate: int
    seconds: float
    error: str = ""
    trace: str = ""
    profile: dict[str, Any] = field(default_factory=dict)


def simulate(
    effective: Effective, seed: int = 1, replicate: int = 0, scale: float = 0.1, economy: EconomyClass | None = None
) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Run one economy and let go of it.

    Parameters
    ----------
    effective : Effective
        Inputs.
    seed, replicate : int
        Keys of every random draw.
    scale : float
        Share of small firms and people that is simulated, 0 to 1.
    economy : callable, optional
        Another class with the interface of :class:`simulation.model.Economy`.

    Returns
    -------
    records : dict of str to ndarray
        One array per variable, shape ``(T, ...)``.
    profile : dict
        Seconds spent in each call and rows in use by quarter (:meth:`simulation.model.clock.Clock.told`).
    """
    if economy is None:
        from simulation.model import Economy

        economy = Economy
    built = economy(effective, seed=seed, replicate=replicate, scale=scale)
    try:
        built.run()
        return dict(built.records), built.clock.told()
    finally:
        built.close()


def run_batch(batch: Batch) -> list[Done]:
    """Run and store each replicate of a batch; one that fails leaves the others alone."""
    return [_run(batch, replicate) for replicate in batch.replicates]


def _run(batch: Batch, replicate: int) -> Done:
    member = Member(batch.parameter_set, replicate)
    done = Done(batch.scenario, batch.parameter_set, replicate, 0.0)
    start = time.perf_counter()
    try:
        records, profile = simulate(batch.effective, batch.seed, replicate, batch.scale, batch.economy)
        kept = select(records, len(batch.effective.quarters), batch.level)
        write_shard(shard_path(batch.folder, batch.scenario, member), kept)
        if batch.profile:
            done.profile = profile
    except Exception as error:  # whatever a run stumbles over is recorded with the run, and the rest goes on
        done.error = f"{type(error).__name__}: {error}"
        done.trace = traceback.format_exc()
        logger.debug("%s, replicate %d failed", batch.scenario, replicate, exc_info=True)
    done.seconds = time.perf_counter() - start
    return done
