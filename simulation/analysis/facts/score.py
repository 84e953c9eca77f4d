"""The scoreboard: facts against the statistics of an ensemble.

Grade A: passed when the median lies inside the interval and at least 95 % of the runs do.  Grade B: the distance of the
median from the central value, in half widths of the interval (of its logarithm where the interval is positive); passed
when the median lies inside.  Grade C, and a fact that is a mere sign: whether sign, or order, is right in at least 95 %
of the runs.  Facts that were fitted are shown and never counted.  A fact that the registry names as a source of a
parameter has informed the model by hand: its row names those parameters, and the summary tells how many of the facts
counted are of this kind.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from simulation.analysis.facts.catalogue import NO_STATISTIC, find
from simulation.analysis.facts.ensemble import Values
from simulation.analysis.facts.known import Statistic
from simulation.inputs.evidence import Fact
from simulation.inputs.registry import registry

STABLE = 0.95  # share of the runs that has to pass
FITTED, SCORED, NOT_IN_MODEL, UNKNOWN = "fitted", "scored", "not in the model", "no statistic"
COLUMNS = (
    "id", "group", "statistic", "certainty", "use", "status", "unit", "low", "central", "high", "value", "q05", "q95",
    "runs", "median_inside", "seeds_passed", "passed", "distance", "distance_in", "direction_right", "informed",
    "how_measured",
)  # fmt: skip
Row = dict[str, Any]
NAMED = re.compile(r"\bF(\d\d)(?:\s*-\s*F?(\d\d))?\b")  # F13, F20-F24


def wanted(facts: Sequence[Fact]) -> tuple[str, ...]:
    """Names of the statistics that the facts need, each once."""
    answers = [find(fact) for fact in facts]
    return tuple(dict.fromkeys(answer.name for answer in answers if isinstance(answer, Statistic)))


def scoreboard(facts: Sequence[Fact], values: Values) -> list[Row]:
    """One row with the columns of ``COLUMNS`` for each fact, in the order given."""
    return [_row(fact, values) for fact in facts]


def distance(fact: Fact, value: float) -> tuple[float, str]:
    """Distance of a value from the central one in half widths of the interval, and of what scale they are."""
    if not math.isfinite(value):
        return math.inf, ""
    if fact.low > 0.0 and value > 0.0:
        away, half, scale = abs(math.log(value / fact.central)), 0.5 * math.log(fact.high / fact.low), "half log width"
    else:
        away, half, scale = abs(value - fact.central), 0.5 * (fact.high - fact.low), "half width"
    if half > 0.0:
        return away / half, scale
    return (0.0 if away == 0.0 else math.inf), scale


def _row(fact: Fact, values: Values) -> Row:
    answer = find(fact)
    row: Row = dict.fromkeys(COLUMNS)
    row |= {name: getattr(fact, name) for name in COLUMNS if hasattr(fact, name)}
    if not isinstance(answer, Statistic):
        return row | {"status": UNKNOWN if answer == NO_STATISTIC else NOT_IN_MODEL, "how_measured": answer}
    numbers = values.numbers[answer.name]
    inside = (numbers >= fact.low) & (numbers <= fact.high)
    median = float(np.median(numbers))  # NaN as soon as one run does not hold the number: then nothing is claimed
    right = _directions(fact, answer, numbers, values)
    by_direction = fact.certainty == "C" or fact.unit == "sign"  # an interval from 0 to 1 holds every sign
    away, scale = distance(fact, median)
    row |= {
        "status": FITTED if fact.use == "calibration" else SCORED,
        "value": median,
        "q05": float(np.quantile(numbers, 0.05)),
        "q95": float(np.quantile(numbers, 0.95)),
        "runs": values.runs,
        "median_inside": fact.low <= median <= fact.high,
        "seeds_passed": float((right if by_direction else inside).mean()),
        "distance": away,
        "distance_in": scale,
        "direction_right": float(right.mean()),
        "informed": list(_informed().get(answer.fact, ())),
        "how_measured": answer.how,
    }
    stable = row["seeds_passed"] >= STABLE
    if by_direction:
        return row | {"passed": stable}
    return row | {"passed": row["median_inside"] and (stable or fact.certainty == "B")}


@lru_cache(maxsize=1)
def _informed() -> dict[str, tuple[str, ...]]:
    """Parameters by the fact that the registry names among their sources."""
    found: dict[str, list[str]] = {}
    for parameter in registry().values():
        for first, last in NAMED.findall(parameter.source):
            for number in range(int(first), int(last or first) + 1):
                found.setdefault(f"F{number:02d}", []).append(parameter.id)
    return {fact: tuple(dict.fromkeys(names)) for fact, names in found.items()}


def _directions(fact: Fact, answer: Statistic, numbers: np.ndarray, values: Values) -> np.ndarray:
    """Whether sign, or order, is right in each run, shape (run,)."""
    if answer.name in values.directions:
        return values.directions[answer.name] > 0.0
    if fact.unit == "sign":
        return np.asarray(numbers == fact.central)
    return np.asarray(np.sign(numbers) == np.sign(fact.central))


def summary(rows: Sequence[Row]) -> dict[str, Any]:
    """How many unfitted facts of grade A can be computed, how many are passed, their share; and the others."""
    scored = [row for row in rows if row["status"] == SCORED]
    first = [row for row in scored if row["certainty"] == "A"]
    passed = sum(row["passed"] for row in first)
    informed = [row for row in first if row["informed"]]
    return {
        "facts": len(rows),
        "grade_a": len(first),
        "grade_a_passed": passed,
        "grade_a_share": passed / len(first) if first else math.nan,
        "grade_a_informed": len(informed),
        "grade_a_informed_passed": sum(row["passed"] for row in informed),
        "grade_a_median_inside": sum(row["median_inside"] for row in first),
        "grade_b": sum(row["certainty"] == "B" for row in scored),
        "grade_b_inside": sum(row["median_inside"] for row in scored if row["certainty"] == "B"),
        "grade_c": sum(row["certainty"] == "C" for row in scored),
        "grade_c_right": sum(row["passed"] for row in scored if row["certainty"] == "C"),
        "fitted": sum(row["status"] == FITTED for row in rows),
        "not_in_the_model": [row["id"] for row in rows if row["status"] == NOT_IN_MODEL],
        "no_statistic": [row["id"] for row in rows if row["status"] == UNKNOWN],
    }
