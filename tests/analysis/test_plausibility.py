"""The hand-fitted model against the rows that may be fitted: every one within two log-sigmas of its publisher's value.

The bound is the row's own sigma in the calibration table, never edited here; hold-out rows are shown and not required.
"""

from __future__ import annotations

import pytest
import xarray as xr

from simulation.analysis.scoreboard import format_scoreboard, scoreboard
from simulation.experiments import run_ensemble

FITTED = ("calibrate", "weak_prior")


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> xr.Dataset:
    folder = tmp_path_factory.mktemp("plausibility") / "history"
    return run_ensemble(
        ["historical_actual"], replicates=6, seed=1, scale=0.1, until="2023Q4", jobs=1, out=folder
    ).dataset


def test_every_fitted_row_is_within_two_sigmas(history: xr.Dataset) -> None:
    rows = [row for row in scoreboard(history) if row["role"] in FITTED and row["passed"] is not None]
    assert len(rows) >= 24
    missed = [row for row in rows if not row["passed"]]
    assert not missed, "\n" + format_scoreboard(missed)


def test_wages_margins_and_provinces_look_like_the_facts(history: xr.Dataset) -> None:
    """Facts of talent.md section 11 and firm_facts.csv, with their own intervals."""
    runs = history.isel(scenario=0).median("member")
    end = runs.sel(time=runs.quarter == "2022Q4").squeeze("time")
    assert 2.0 <= float(end.wage_by_tier.sel(tier="researcher") / end.wage_by_tier.sel(tier="engineer")) <= 4.0
    assert 0.2 <= float(end.vacancy_ratio_by_tier.sel(tier="engineer")) <= 0.6
    shares = end.firms_by_region / end.firms_by_region.sum()
    assert set(shares.region.values[shares.argsort()[-5:].values]) == {
        "beijing", "guangdong", "shanghai", "zhejiang", "jiangsu",
    }  # fmt: skip
    assert 110 <= 4000.0 * float(end.core_revenue) / float(end.firms_alive) * 1.0 <= 500  # million CNY a firm and year


def test_largest_firm_does_not_own_the_market(history: xr.Dataset) -> None:
    runs = history.isel(scenario=0)
    assert float(runs.largest_firm_share.max()) < 0.25
    assert 0.5 < float(runs.top300_share.isel(time=-1).mean()) < 0.95
