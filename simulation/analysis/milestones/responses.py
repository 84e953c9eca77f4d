"""Responses to one-off shocks of single outside drivers in a neutral world: direction, delay, recovery.

Each shock lasts four quarters of 2019 and is gone then; the neutral world has no other.  No source gives the size of
these responses.  Signs are those of the funding notes; that money falls within the half-year of a shock was seen in
2020 (section 4), and that it comes back within about three years in 2020-21 and 2025-26; the widths are judgement.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from simulation.analysis.milestones.arithmetic import first_effect, log_effect, peak_lag, remaining
from simulation.analysis.milestones.checks import RESPONSE, Check, Runs
from simulation.analysis.milestones.episodes import BUILT_IN, VALIDATION
from simulation.analysis.milestones.worlds import LAST, NEUTRAL, SHOCK_QUARTERS, SHOCK_START

WITHIN = 8  # quarters from the start over which the direction is read
LATEST = 8.0  # quarters from the start to the peak
RECOVERED = SHOCK_QUARTERS + 16  # four years after the end
AT_MOST = 0.5  # of the peak


@dataclass(frozen=True)
class Shock:
    """One shock: the world it makes, the variable it hits, the sign that is expected, and why."""

    world: str
    variable: str
    sign: float
    seen: str
    grade: str
    source: str
    lasting: bool = False


SHOCKS = (
    Shock("tight_liquidity", "equity_funding_broad", -1.0, "2018 and 2020: tight money, less raised", "E",
          "funding notes section 4"),
    Shock("listing_shut", "equity_funding_broad", -1.0, "2023: window near shut, amount falls", "E",
          "funding notes sections 2.7 and 4"),
    Shock("listing_abroad_shut", "equity_funding_broad", -1.0, "2022: listing weak, amount halves", "E",
          "funding notes section 4"),
    Shock("platform_rectification", "equity_funding_broad", -1.0, "strategic investment collapses with the campaign",
          "J", "funding notes section 2.8"),
    Shock("demand_slump", "core_revenue", -1.0, "output of adopters is what AI is sold to", "J",
    "model.md section 4"),
    Shock("imports_limited", "compute_capacity", -1.0, "capex limited by supply", "E", "funding notes section 4"),
    Shock("frontier_leap", "tech_gap_index", -1.0, "a leap abroad widens the distance until it is imitated", "J",
          "model.md section 4"),
)  # fmt: skip


def effect(runs: Runs, shock: Shock) -> np.ndarray:
    """Effect in log points from the first quarter of the shock on, shape (run, quarter)."""
    first, last = SHOCK_START, f"{LAST}Q4"
    shocked, base = (runs.quarters(shock.variable, first, last, world) for world in (shock.world, NEUTRAL))
    return log_effect(shocked, base)


def _direction(runs: Runs, shock: Shock) -> np.ndarray:
    return 100.0 * first_effect(effect(runs, shock), WITHIN)


def _lag(runs: Runs, shock: Shock) -> np.ndarray:
    return peak_lag(effect(runs, shock), shock.sign)


def _left(runs: Runs, shock: Shock) -> np.ndarray:
    return remaining(effect(runs, shock), shock.sign, RECOVERED)


def _checks(shock: Shock) -> tuple[Check, ...]:
    sides = (-math.inf, 0.0) if shock.sign < 0 else (0.0, math.inf)
    parts: tuple[tuple[str, str, tuple[float, float], str, str, str, Callable[[Runs, Shock], np.ndarray]], ...] = (
        ("direction", shock.grade, sides, "log points x 100", "sign only",
         f"mean effect of the first {WITHIN} quarters", _direction),
        ("peak", "J", (0.0, LATEST), "quarters", "judgement: within two years of the start",
         "quarters from the start to the largest effect", _lag),
        ("recovery", "J", (0.0, AT_MOST), "share of the peak", "judgement: less than half is left",
         "size of the effect four years after the end over the largest", _left),
    )  # fmt: skip
    return tuple(
        Check(
            f"{shock.world}-{name}",
            RESPONSE,
            shock.world,
            shock.seen,
            grade,
            shock.source,
            # The sign of a driver is mostly that of its weight in a rule; delay and recovery are what rules make of it.
            BUILT_IN if name == "direction" else VALIDATION,
            *bound,
            unit,
            basis,
            f"{shock.variable}: {measured}",
            partial(_measured, measure, shock),
            "a one-off shock of judged size in a world without others",
        )
        for name, grade, bound, unit, basis, measured, measure in parts
    )


def _measured(measure: Callable[[Runs, Shock], np.ndarray], shock: Shock, runs: Runs) -> np.ndarray:
    return measure(runs, shock)


RESPONSES: tuple[Check, ...] = tuple(check for shock in SHOCKS for check in _checks(shock))
