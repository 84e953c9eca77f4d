"""Economics of the rules of policy, people, adopters and markets: bounds, signs, homogeneity, conservation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis.extra.numpy import arrays

from simulation.model.blocks import Peers
from simulation.model.rules import (
    adoption,
    awards,
    education_and_migration,
    labour,
    market,
    matching,
    migration,
    modifiers,
    orders,
    policy,
    world,
)
from simulation.model.state import CELLS
from tests.model.properties import close, columns, given, numbers

# -- world and policy --------------------------------------------------------------------------------------------------


@given(columns(8, 0, 0.8), columns(8, 0, 0.5), columns(8, 1e-6, 1), numbers(0, 0.3), numbers(0, 1))
def test_the_frontier_never_falls_and_moves_by_its_growth_without_jumps(growth, jump, draws, rate, step):
    moved = world.frontier_step(growth, jump, draws, rate, step)
    assert (moved >= growth / 4.0).all()
    assert close(world.frontier_step(growth, 0.0 * jump, draws, 0.0, step) * 4.0, growth)


@given(numbers(0, 100), numbers(0, 100), numbers(0.5, 1), numbers(0, 2))
def test_what_is_delivered_lies_between_habit_and_plan_unless_a_phase_asks_for_more(default, planned, capacity, phase):
    delivered = policy.deliver(default, planned, default, capacity, phase)
    assert policy.deliver(default, default, default, capacity, phase) == default
    assert close(policy.deliver(default, planned, default, 1.0, 1.0), planned)
    assert abs(delivered - default) <= max(phase, 1e-12) * abs(planned - default) * (1.0 + 1e-9)


@given(numbers(0, 1), numbers(0, 0.6), numbers(0, 0.6), numbers(1, 4))
def test_a_signal_decays_and_only_news_adds_to_it(signal, before, now, years):
    assert policy.decay_signal(signal, now, now, years) <= signal
    assert policy.decay_signal(signal, before, now, years) <= signal + max(0.0, now - before)
    withdrawn = policy.decay_signal(signal, before, min(before, now), years)
    assert withdrawn == policy.decay_signal(signal, 0.0, 0.0, years)
    year = signal
    for _ in range(4):
        year = policy.decay_signal(year, now, now, years)
    assert close(year, signal * np.exp(-1.0 / years))


@given(numbers(-0.05, 0.05), numbers(0, 1))
def test_a_weak_modifier_stays_weak_and_is_nothing_without_intensity(weight, intensity):
    assert abs(modifiers.weak_modifier(weight, intensity) - 1.0) <= 0.05
    assert modifiers.weak_modifier(weight, 0.0) == modifiers.weak_modifier(0.0, intensity) == 1.0


# -- people ------------------------------------------------------------------------------------------------------------


@given(numbers(1e5, 1e7), numbers(0.003, 0.01), numbers(0, 0.2), numbers(-2, 14), numbers(0.3, 3), numbers(0, 2))
def test_conversion_grows_with_pay_and_with_the_pool(pool, rate, growth, years, premium, elasticity):
    flow = education_and_migration.conversion_flow(pool, rate, growth, years, premium, elasticity, 0.0, 1.0)
    assert flow >= 0.0
    assert close(
        education_and_migration.conversion_flow(2 * pool, rate, growth, years, premium, elasticity, 0, 1), 2 * flow
    )
    better = education_and_migration.conversion_flow(pool, rate, growth, years, 1.1 * premium, elasticity, 0.0, 1.0)
    assert better >= flow * (1.0 - 1e-12)
    assert close(
        education_and_migration.conversion_flow(pool, rate, 0.0, years, 1.0, elasticity, 0.0, 1.0), rate * pool
    )


@given(numbers(0, 0.1), numbers(0, 4), numbers(0, 1), numbers(0.1, 3), numbers(0, 1))
def test_return_rises_with_friction_abroad_and_with_the_offer_at_home(base, multiplier, friction, offer, gain):
    hazard = migration.return_hazard(base, multiplier, friction, offer, gain)
    assert hazard >= migration.return_hazard(base, multiplier, 0.0, offer, gain)
    assert migration.return_hazard(base, multiplier, friction, 1.1 * offer, gain) >= hazard
    assert close(migration.return_hazard(base, 2 * multiplier, friction, offer, gain), 2 * hazard)
    assert close(migration.return_hazard(base, 1.0, 0.0, 1.0, gain), base)


@given(numbers(0, 1e5), numbers(0, 1e5), numbers(0, 1.5), numbers(0.4, 0.7), numbers(0.1, 10))
def test_matches_never_exceed_either_side_and_have_constant_returns(seekers, vacancies, efficiency, elasticity, factor):
    made = matching.matches(seekers, vacancies, efficiency, elasticity)
    assert 0.0 <= made <= min(seekers, vacancies)
    assert close(matching.matches(factor * seekers, factor * vacancies, efficiency, elasticity), factor * made)
    assert matching.matches(seekers, vacancies + 1.0, efficiency, elasticity) >= made * (1.0 - 1e-12)


@given(numbers(0, 1e5), numbers(0, 1e5), numbers(1, 1.5), numbers(0, 1))
def test_only_staff_beyond_the_band_are_dismissed_and_never_more_than_are_too_many(present, desired, band, speed):
    share = labour.dismissed_share(present, desired, band, speed)
    assert 0.0 <= share <= speed
    assert share * present <= max(present - desired, 0.0) * (1.0 + 1e-12)
    assert labour.dismissed_share(present, present, band, speed) == 0.0


@given(
    columns(4, 0.05, 3), numbers(-0.05, 0.25), columns(4, 0.01, 100), numbers(0.03, 0.3), numbers(1, 4), numbers(0, 1)
)
def test_posted_wages_rise_when_posts_are_scarcer_to_fill(wage, growth, tightness, response, normal, passed):
    posted = labour.posted_wage(wage, growth, tightness, response, normal, passed)
    assert (posted > 0.0).all()
    assert (labour.posted_wage(wage, growth, 2.0 * tightness, response, normal, passed) >= posted).all()
    assert close(labour.posted_wage(wage, 0.0, np.full(4, normal), response, normal, passed), wage)
    # However tight the market, a quarter moves pay by a bounded step.
    assert (np.abs(np.log(posted / wage)) <= (0.25 * passed + response * np.log(20.0)) / 4.0 + 1e-9).all()


# -- adopters ----------------------------------------------------------------------------------------------------------

ADOPTERS = 40
SECTORS = np.arange(ADOPTERS) % 4
REGIONS = SECTORS * 5 + np.arange(ADOPTERS) // 4 % 5


def peers_of(adopted, weight, cell, sector, prior):
    """Share of adopting peers that each row sees, as one that has not adopted."""
    whole = [np.bincount(group, weight) for group in (cell, sector)]
    peers = Peers(np.bincount(cell), whole[0], np.empty_like(whole[0]), whole[1], np.empty_like(whole[1]))
    seen = np.empty(len(weight))
    for row, own in enumerate(weight):
        theirs = np.where(np.arange(len(weight)) == row, 0.0, weight * adopted)
        peers.adopted_in_cell[:] = np.bincount(cell, theirs)
        peers.adopted_in_sector[:] = np.bincount(sector, theirs)
        seen[row] = adoption.peer_share(peers, cell[row], sector[row], own, prior)
    return seen


@given(arrays(np.bool_, ADOPTERS), columns(ADOPTERS, 0.01, 10))
def test_peers_are_a_share_of_the_others(adopted, weight):
    peers = peers_of(adopted, weight, REGIONS, SECTORS, 50.0)
    assert (peers >= 0.0).all()
    assert (peers <= 1.0 + 1e-12).all()
    assert close(peers_of(np.ones(ADOPTERS), weight, REGIONS, SECTORS, 50.0), 1.0)
    assert close(peers_of(np.zeros(ADOPTERS), weight, REGIONS, SECTORS, 50.0), 0.0)


@pytest.mark.parametrize("rows", [2, 5, 40])
def test_those_who_have_not_adopted_see_the_same_peers_however_many_rows_stand_for_a_cell(rows):
    draws = np.random.default_rng(rows).random((400_000 // rows, rows)) < 0.3
    weight, cells = 40.0 / rows, len(draws)
    whole, using = np.full(cells, 40.0), weight * draws.sum(axis=1)
    peers = Peers(np.full(cells, rows), whole, using, np.array([whole.sum()]), np.array([using.sum()]))
    seen = np.array([adoption.peer_share(peers, cell, 0, weight, 50.0) for cell in range(cells)])
    waiting = (~draws).sum(axis=1)
    assert abs(np.average(seen, weights=waiting) - 0.3) < 0.003


def test_who_is_alone_in_a_province_looks_at_the_sector():
    peers = peers_of(np.array([0.0, 1.0, 1.0]), np.ones(3), np.array([0, 1, 1]), np.zeros(3, dtype=int), 50.0)
    assert close(peers[0], 1.0)


@given(arrays(np.bool_, ADOPTERS), columns(ADOPTERS, 0.01, 10))
def test_peers_lie_between_those_of_the_cell_and_of_the_sector(adopted, weight):
    cell, sector = (peers_of(adopted, weight, REGIONS, SECTORS, prior) for prior in (1e-9, 1e12))
    between = peers_of(adopted, weight, REGIONS, SECTORS, 50.0)
    assert (between >= np.minimum(cell, sector) - 1e-6).all()
    assert (between <= np.maximum(cell, sector) + 1e-6).all()


@given(numbers(-100, 100))
def test_the_response_to_benefit_is_a_rising_share(benefit):
    response = adoption.logistic(benefit)
    assert 0.0 < response < 1.0 + 1e-12
    assert adoption.logistic(benefit + 1.0) >= response
    assert close(adoption.logistic(0.0), 0.5)


@given(
    numbers(0, 1e5), numbers(0, 0.03), numbers(0.01, 3), numbers(0.8, 1.6), numbers(0, 1), numbers(0, 1),
    numbers(0.005, 0.2),
)  # fmt: skip
def test_spending_stays_below_its_cap_and_its_parts(value, share, price, elasticity, depth, new, cap):
    at_price = float(orders.share_of_full_use(share, 0.0, 0.0, price, elasticity))
    total, one_off = orders.spending(value, at_price, depth, new, 0.7, 1.5, 0.2, cap)
    assert total <= cap * value / 4.0 * (1.0 + 1e-9)
    assert 0.0 <= one_off <= total * (1.0 + 1e-12)


@given(numbers(0.05, 2), numbers(0.8, 1.6))
def test_the_price_elasticity_decides_whether_a_lower_price_raises_nominal_spending(price, elasticity):
    def spent(at: float) -> float:
        share = orders.share_of_full_use(0.01, 0.0, 0.0, at, elasticity)
        return orders.spending(100.0, share, 1.0, 0.0, 0.7, 1.5, 0.2, 1.0)[0]

    cheaper = spent(0.9 * price) - spent(price)
    assert cheaper * (elasticity - 1.0) >= -1e-12
    assert close(spent(0.9 * price) / spent(price), 0.9 ** (1.0 - elasticity))


@given(columns(6, 0, 1), columns(6, 0, 1))
def test_law_lets_through_at_least_what_it_does_not_gate(gated, clarity):
    cleared = orders.cleared_share(gated, clarity)
    assert (cleared >= 1.0 - gated - 1e-12).all()
    assert (cleared <= 1.0).all()
    assert close(orders.cleared_share(gated, np.ones(6)), 1.0)


# -- market ------------------------------------------------------------------------------------------------------------

POSITIONS = 30
CELL = np.arange(POSITIONS) % 6 * 7
FIRM = np.arange(POSITIONS) // 2


def of_cell(values: np.ndarray) -> np.ndarray:
    return np.bincount(CELL, values, CELLS)[np.unique(CELL)]


def awarded(share, cell, count, level, draws=None, turn=0.06, floor=0.06, eta=0.83, beta=0.55, orders=None):
    """Shares after an award."""
    terms = awards.AwardTerms(turn, floor, eta, beta, 4.5, 1.5)
    draws = np.zeros(len(share)) if draws is None else draws.copy()
    orders = np.full(CELLS, 1e4) if orders is None else orders
    new = share.copy()
    awards.award_shares(new, cell, count, level, draws, orders, terms)
    return new


@given(
    columns(POSITIONS, 1e-6, 1), columns(POSITIONS, 1, 100), columns(POSITIONS, -5, 5), columns(POSITIONS, -3.7, 3.7),
    numbers(0, 0.15), numbers(0.02, 1), numbers(0.3, 1), numbers(0.2, 1),
)  # fmt: skip
def test_shares_of_a_cell_sum_to_one_after_the_award(claim, count, level, draws, turn, floor, eta, beta):
    share = claim / np.bincount(CELL, claim, CELLS)[CELL]
    new = awarded(share, CELL, count, level, draws, turn, floor, eta, beta)
    assert (new >= 0.0).all()
    assert close(of_cell(new), 1.0)
    # What does not come up for award stays where it is.
    assert (new >= (1.0 - turn) * share - 1e-12).all()
    assert close(awarded(share, CELL, count, level, draws, 0.0, floor, eta, beta), share)


def test_what_those_held_who_are_gone_is_awarded_and_a_cell_of_newcomers_comes_up_as_a_whole():
    share = np.where(np.arange(POSITIONS) < 6, 0.0, 1.0 / (POSITIONS / 6))
    ones, level = np.ones(POSITIONS), np.zeros(POSITIONS)
    assert close(of_cell(awarded(share, CELL, ones, level)), 1.0)
    assert close(awarded(0.0 * share, CELL, ones, level), 6.0 / POSITIONS)


@given(columns(POSITIONS, 1e-6, 1), columns(POSITIONS, -5, 5), numbers(0.02, 1))
def test_an_award_depends_on_competitors_only_through_relative_competitiveness(claim, level, floor):
    share, ones = claim / np.bincount(CELL, claim, CELLS)[CELL], np.ones(POSITIONS)
    new, shifted = (awarded(share, CELL, ones, level + shift, floor=floor) for shift in (0.0, 3.0))
    assert close(new, shifted)


def test_a_row_that_stands_for_ten_firms_wins_what_ten_firms_win():
    share, one_cell = np.array([0.4, 0.06]), np.zeros(11, dtype=np.int64)
    # Contracts so few that luck is the same for all.
    few = np.full(CELLS, 1e-3)
    as_row = awarded(np.array([0.4, 0.6]), one_cell[:2], np.array([1.0, 10.0]), np.ones(2), orders=few)
    ten = np.concatenate([share[:1], np.full(10, share[1])])
    as_firms = awarded(ten, one_cell, np.ones(11), np.ones(11), orders=few)
    assert close(as_row[0], as_firms[0])
    assert close(as_row[1], as_firms[1:].sum())


@given(numbers(0.0, 1e4), numbers(0.5, 3))
def test_luck_has_mean_one_and_fades_with_the_number_of_contracts(contracts, dispersion):
    spread = awards.lumpiness(contracts, dispersion)
    assert awards.lumpiness(contracts + 1.0, dispersion) < spread <= awards.lumpiness(0.0, dispersion)
    # The variance of the factor itself, which is log-normal.
    assert close(np.expm1(spread**2), (1.0 + dispersion**2) / max(contracts, 0.25))


def replicated(share, cell, level, beta):
    new = share.copy()
    awards.replicate_shares(new, cell, level, beta, np.zeros((3, CELLS)))
    return new


@given(columns(POSITIONS, 1e-3, 1), columns(POSITIONS, -5, 5), numbers(0.2, 1))
def test_replicators_sum_to_one_and_follow_competitiveness(claim, level, beta):
    share = claim / np.bincount(CELL, claim, CELLS)[CELL]
    new = replicated(share, CELL, level, beta)
    assert close(of_cell(new), 1.0)
    growth = np.log((new + 1e-9) / (share + 1e-9))
    for cell in np.unique(CELL):
        best, worst = (pick(level[cell == CELL]) for pick in (np.argmax, np.argmin))
        assert growth[cell == CELL][best] >= growth[cell == CELL][worst] - 1e-4


def test_replicators_with_lasting_advantage_end_in_a_monopoly():
    share, cell, level = np.full(5, 0.2), np.zeros(5, dtype=np.int64), np.linspace(0.0, 1.0, 5)
    for _ in range(200):
        share = replicated(share, cell, level, 2.0)
    assert share.max() > 0.95


def served(demand, room, leak):
    """Sales by position, imports by cell and orders of each firm that nobody serves."""
    books = market.Books(*np.zeros((len(market.Books._fields), len(room))))
    cells = market.Cells(*np.zeros((len(market.Cells._fields), CELLS)))
    books.demand[:] = np.bincount(FIRM, demand, len(room))
    sales = np.empty(len(demand))
    market.serve(demand, FIRM, CELL, room, np.ones(len(room)), leak, books, cells, sales)
    assert close(books.sales, np.bincount(FIRM, sales, len(room)))
    assert close(cells.sales, np.bincount(CELL, sales, CELLS))
    return sales, cells.imports, books.unserved


@given(columns(POSITIONS, 0, 1e4), columns(15, 0, 1e4), numbers(0, 1))
def test_nobody_serves_more_than_capacity_and_no_order_is_lost(demand, room, leak):
    sales, imports, unserved = served(demand, room, leak)
    sold = np.bincount(FIRM, sales, 15)
    assert (sold <= room * (1.0 + 1e-9) + 1e-9).all()
    assert (sales >= 0.0).all() and (imports >= 0.0).all() and (unserved >= 0.0).all()
    assert close(sales.sum() + imports.sum() + unserved.sum(), demand.sum(), 1e-7)
    # Where nothing waits, what a cell does not sell it imports.
    sales, imports, unserved = served(demand, room, 1.0)
    assert close(of_cell(sales) + imports[np.unique(CELL)], of_cell(demand), 1e-7)
    assert unserved.sum() < 1e-6


@given(columns(POSITIONS, 0.1, 1e3))
def test_with_room_for_all_everybody_serves_their_own_orders(demand):
    sales, imports, unserved = served(demand, np.full(15, 1e9), 0.3)
    assert close(sales, demand)
    assert imports.sum() + unserved.sum() < 1e-6


@given(numbers(0.05, 0.9), numbers(-0.2, 0.1), numbers(0, 1e6))
def test_margins_stay_margins_and_grow_with_size(base, incumbent, revenue):
    margin = market.gross_margin(base, incumbent, revenue, 0.02)
    assert 0.02 <= margin <= 0.9
    assert market.gross_margin(base, incumbent, 10.0 * revenue + 1.0, 0.02) >= margin
