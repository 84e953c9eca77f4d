"""A small economy with the interface of the real one: quick, and able to fail on request."""

from __future__ import annotations

import os
import time
import uuid
from pathlib import Path
from typing import Any

import numpy as np

from simulation.inputs.variables import variables
from simulation.model.clock import Clock
from simulation.scenario import Effective

BROKEN = 2  # replicate that fails in ``Fragile``


class Steady:
    """Every variable grows by keyed random steps; more research grants make everything larger."""

    def __init__(self, effective: Effective, seed: int = 1, replicate: int = 0, scale: float = 0.1) -> None:
        self.effective, self.keys, self.scale = effective, (seed, replicate), scale
        self.records: dict[str, np.ndarray] = {}
        self.clock = Clock(("world", "market"), len(effective.quarters))

    def run(self) -> None:
        quarters = len(self.effective.quarters)
        grants = self.effective.paths["fiscal_rd_grants"]
        steps = np.random.default_rng(self.keys).normal(0.02, 0.01, quarters)
        path = np.exp(np.cumsum(steps)) * (1.0 + grants / 100.0) + self.effective.parameter_set
        for number, (name, row) in enumerate(variables().items()):
            spread = (number + 1.0) * np.arange(1.0, np.prod(row.shape) + 1.0).reshape(row.shape)
            self.records[name] = np.multiply.outer(path, spread)
        self.clock.seconds[:] = 0.25, 0.75

    def close(self) -> None:
        self.records = {}


class Fragile(Steady):
    """Fails in one replicate."""

    def run(self) -> None:
        if self.keys[1] == BROKEN:
            raise FloatingPointError("cash is not finite in 2019Q2")
        super().run()


class Hopeless(Steady):
    """Always fails."""

    def run(self) -> None:
        raise FloatingPointError("nothing works")


class Forgetful(Steady):
    """Leaves out the first variable of the table."""

    def run(self) -> None:
        super().run()
        del self.records[next(iter(variables()))]


class Mortal(Steady):
    """Ends its whole process in one replicate, as the system does when memory runs out."""

    def run(self) -> None:
        if self.keys[1] == BROKEN:
            os._exit(9)
        super().run()


def leave_mark(effective: Effective, replicate: int) -> None:
    """Make a file in the folder that the environment names: what is run, and a name of its own."""
    folder = Path(os.environ["STAND_IN_MARKS"])
    point = f"{effective.values['award_beta']:.12g}"
    (folder / f"{effective.scenario_id}-{point}-{replicate}~{uuid.uuid4()}").touch()


class Counted(Steady):
    """Leaves a mark for every run."""

    def run(self) -> None:
        leave_mark(self.effective, self.keys[1])
        super().run()


class Slow(Counted):
    """Takes a moment, so that there is time to kill it."""

    def run(self) -> None:
        time.sleep(0.02)
        super().run()


class Interrupted(Counted):
    """The user stops the program in one replicate."""

    def run(self) -> None:
        if self.keys[1] == BROKEN:
            raise KeyboardInterrupt
        super().run()


def settings(**changes: Any) -> dict[str, Any]:
    """Arguments of a small ensemble."""
    return {"replicates": 4, "seed": 3, "scale": 0.05, "until": "2018Q4", "jobs": 1, "economy": Steady, **changes}
