"""Economics of the rules of entry, exit and measures: bounds, signs, conservation, and rows that are used again."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import strategies as some

from simulation.model.columns import Columns
from simulation.model.initial import attributes
from simulation.model.rules import concentration, exit_and_entry
from simulation.model.state import Firms
from simulation.model.streams import Streams
from tests.model.properties import close, columns, given, numbers


@given(numbers(0.04, 0.17), numbers(3, 7), numbers(0, 0.5), numbers(0, 1e5))
def test_exit_peaks_at_its_age_and_falls_with_size(base, peak, elasticity, revenue):
    ages, floor, distress = np.linspace(0.25, 40.0, 160), 0.4, 3.0

    def hazards(revenue: float, distressed: bool) -> np.ndarray:
        return np.array(
            [
                exit_and_entry.exit_hazard(age, revenue, base, peak, elasticity, distressed, floor, distress)
                for age in ages
            ]
        )

    hazard = hazards(revenue, False)
    assert (hazard > 0.0).all()
    assert abs(ages[np.argmax(hazard)] - peak) <= 0.3
    assert (hazards(revenue + 100.0, False) <= hazard + 1e-15).all()
    assert close(hazards(revenue, True), distress * hazard)


@given(columns(30, 0, 1e4), columns(30, 1, 50), numbers(1, 400))
def test_concentration_is_a_share_and_grows_with_the_number_of_firms(revenue, weight, firms):
    share = top_share(revenue, weight, firms)
    assert 0.0 <= share <= 1.0 + 1e-12
    assert top_share(revenue, weight, firms + 1.0) >= share - 1e-12
    if revenue.sum() > 0.0:
        assert close(top_share(revenue, weight, 1e9), 1.0)
        largest = np.argsort(-revenue)
        room = np.clip(firms - (np.cumsum(weight[largest]) - weight[largest]), 0.0, weight[largest])
        assert close(share, (revenue[largest] * room).sum() / (revenue * weight).sum())


@given(columns(12, 1, 1e4), some.integers(1, 60))
def test_concentration_is_the_same_whether_firms_are_rows_or_weights(revenue, firms):
    assert close(top_share(revenue, np.full(12, 5.0), firms), top_share(np.repeat(revenue, 5), np.ones(60), firms))


def test_concentration_of_some_rows_leaves_the_others_out() -> None:
    revenue, weight = np.array([8.0, 4.0, 2.0, 1.0]), np.ones(4)
    assert top_share(revenue, weight, 1.0, np.array([False, True, True, True])) == 4.0 / 7.0
    assert top_share(revenue, weight, 1.0, np.zeros(4, dtype=bool)) == 0.0


def top_share(revenue: np.ndarray, weight: np.ndarray, firms: float, chosen: np.ndarray | None = None) -> float:
    """Share of the largest firms where each row is a firm."""
    rows = np.arange(len(revenue))
    singles = concentration.Singles(revenue, weight, rows)
    chosen = np.ones(len(rows), dtype=bool) if chosen is None else chosen
    return concentration.top_share(singles, chosen, float(firms), np.empty(len(rows)), np.empty(len(rows)))


@given(some.lists(some.integers(1, 9), min_size=12, max_size=12), some.permutations(range(12)))
def test_positions_of_a_row_take_slots_in_proportion_to_their_firms(count, order):
    owner, worth = np.repeat([3, 5, 9], 4)[list(order)], np.arange(12.0)
    slots = concentration.Slots(np.empty(12, dtype=np.int64), np.empty(sum(count)))
    concentration.lay_out_slots(owner, np.array(count, dtype=float), worth, slots)
    for row in range(11):
        mine = slots.worth[slots.first[row] : slots.first[row + 1]]
        # Row 7 has no position, the others have theirs in the order of the table.
        assert mine.tolist() == [place for place in range(12) if owner[place] == row for _ in range(count[place])]


def test_firms_of_a_row_sell_in_one_to_three_of_its_slots() -> None:
    keys = Streams(3).keys_for_life("firm_market")
    worth = np.zeros(10)
    worth[4] = 1.0
    values = np.array([concentration.draw_value(np.uint64(uid), worth, keys) for uid in range(3000)])
    assert set(values) == {0.0, 1.0, 2.0, 3.0}
    # Two slots on average, one in ten of them of worth one.
    assert abs(values.mean() - 0.2) < 0.03


@given(columns(6, 0, 5), columns(200, 0.0001, 0.9999))
def test_places_are_drawn_in_proportion_to_weights(weights, draws):
    weights[2] = 0.0
    weights[5] += 0.1
    places = [attributes.drawn_place(weights, draw) for draw in draws]
    assert 2 not in places
    shares = np.cumsum(weights) / weights.sum()
    assert all(shares[place] >= draw - 1e-12 for place, draw in zip(places, draws, strict=True))
    assert all(place == 0 or shares[place - 1] < draw + 1e-12 for place, draw in zip(places, draws, strict=True))


@pytest.mark.parametrize("copied", [lambda table: table, lambda table: pickle.loads(pickle.dumps(table))])
def test_a_row_that_is_used_again_starts_from_zero(copied) -> None:
    firms = Firms(16)
    first = firms.add(np.arange(10, dtype=np.uint64), weight=2.0, region=5, capability=1.5, listed=True)
    firms = copied(firms)
    firms.remove(first[3:7])
    again = firms.add(np.arange(100, 120, dtype=np.uint64))
    assert again[:4].tolist() == [3, 4, 5, 6]
    assert len(set(again)) == 20
    assert len(firms.weight) == firms.length >= 26
    for name, (_, shape) in Firms.fields.items():
        column = getattr(firms, name)
        assert column.shape == (firms.length, *shape)
        assert column.flags.c_contiguous
        assert not column[again].any()
    assert (firms.weight[[0, 1, 2, 7, 8, 9]] == 2.0).all()


def test_room_of_a_table_grows_with_it() -> None:
    table = Columns(16)
    room = table.room("draws", float)
    assert table.room("draws", float) is room
    table.add(np.arange(40, dtype=np.uint64))
    assert len(table.room("draws", float)) == table.length > 16
