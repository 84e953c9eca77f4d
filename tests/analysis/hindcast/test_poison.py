"""No forecast can see what its origin may not: nonsense in its place changes no bit of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from simulation.analysis.hindcast.cases import OWN, hindcast
from simulation.analysis.hindcast.information import ORIGINS
from simulation.analysis.hindcast.rivals import RIVALS, Rivals
from simulation.analysis.hindcast.rivals.base import Forecast, forecast
from simulation.inputs import dates
from simulation.inputs.evidence import calibration_rows
from simulation.inputs.forecasts import INFORMATION, SCOPES
from tests.analysis.hindcast.stand_in import made_up

ROWS = calibration_rows()


def _nonsense(row):
    return replace(row, value=row.value * 977.0 + 13.0, sigma_log=0.011, lower=None, upper=None)


def _allowed(row, origin, information):
    """The rule in its own words: never held out, published (or dated) by the end of the year."""
    known = dates.known_from(row.published) if information == "real_time" else row.day
    return row.role != "holdout" and known is not None and known.year <= origin


def _everything(rows, origin, information):
    made = Rivals(rows)
    found = {}
    for series, scopes in SCOPES.items():
        for scope in scopes:
            known = made.known(origin, information, series, scope)
            for model in RIVALS:
                for day in (date(origin + 1, 12, 31), date(2023, 10, 31)):
                    each = forecast(model, known, made.fitted(model, known), day)
                    key = (series, scope, model, day)
                    found[key] = each.quantiles if isinstance(each, Forecast) else each.reason
    return found


@pytest.mark.parametrize("information", INFORMATION)
@pytest.mark.parametrize("origin", ORIGINS)
def test_what_an_origin_may_not_use_changes_no_bit(origin, information):
    poisoned = [row if _allowed(row, origin, information) else _nonsense(row) for row in ROWS]
    assert poisoned != list(ROWS)
    assert _everything(ROWS, origin, information) == _everything(poisoned, origin, information)


def test_what_an_origin_may_use_matters():
    poisoned = [_nonsense(row) if _allowed(row, 2021, "real_time") else row for row in ROWS]
    clean, other = _everything(ROWS, 2021, "real_time"), _everything(poisoned, 2021, "real_time")
    for model in ("constant_growth", "diffusion_twin", "dynamics_twin", "target_line"):
        key = ("core_revenue", "A", model, date(2022, 12, 31))
        assert clean[key] != other[key]


def test_later_figures_reach_no_forecast():
    later = [replace(row, role="calibrate", published="2015") for row in ROWS if row.series == "core_revenue"]
    wild = [_nonsense(row) for row in later]
    shown = ("series", "scope", "origin", "date", "information", "drivers", "model", "q05", "q50", "q95", "reason")

    def told(rows):
        cases = hindcast((2021,), ("core_revenue",), rows, made_up((2021,)))
        return [tuple(case[name] for name in shown) for case in cases]

    assert told(later) == told(wild)


def test_later_figures_are_scored_at_any_distance():
    row = next(row for row in ROWS if row.series == "core_revenue" and row.scope == "A")
    far = replace(row, day=date(2029, 12, 31), value=900.0)
    cases = hindcast((2019, 2022), ("core_revenue",), [far], made_up())
    assert {case["horizon"] for case in cases} == {10, 7}
    assert all(case["crps"] > 0.0 for case in cases if case["model"] == OWN)
