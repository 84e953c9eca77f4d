"""Shares of the spread: read whole or refused with file and line."""

import pytest

from simulation.errors import InvalidInput
from simulation.inputs.shares import COLUMNS, shares

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


def test_shipped_shares_add_up_and_cover_every_judged_target():
    from simulation.inputs.operators import judged_targets

    held = shares()
    for target, how in judged_targets():
        found = held[f"{target.indicator}_revenue", how.scope, target.year]
        assert found.chance + found.fitted + found.uncalibrated + found.scope == pytest.approx(1.0, abs=1e-6)
