"""As many runs as a question needs: an ensemble grows until a difference or a probability is known well enough."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulation.analysis.comparison import comparison_table, runs_for_mean, runs_for_probability
from simulation.analysis.targets import targets_table
from simulation.errors import UsageError
from simulation.experiments.outcomes import Outcome
from simulation.experiments.runner import run_ensemble
from simulation.inputs.operators import judged_targets
from simulation.results.result import Result
from simulation.results.store import read_manifest

if TYPE_CHECKING:
    import xarray as xr

FIRST_RUNS = 20
FEWEST_RUNS = 2  # below which no spread is known
MOST_RUNS = 2000
GROWTH = 4  # an ensemble grows at most so many times at once, since its first estimate of the spread is rough
SPARE = 1.1  # runs beyond the estimate, so that few rounds are needed
VALID = "2.5 (in the outcome's unit), 1% (of the base's mean) or 2pp (of every target's probability)"


@dataclass(frozen=True)
class Precision:
    """Half-width of the 90 % interval that is asked for.

    Parameters
    ----------
    value : float
        In the outcome's unit, as a share of the base's mean, or as a probability.
    of : {'difference', 'relative', 'probability'}
        What is to be known.
    """

    value: float
    of: str

    @classmethod
    def parse(cls, text: str) -> Precision:
        """Precision of a text such as ``2.5``, ``1%`` or ``2pp``; ``UsageError`` for anything else."""
        match = re.fullmatch(r"\s*([0-9.]+(?:e-?[0-9]+)?)\s*(%|pp)?\s*", text)
        number = float(match[1]) if match and re.fullmatch(r"[0-9]*\.?[0-9]+(e-?[0-9]+)?", match[1]) else 0.0
        if match is None or number <= 0.0:
            raise UsageError(f"'{text}' is no precision; valid: {VALID}")
        if match[2] is None:
            return cls(number, "difference")
        return cls(number / 100.0, "relative" if match[2] == "%" else "probability")

    def needed(self, dataset: xr.Dataset, outcomes: Sequence[Outcome]) -> int:
        """Runs that the precision takes, judged from those there are."""
        if self.of == "probability":
            rows = [row for row in targets_table(dataset) if row["runs"]]
            return max((runs_for_probability(row["probability"], self.value) for row in rows), default=_more(dataset))
        rows = comparison_table(dataset, outcomes)
        if any(row["runs"] < FEWEST_RUNS for row in rows):  # so many have failed that no spread is known
            return _more(dataset)
        return max(runs_for_mean(row["error"], row["runs"], self._half_width(row)) for row in rows)

    def _half_width(self, row: dict[str, Any]) -> float:
        width = self.value * abs(row["base_mean"]) if self.of == "relative" else self.value
        if not width > 0.0:
            raise UsageError(f"the base of {row['outcome']} is zero: ask for a precision in {row['unit']}")
        return width


def _more(dataset: xr.Dataset) -> int:
    return dataset.sizes["member"] + 1


def _check(precision: Precision, scenarios: Sequence[Any], until: str | int | None) -> None:
    """``UsageError`` for a precision that these scenarios cannot have, before anything runs."""
    if precision.of != "probability":
        if len(scenarios) < 2:
            raise UsageError(
                "a difference takes a base and another scenario; the probability of a target is asked in pp"
            )
        return
    last = scenarios[0].effective(until).quarters[-1]
    years = sorted({target.year for target, _ in judged_targets()})
    if f"{years[0]}Q4" > last:
        told = ", ".join(map(str, years))
        raise UsageError(f"the runs end in {last}, before the first target: the targets are for {told}")


def _held(out: Any) -> int:
    """Runs of each scenario that a folder to be continued holds."""
    return read_manifest(Path(out))["replicates"] if out is not None and Path(out).exists() else 0


def run_until(
    scenarios: Sequence[Any],
    precision: Precision,
    outcomes: Sequence[Outcome],
    most: int = MOST_RUNS,
    told: Callable[[int, int], None] = lambda runs, needed: None,
    **settings: Any,
) -> tuple[Result, bool]:
    """Run scenarios on common random numbers until the precision is reached.

    Parameters
    ----------
    scenarios : sequence of Scenario
        The first is the base; a probability may be asked of one alone.
    precision : Precision
    outcomes : sequence of Outcome
        What the difference is taken of; unused for probabilities.
    most : int
        Runs of each scenario after which it stops all the same.
    told : callable
        Called with (runs, needed) after every round.
    **settings
        Further arguments of :func:`simulation.experiments.run_ensemble`; ``replicates`` is where it starts, 2 at
        least.

    Returns
    -------
    result : Result
    reached : bool
        Whether the precision was reached.
    """
    _check(precision, scenarios, settings.get("until"))
    resume = bool(settings.pop("resume", False))
    out = settings.pop("out", None)
    given = settings.pop("replicates", None)
    runs = max(FEWEST_RUNS, min(FIRST_RUNS if given is None else given, most), _held(out) if resume else 0)
    while True:
        result = run_ensemble(scenarios, replicates=runs, out=out, resume=resume, **settings)
        needed = precision.needed(result.dataset, outcomes)
        told(runs, needed)
        if needed <= runs or runs >= most:
            return result, needed <= runs
        # What is stored is kept: the same folder grows.
        out, resume = result.folder, True
        runs = min(most, GROWTH * runs, max(runs + 1, math.ceil(SPARE * needed)))
