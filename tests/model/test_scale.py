"""Statistics of the economy do not depend on how many rows stand for it; no market has one owner."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from simulation.analysis import scale_study
from simulation.model import Economy
from simulation.model.initial.firms import KEPT
from simulation.model.rules import concentration
from simulation.model.state import CELLS, INCUMBENT
from tests.model.drawing import effective, run

SMALL, LARGE = 0.05, 0.2
# What may be compared closely, and how close a small scale must come where chance is small (relative).
EXACT = {"firms_alive": 0.05, "talent_total": 0.05, "core_revenue": 0.05, "adoption_rate": 0.10}


@cache
def comparison() -> dict[str, dict[str, Any]]:
    made = scale_study.study(effective("plan_baseline", "2019Q4"), (SMALL, LARGE), replicates=10)
    return {row["measure"]: row for row in scale_study.bias_table(made) if row["scale"] == SMALL}


@pytest.mark.parametrize("name", ["largest_firm_share", "top300_share"])
def test_concentration_is_the_same_at_two_scales_within_monte_carlo_error(name: str) -> None:
    row = comparison()[name]
    assert row["within_error"], row
    assert abs(row["bias"]) < 0.15 * row["mean"]


@pytest.mark.parametrize("name", list(EXACT))
def test_totals_are_the_same_at_two_scales(name: str) -> None:
    row = comparison()[name]
    assert abs(row["bias"]) <= max(EXACT[name] * row["mean"], 3.0 * row["bias_error"])


@pytest.mark.parametrize("scale", [0.01, 0.1, 1.0])
def test_the_start_is_the_same_economy_at_every_scale(scale: float) -> None:
    economy = Economy(effective("plan_baseline", "2016Q4"), seed=1, scale=scale)
    firms, p = economy.firms, economy.parameters
    start_ups = firms.alive & (firms.kind != INCUMBENT)
    assert firms.weight[start_ups].sum() == pytest.approx(round(p["initial_firms"]))
    assert (firms.alive & (firms.kind == INCUMBENT)).sum() == p["incumbent_count"]
    assert (firms.weight[firms.alive & (firms.kind == INCUMBENT)] == 1.0).all()
    # The fifty largest other firms are there at every scale, as themselves.
    assert (firms.weight[start_ups] == 1.0).sum() >= KEPT
    people = economy.people.alive.sum() * economy.person_weight
    expected = p["initial_talent"].sum() + p["initial_overseas"].sum()
    assert people == pytest.approx(expected, rel=0.01)
    assert len(economy.adopters.rows()) >= 9_900


def test_regions_and_products_keep_their_shares_when_firms_are_thinned() -> None:
    counts = {}
    for scale in (0.05, 1.0):
        economy = Economy(effective("plan_baseline", "2016Q4"), seed=1, scale=scale)
        firms = economy.firms
        counts[scale] = [
            np.bincount(getattr(firms, column), firms.weight * firms.alive, 31) for column in ("region", "product")
        ]
    for thinned, whole in zip(counts[0.05], counts[1.0], strict=True):
        assert np.abs(thinned - whole).max() / whole.sum() < 0.03


def test_no_market_has_one_owner() -> None:
    economy = run(effective("plan_baseline", "2025Q4"), seed=1, scale=0.1)
    positions, sales = economy.positions, economy.market.sales_by_cell
    largest = np.zeros(CELLS)
    np.maximum.at(largest, positions.cell, positions.share / positions.count)
    sold = sales > 0.0
    assert np.average(largest[sold], weights=sales[sold]) < 0.5
    assert largest[sales > 0.001 * sales.sum()].max() < 0.9
    assert 0.02 < economy.records["largest_firm_share"][-1] < 0.25
    assert 0.5 < economy.records["top300_share"][-1] < 0.95


@pytest.mark.parametrize("scale", [0.03, 0.3])
def test_rows_read_as_firms_keep_every_firm_and_every_yuan(scale: float) -> None:
    economy = run(effective("plan_baseline", "2018Q4"), seed=1, scale=scale)
    firms = economy.firms
    revenue, weight, row = concentration.as_firms(economy)
    assert (revenue >= 0.0).all()
    assert weight.max() < 1.5
    for column, whole in ((weight, firms.weight), (weight * revenue, firms.weight * firms.revenue_year())):
        assert np.allclose(np.bincount(row, column, firms.length), whole * firms.alive)
