"""Which scopes may be called a projection, by the rule of the claims policy.

Two of the four hindcasts decide, those in which outside drivers are drawn: in real time, where few rivals can be
estimated, and in pseudo-real time, where most can. A scope is a ``projection`` only if in both

* at least three different figures are scored,
* the 90 % band holds at least 80 % of the cases, and
* no naive model that shares cases with the model, over at least two different figures, has a smaller CRPS on them; and
  one naive model at least can be compared.

Otherwise it is ``exploratory``, with the reason. Naive models are those that read one series alone and the line to the
target; twins and institutes are shown and do not decide. Related revenue is always weakly identified: one figure, and
that a floor.

``python -m simulation.analysis.hindcast.claims`` writes the table of the package from its forecasts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from simulation.analysis.hindcast.cases import OWN, Case, hindcast
from simulation.analysis.hindcast.rivals import NAIVE
from simulation.analysis.hindcast.summary import Group, distinct, groups, mean
from simulation.calibration.likelihood import INDICATORS
from simulation.inputs.claims import EXPLORATORY, FILE, PROJECTION
from simulation.inputs.forecasts import INFORMATION, REAL_TIME, UNCONDITIONAL
from simulation.inputs.operators import operators

LEAST_COVERAGE = 0.8
LEAST_FIGURES = 3
LEAST_SHARED = 2
WEAK = "weakly identified"


def claims_table(cases: Sequence[Case]) -> list[dict[str, Any]]:
    """Claims of all indicators and scopes, in the order of the operators, from the cases of a hindcast."""
    deciding = {
        (INDICATORS.get(what["series"], ""), what["scope"], what["information"]): scored
        for what, scored, _ in groups(cases)
        if what["drivers"] == UNCONDITIONAL
    }
    judged = [(how.indicator, how.scope) for how in operators().values()]
    return [_claim(*each, {info: deciding.get((*each, info), {}) for info in INFORMATION}) for each in judged]


def _claim(indicator: str, scope: str, by_information: Mapping[str, Group]) -> dict[str, Any]:
    """The hindcast that speaks against a projection is shown, or the one in real time when both allow it."""
    for information in INFORMATION:
        row = _one_hindcast(indicator, scope, information, by_information[information])
        if row["claim"] == EXPLORATORY:
            return row
    return _one_hindcast(indicator, scope, REAL_TIME, by_information[REAL_TIME])


def _one_hindcast(indicator: str, scope: str, information: str, scored: Group) -> dict[str, Any]:
    own = scored.get(OWN, {})
    found, compared = list(own.values()), best_naive(scored)
    coverage = mean(found, "inside_90")
    reason = _why_exploratory(found, coverage, compared)
    return {
        "indicator": indicator, "scope": scope, "claim": EXPLORATORY if reason else PROJECTION,
        "coverage_90": _rounded(coverage), "crps": _rounded(compared[1] if compared else mean(found, "crps")),
        "best_naive": compared[0] if compared else "", "crps_naive": _rounded(compared[2] if compared else None),
        "cases": len(found), "distinct_observations": distinct(found),
        "flag": WEAK if indicator == "related" else "",
        "information": information, "reason": reason or "coverage and CRPS pass in both hindcasts with drawn drivers",
    }  # fmt: skip


def best_naive(scored: Group) -> tuple[str, float, float] | None:
    """Naive model that does best against the model, and the CRPS of both over the cases that they share."""
    own = scored.get(OWN, {})
    found = []
    for model in NAIVE:
        both = [key for key in scored.get(model, {}) if key in own]
        mine, theirs = [own[key] for key in both], [scored[model][key] for key in both]
        ours, rival = mean(mine, "crps"), mean(theirs, "crps")
        if ours and rival is not None and distinct(mine) >= LEAST_SHARED:
            found.append((rival / ours, model, ours, rival))
    return min(found)[1:] if found else None


def _why_exploratory(found: Sequence[Case], coverage: float | None, compared: tuple[str, float, float] | None) -> str:
    """Why a scope is no projection; empty when it is one."""
    if distinct(found) < LEAST_FIGURES:
        return f"{distinct(found)} of the {LEAST_FIGURES} figures needed are scored"
    if coverage is None or coverage < LEAST_COVERAGE:
        return f"the 90 % band holds {100 * (coverage or 0.0):.0f} % of the cases"
    if compared is None:
        return f"no naive model shares cases of {LEAST_SHARED} figures"
    model, ours, rival = compared
    return f"{model} has a smaller CRPS on the shared cases" if rival < ours else ""


def _rounded(value: float | None) -> float | None:
    """Four digits: what last bits of an arithmetic library may change is not written."""
    return None if value is None else float(f"{value:.4g}")


def write(path: Path = FILE) -> Path:
    """Write the table of claims from the package's forecasts; the file."""
    from simulation.results.text import csv_text, write_whole

    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, csv_text(claims_table(hindcast())))
    return path


if __name__ == "__main__":
    write()
