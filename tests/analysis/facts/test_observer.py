"""What is written down of a run agrees with what the model records of itself, and writing it down changes nothing."""

import numpy as np
import pytest

from simulation.experiments.work import simulate
from simulation.inputs.dimensions import index
from tests.analysis.facts.conftest import SCALE


def test_watching_changes_nothing(history, inputs):
    unseen, _ = simulate(inputs, 1, 0, SCALE)
    assert all(np.array_equal(unseen[name], history.records[name], equal_nan=True) for name in unseen)


def test_panels_hold_every_living_firm_and_its_sales(history):
    alive = history.year_end("firms_alive")
    known = history.year_end("firms_recognised")
    revenue = history.annual("core_revenue")
    for year, panel in history.panels.items():
        assert panel.weight.sum() == pytest.approx(alive[year])
        assert panel.weight[panel.firms["recognised"]].sum() == pytest.approx(known[year])
        # Firms that left in the year have sold before: the panel never holds more than was sold.
        assert 0.9 * revenue[year] < (panel.weight * panel.revenue).sum() / 1000.0 <= revenue[year] * (1 + 1e-9)


def test_lives_count_entries_and_exits(history):
    lives = history.lives
    for quarter in range(1, 40):
        entries = lives.weight[lives.entered == quarter].sum()
        exits = lives.weight[lives.left == quarter].sum()
        assert entries == pytest.approx(history.records["firm_entries"][quarter], abs=1e-6)
        assert exits == pytest.approx(history.records["firm_exits"][quarter], abs=1e-6)
    gone = lives.left >= 0
    assert (lives.left[gone] >= lives.entered[gone]).all()
    # Those of the start are there before the first quarter; the youngest round to it.
    assert (lives.founded <= np.maximum(lives.entered, 0)).all()


def test_deals_add_up_to_the_funding_of_core_firms(history):
    deals = history.deals
    paid = np.bincount(deals.quarter.astype(int), deals.weight * deals.ticket, 40) / 1000.0
    names = ("angel", "venture", "growth", "corporate", "foreign", "guidance_funds")
    recorded = history.records["funding_by_channel"][:40, [index("channel", name) for name in names]].sum(axis=1)
    # A firm that leaves in the quarter of its round is gone before anybody looks.
    assert (paid <= recorded * (1 + 1e-9)).all()
    assert paid.sum() > 0.97 * recorded.sum() and np.isclose(paid, recorded).sum() >= 30


def test_research_of_the_year_begins_anew(history):
    spent = history.annual("research_spending")
    for year, panel in history.panels.items():
        assert (panel.weight * panel.firms["research"]).sum() / 1000.0 <= spent[year] * (1 + 1e-9)


def test_funds_never_get_back_less_than_nothing(history):
    returns = history.returns
    assert (returns.cost > 0.0).all() and (returns.proceeds >= 0.0).all()
    assert set(returns.uid) <= set(history.lives.uid)
