"""What a check is, what it reads, and how it is judged."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.analysis.bands import QUARTERS, annual
from simulation.analysis.frames import Table
from simulation.analysis.milestones.worlds import ACTUAL
from simulation.inputs.variables import variables

if TYPE_CHECKING:
    import xarray as xr

IMPULSE, RESPONSE, PATTERN = "impulse", "response", "pattern"
AGREES, DISAGREES, ABSENT = "agrees", "disagrees", "not in the model"
ENOUGH = 0.5  # share of the runs that have to lie within the bound
COLUMNS = (
    "id", "kind", "group", "seen", "grade", "source", "data", "low", "high", "unit", "basis", "measured", "value",
    "q05", "q95", "runs", "share", "result", "caveat",
)  # fmt: skip


@dataclass(frozen=True)
class Runs:
    """What checks read.

    Parameters
    ----------
    dataset : xarray.Dataset
        All worlds, dims ``scenario, member, time``.
    histories : mapping of str to ndarray
        What single firms went through in the world of what happened, shape (member, ...), see ``histories``.
    """

    dataset: xr.Dataset
    histories: Mapping[str, np.ndarray] = field(default_factory=dict)

    def years(self, variable: str, first: int, last: int, world: str = ACTUAL, **element: str) -> np.ndarray:
        """Annual values from ``first`` to ``last``, shape (run, year) and dimensions of the variable."""
        values = self.dataset[variable].sel({"scenario": world, **element})
        whole = annual(values, variables()[variable].kind).transpose("member", "year", ...)
        return np.asarray(whole.sel(year=slice(first, last)).values, dtype=float)

    def year(self, variable: str, year: int, world: str = ACTUAL, **element: str) -> np.ndarray:
        """Value of a year, shape (run,) and dimensions of the variable."""
        return self.years(variable, year, year, world, **element)[:, 0]

    def quarters(self, variable: str, first: str, last: str, world: str = ACTUAL, **element: str) -> np.ndarray:
        """Quarterly values from ``2018Q1`` to ``2018Q4`` for example, shape (run, quarter)."""
        values = self.dataset[variable].sel({"scenario": world, **element}).transpose("member", "time", ...)
        names = [str(name) for name in self.dataset["quarter"].values]
        return np.asarray(values.values[:, names.index(first) : names.index(last) + 1], dtype=float)

    def history(self, name: str) -> np.ndarray:
        """What firms went through, shape (run, ...)."""
        return self.histories[name]

    def by_year(self, name: str, first: int, last: int) -> np.ndarray:
        """Quarterly sums over firms added up by year, shape (run, year); the first quarter is that of 2016."""
        quarterly = self.histories[name]
        yearly = quarterly.reshape(len(quarterly), -1, QUARTERS).sum(axis=2)
        return np.asarray(yearly[:, first - 2016 : last - 2016 + 1], dtype=float)


@dataclass(frozen=True)
class Check:
    """One check.

    Parameters
    ----------
    id : str
        Name; its first part is the group's.
    kind : {'impulse', 'response', 'pattern'}
    group : str
        Row of the funding notes' section 4, driver, or pattern that it belongs to.
    seen : str
        What was seen.
    grade : str
        E seen at an address, D derived from such, J judgement, as the evidence notes have it.
    source : str
        Where.
    data : str
        ``fitted`` when the figure behind the bound is among those that the parameters are fitted to, ``built in`` when
        the initial state, a dated path or the sign of a rule holds it, else ``validation``.
    low, high : float
        Bound of the measure, both ends included; infinite where only a sign is known.
    unit : str
        Of the measure.
    basis : str
        Where the bound comes from.
    measured : str
        How the measure is read from a run.
    measure : callable or None
        Measure of every run, shape (run,), NaN where a run has none; ``None`` for what the model does not have, with
        the reason in ``caveat``.
    caveat : str
        What keeps the check from saying more.
    """

    id: str
    kind: str
    group: str
    seen: str
    grade: str
    source: str
    data: str
    low: float
    high: float
    unit: str
    basis: str
    measured: str
    measure: Callable[[Runs], np.ndarray] | None
    caveat: str = ""

    def row(self, runs: Runs) -> dict[str, Any]:
        """The check as a row of the table, columns ``COLUMNS``.

        ``value`` is the median over runs, ``q05`` and ``q95`` quantiles, ``share`` the share of the runs within the
        bound; a run without the measure does not agree.
        """
        told = {name: getattr(self, name) for name in COLUMNS if hasattr(self, name)}
        found: dict[str, Any] = {"value": math.nan, "q05": math.nan, "q95": math.nan, "share": math.nan, "runs": 0}
        result = ABSENT
        if self.measure is not None:
            values = np.asarray(self.measure(runs), dtype=float)
            known = values[np.isfinite(values)]
            if known.size:
                found["q05"], found["value"], found["q95"] = np.quantile(known, (0.05, 0.5, 0.95)).tolist()
            found["runs"] = int(values.size)
            found["share"] = float(np.mean((values >= self.low) & (values <= self.high)))
            result = AGREES if found["share"] >= ENOUGH else DISAGREES
        return {name: (told | found | {"result": result})[name] for name in COLUMNS}


def judge(checks: tuple[Check, ...], runs: Runs) -> Table:
    """Every check against the runs, in their order."""
    return [check.row(runs) for check in checks]
