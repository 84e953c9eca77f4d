"""One batch of runs, as a worker does it."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulation.errors import StoreConflict
from simulation.experiments.factors import Factor, Value, applied
from simulation.results.dataset import Member, select
from simulation.results.shards import shard_path, write_shard

if TYPE_CHECKING:
    import numpy as np

    from simulation.scenario import Effective

logger = logging.getLogger("aiplan.experiments")
EconomyClass = Callable[..., Any]


@dataclass(frozen=True)
class Batch:
    """Runs of one scenario.

    Parameters
    ----------
    scenario : str
        Id under which results are stored.
    effective : Effective
        Inputs: of the parameter set that all members share, or the central ones that a design point changes.
    members : tuple of Member
        Parameter set, or design point, and replicate of each run.
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
    factors : tuple of Factor
        What the design points of an experiment change.
    points : mapping of int to tuple
        Values of the factors by design point; empty for an ensemble.
    """

    scenario: str
    effective: Effective
    members: tuple[Member, ...]
    seed: int
    scale: float
    level: str
    folder: Path
    economy: EconomyClass | None = None
    profile: bool = False
    factors: tuple[Factor, ...] = ()
    points: Mapping[int, tuple[Value, ...]] = field(default_factory=dict)

    def inputs(self, parameter_set: int) -> Effective:
        """Inputs of a parameter set or design point."""
        if parameter_set not in self.points:
            return self.effective
        return applied(self.effective, self.factors, self.points[parameter_set])


@dataclass
class Done:
    """What became of one run; ``error`` is empty when it went well.

    ``records`` is empty when the worker stored the run; a worker that does not see the result folder hands them back.
    """

    scenario: str
    parameter_set: int
    replicate: int
    seconds: float
    error: str = ""
    trace: str = ""
    profile: dict[str, Any] = field(default_factory=dict)
    records: dict[str, np.ndarray] = field(default_factory=dict)


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
    """Run and store each member of a batch; one that fails leaves the others alone.

    A run that is stored already, because a worker died after it and its batch was handed out again, is not repeated.
    """
    return [_run(batch, member) for member in batch.members]


def _run(batch: Batch, member: Member) -> Done:
    done = Done(batch.scenario, member.parameter_set, member.replicate, 0.0)
    path = shard_path(batch.folder, batch.scenario, member)
    start = time.perf_counter()
    try:
        if path.exists():
            return done
        effective = batch.inputs(member.parameter_set)
        records, profile = simulate(effective, batch.seed, member.replicate, batch.scale, batch.economy)
        kept = select(records, len(effective.quarters), batch.level)
        if path.parent.is_dir():
            write_shard(path, kept)
        else:
            done.records = kept
        if batch.profile:
            done.profile = profile
    except StoreConflict:  # not the run's fault, and the next one would not fare better
        raise
    except Exception as error:  # whatever a run stumbles over is recorded with the run, and the rest goes on
        done.error = f"{type(error).__name__}: {error}"
        done.trace = traceback.format_exc()
        logger.debug("%s, %s failed", batch.scenario, member, exc_info=True)
    done.seconds = time.perf_counter() - start
    return done
