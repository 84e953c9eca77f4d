"""Shares of the spread: read whole or refused with file and line."""

import csv

import pytest

from simulation.errors import InvalidInput
from simulation.inputs.posterior import posterior
from simulation.inputs.shares import COLUMNS, FILE, shares
from simulation.results.provenance import posterior_digest

GOOD = "d,core_revenue,A,2030,bn CNY a year,1000,500,2000,0.4,0.1,0.2,0.7,0,0.05"


def _file(folder, *lines):
    path = folder / "shares.csv"
    path.write_text("\n".join([",".join(COLUMNS), *lines]) + "\n", encoding="utf-8")
    return path


def test_shares_by_series_scope_and_year(tmp_path):
    (found,) = shares(_file(tmp_path, GOOD)).values()
    assert (found.chance, found.fitted, found.uncalibrated, found.scope) == (0.1, 0.2, 0.7, 0.0)
    assert shares(tmp_path / "missing.csv") == {}


def test_what_is_no_share_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match=r"shares\.csv:2.*not between 0 and 1"):
        shares(_file(tmp_path, GOOD.replace(",0.7,", ",1.7,")))


def test_what_the_calibration_shipped_was_made_for_this_model_and_data():
    known = posterior_digest()
    assert posterior().matches(known), "repeat aiplan calibrate, or declare the change neutral in the changelog"
    for name in ("forecasts", "targets", "shares"):
        with open(FILE.parent / f"{name}.csv", encoding="utf-8") as file:
            assert {row["digest"] for row in csv.DictReader(file)} == {known}, name


def test_shipped_shares_add_up_and_cover_every_judged_target():
    from simulation.inputs.operators import judged_targets

    held = shares()
    for target, how in judged_targets():
        found = held[f"{target.indicator}_revenue", how.scope, target.year]
        assert found.chance + found.fitted + found.uncalibrated + found.scope == pytest.approx(1.0, abs=1e-6)
