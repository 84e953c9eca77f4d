"""Averages of the scores by series, scope and model; models are compared over the cases that they share alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from simulation.analysis.hindcast.cases import NOT_ESTIMABLE, OWN, SCORED, Case
from simulation.analysis.hindcast.rivals import RIVALS
from simulation.inputs.forecasts import DRIVERS, INFORMATION, NO_DRIVERS

LEAST_RANKED = 2  # different figures that a rank should rest on
Group = dict[str, dict[tuple[Any, ...], Case]]


def identity(case: Case) -> tuple[Any, ...]:
    """What two models must share for their scores to be comparable: origin, figure and date."""
    return case["origin"], case["date"], case["observed"]


def distinct(cases: Iterable[Case]) -> int:
    """Number of different figures behind cases: one figure is forecast from several origins."""
    return len({(case["series"], case["scope"], case["date"], case["observed"]) for case in cases})


def mean(cases: Iterable[Case], column: str) -> float | None:
    """Average of a column; ``None`` of nothing."""
    values = [float(case[column]) for case in cases]
    return sum(values) / len(values) if values else None


def groups(cases: Sequence[Case]) -> list[tuple[dict[str, Any], Group, list[Case]]]:
    """Cases by series, scope, information and drivers: what it is of, scored cases by model, and all cases.

    Rivals have no drivers: the same forecasts stand beside the model's conditional and unconditional ones.
    """
    found = []
    for series, scope in dict.fromkeys((case["series"], case["scope"]) for case in cases):
        for information in INFORMATION:
            for drivers in DRIVERS:
                chosen = [
                    case for case in cases
                    if (case["series"], case["scope"], case["information"]) == (series, scope, information)
                    and case["drivers"] in (drivers, NO_DRIVERS)
                ]  # fmt: skip
                scored: Group = {model: {} for model in (OWN, *RIVALS)}
                for case in chosen:
                    if case["status"] == SCORED:
                        scored[case["model"]][identity(case)] = case
                if chosen:
                    what = {"series": series, "scope": scope, "information": information, "drivers": drivers}
                    found.append((what, scored, chosen))
    return found


def common(scored: Group) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Models that are ranked, and the cases that all of them forecast.

    The models with the fewest cases leave until the others share cases of two different figures, or, where that never
    happens, of one: a rank on a single case would be an accident.
    """
    for least in (LEAST_RANKED, 1):
        models = [model for model, cases in scored.items() if cases]
        while models:
            shared = set.intersection(*(set(scored[model]) for model in models))
            if len({key[1:] for key in shared}) >= least:
                return models, sorted(shared, key=str)
            models.remove(min(reversed(models), key=lambda model: len(scored[model])))
    return [], []


def summary(cases: Sequence[Case]) -> list[dict[str, Any]]:
    """Averages by series, scope, information, drivers and model.

    Returns
    -------
    list of dict
        ``cases`` and ``distinct_observations`` are what each average rests on. ``crps_relative`` is the model's CRPS
        over that of ``aiplan``, on the ``shared_cases`` alone: above 1, ``aiplan`` was better. ``rank`` is by CRPS over
        the ``rank_cases`` that all ``ranked`` models share.
    """
    rows = []
    for what, scored, chosen in groups(cases):
        ranked, shared = common(scored)
        order = sorted(ranked, key=lambda model: mean([scored[model][key] for key in shared], "crps") or 0.0)
        for model, found in scored.items():
            of_model = [case for case in chosen if case["model"] == model]
            failed = [case for case in of_model if case["status"] == NOT_ESTIMABLE]
            both = [key for key in found if key in scored[OWN]]
            own = mean([scored[OWN][key] for key in both], "crps")
            mine = mean([found[key] for key in both], "crps")
            done = list(found.values())
            rows.append(
                {
                    **what, "model": model, "cases": len(done), "distinct_observations": distinct(done),
                    **{name: mean(done, name) for name in ("crps", "crps_log", "bias_log", "error_log")},
                    **{f"coverage_{width}": mean(done, f"inside_{width}") for width in (50, 80, 90)},
                    "shared_cases": len(both),
                    "crps_relative": mine / own if mine is not None and own else None,
                    "rank": order.index(model) + 1 if model in order else None, "ranked": len(order),
                    "rank_cases": len(shared) if model in order else 0, "not_estimable": len(failed),
                    "reason": failed[0]["reason"] if failed else "",
                }
            )  # fmt: skip
    return rows


def by_horizon(cases: Sequence[Case]) -> list[dict[str, Any]]:
    """The same averages for each number of years ahead apart."""
    horizons = sorted({case["horizon"] for case in cases})
    return [
        {"horizon": horizon, **row}
        for horizon in horizons
        for row in summary([case for case in cases if case["horizon"] == horizon])
    ]
