"""The economics of each rule as a pure function: bounds, signs, homogeneity, conservation."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as some
from hypothesis.extra.numpy import arrays

from simulation.inputs.dimensions import index, size
from simulation.model.rules import (
    accounts,
    adoption,
    compute,
    deals,
    education_and_migration,
    evaluation,
    exit_and_entry,
    finance,
    labour,
    market,
    modifiers,
    observe,
    policy,
    public_money,
    related,
    research,
    world,
)
from simulation.model.state import ABROAD_BUYER, CELLS, CORE_BUYER

PRODUCTS = size("product")


def given(*strategies: some.SearchStrategy) -> Callable:
    """Sixty examples, the same in every run."""
    repeatable = hypothesis.settings(max_examples=60, deadline=None, derandomize=True)
    return lambda test: repeatable(hypothesis.given(*strategies)(test))


def numbers(low: float, high: float) -> some.SearchStrategy[float]:
    return some.floats(low, high, allow_nan=False)


def columns(length: int, low: float, high: float) -> some.SearchStrategy[np.ndarray]:
    return arrays(np.float64, length, elements=numbers(low, high))


def close(value: object, expected: object, relative: float = 1e-9) -> bool:
    return np.allclose(value, expected, rtol=relative, atol=1e-12)


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


@given(columns(4, 0, 0.1), numbers(0, 4), numbers(0, 1), columns(4, 0.1, 3))
def test_return_rises_with_friction_abroad_and_with_the_offer_at_home(base, multiplier, friction, offer):
    hazard = education_and_migration.return_hazard(base, multiplier, friction, offer)
    assert (hazard >= education_and_migration.return_hazard(base, multiplier, 0.0, offer)).all()
    assert close(education_and_migration.return_hazard(base, 2 * multiplier, friction, offer), 2 * hazard)
    assert close(education_and_migration.return_hazard(base, 1.0, 0.0, np.ones(4)), base)


@given(columns(6, 0, 1e5), columns(6, 0, 1e5), numbers(0, 1.5), numbers(0.4, 0.7), numbers(0.1, 10))
def test_matches_never_exceed_either_side_and_have_constant_returns(seekers, vacancies, efficiency, elasticity, factor):
    made = labour.matches(seekers, vacancies, efficiency, elasticity)
    assert (made <= np.minimum(seekers, vacancies)).all()
    assert (made >= 0.0).all()
    assert close(labour.matches(factor * seekers, factor * vacancies, efficiency, elasticity), factor * made)
    assert (labour.matches(seekers, vacancies + 1.0, efficiency, elasticity) >= made * (1.0 - 1e-12)).all()


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


@given(arrays(np.bool_, ADOPTERS), columns(ADOPTERS, 0.01, 10))
def test_peers_are_a_share_and_do_not_depend_on_the_scale(adopted, weight):
    peers = adoption.peer_share(adopted * 1.0, weight, REGIONS, SECTORS, 50.0)
    assert (peers >= -1e-12).all()
    assert (peers <= 1.0 + 1e-12).all()
    # Every adopter drawn as two halves: the same economy in twice as many rows.
    halves = adoption.peer_share(
        np.tile(adopted * 1.0, 2), np.tile(weight / 2.0, 2), np.tile(REGIONS, 2), np.tile(SECTORS, 2), 50.0
    )
    assert close(halves[:ADOPTERS], peers)
    everybody = adoption.peer_share(np.ones(ADOPTERS), weight, REGIONS, SECTORS, 50.0)
    assert close(everybody, 1.0)


@given(arrays(np.bool_, ADOPTERS), columns(ADOPTERS, 0.01, 10))
def test_peers_lie_between_those_of_the_cell_and_of_the_sector(adopted, weight):
    cell, sector = (adoption.peer_share(adopted * 1.0, weight, REGIONS, SECTORS, prior) for prior in (1e-9, 1e12))
    between = adoption.peer_share(adopted * 1.0, weight, REGIONS, SECTORS, 50.0)
    assert (between >= np.minimum(cell, sector) - 1e-6).all()
    assert (between <= np.maximum(cell, sector) + 1e-6).all()


@given(columns(5, -100, 100))
def test_the_response_to_benefit_is_a_rising_share(benefit):
    response = adoption.logistic(benefit)
    assert ((response > 0.0) & (response < 1.0 + 1e-12)).all()
    assert (adoption.logistic(benefit + 1.0) >= response).all()
    assert close(adoption.logistic(np.zeros(1)), 0.5)


@given(
    columns(5, 0, 1e5), numbers(0, 0.03), columns(5, 0.01, 3), numbers(0.8, 1.6), columns(5, 0, 1), columns(5, 0, 1),
    columns(5, 0.005, 0.2),
)  # fmt: skip
def test_spending_stays_below_its_cap_and_its_parts(value, share, price, elasticity, depth, new, cap):
    total, one_off = adoption.spending(value, np.full(5, share), price, elasticity, depth, new, 0.7, 1.5, 0.2, cap)
    assert (total <= cap * value / 4.0 * (1.0 + 1e-9)).all()
    assert ((one_off >= 0.0) & (one_off <= total * (1.0 + 1e-12))).all()


@given(numbers(0.05, 2), numbers(0.8, 1.6))
def test_the_price_elasticity_decides_whether_a_lower_price_raises_nominal_spending(price, elasticity):
    def spent(at: float) -> float:
        full = (np.array([100.0]), np.array([0.01]), np.array([at]), elasticity, np.ones(1), np.zeros(1))
        return float(adoption.spending(*full, 0.7, 1.5, 0.2, np.ones(1))[0][0])

    cheaper = spent(0.9 * price) - spent(price)
    assert cheaper * (elasticity - 1.0) >= -1e-12
    assert close(spent(0.9 * price) / spent(price), 0.9 ** (1.0 - elasticity))


@given(columns(6, 0, 1), columns(6, 0, 1))
def test_law_lets_through_at_least_what_it_does_not_gate(gated, clarity):
    cleared = adoption.cleared_share(gated, clarity)
    assert (cleared >= 1.0 - gated - 1e-12).all()
    assert (cleared <= 1.0).all()
    assert close(adoption.cleared_share(gated, np.ones(6)), 1.0)


# -- market ------------------------------------------------------------------------------------------------------------

POSITIONS = 30
CELL = np.arange(POSITIONS) % 6 * 7
FIRM = np.arange(POSITIONS) // 2


def of_cell(values: np.ndarray) -> np.ndarray:
    return np.bincount(CELL, values, CELLS)[np.unique(CELL)]


@given(
    columns(POSITIONS, 1e-6, 1), columns(POSITIONS, 1, 100), columns(POSITIONS, -5, 5), columns(POSITIONS, 0.01, 10),
    numbers(0, 0.15), numbers(0.02, 1), numbers(0.3, 1), numbers(0.2, 1),
)  # fmt: skip
def test_shares_of_a_cell_sum_to_one_after_the_award(claim, weight, level, lumpiness, turn, floor, eta, beta):
    share = claim / np.bincount(CELL, claim, CELLS)[CELL]
    up = np.full(CELLS, turn)
    new = market.award_shares(share, CELL, weight, level, lumpiness, up, floor, eta, beta)
    assert (new >= 0.0).all()
    assert close(of_cell(new), 1.0)
    # What does not come up for award stays where it is.
    assert (new >= (1.0 - turn) * share - 1e-12).all()
    nothing_up = market.award_shares(share, CELL, weight, level, lumpiness, 0.0 * up, floor, eta, beta)
    assert close(nothing_up, share)


@given(columns(POSITIONS, 1e-6, 1), columns(POSITIONS, -5, 5), numbers(0.02, 1))
def test_an_award_depends_on_competitors_only_through_relative_competitiveness(claim, level, floor):
    share = claim / np.bincount(CELL, claim, CELLS)[CELL]
    up, ones = np.full(CELLS, 0.06), np.ones(POSITIONS)
    new = market.award_shares(share, CELL, ones, level, ones, up, floor, 0.6, 0.5)
    shifted = market.award_shares(share, CELL, ones, level + 3.0, ones, up, floor, 0.6, 0.5)
    assert close(new, shifted)


def test_a_row_that_stands_for_ten_firms_wins_what_ten_firms_win():
    share = np.array([0.4, 0.06])
    cell = np.zeros(2, dtype=np.int64)
    up, ones = np.full(CELLS, 0.06), np.ones(2)
    as_row = market.award_shares(np.array([0.4, 0.6]), cell, np.array([1.0, 10.0]), ones, ones, up, 0.3, 0.6, 0.5)
    ten = np.concatenate([share[:1], np.full(10, share[1])])
    as_firms = market.award_shares(
        ten, np.zeros(11, dtype=np.int64), np.ones(11), np.ones(11), np.ones(11), up, 0.3, 0.6, 0.5
    )
    assert close(as_row[0], as_firms[0])
    assert close(as_row[1], as_firms[1:].sum())


@given(columns(POSITIONS, 1e-3, 1), columns(POSITIONS, -5, 5), numbers(0.2, 1))
def test_replicators_sum_to_one_and_follow_competitiveness(claim, level, beta):
    share = claim / np.bincount(CELL, claim, CELLS)[CELL]
    new = market.replicate_shares(share, CELL, level, beta)
    assert close(of_cell(new), 1.0)
    growth = np.log((new + 1e-9) / (share + 1e-9))
    for cell in np.unique(CELL):
        best, worst = (pick(level[cell == CELL]) for pick in (np.argmax, np.argmin))
        assert growth[cell == CELL][best] >= growth[cell == CELL][worst] - 1e-6


def test_replicators_with_lasting_advantage_end_in_a_monopoly():
    share, cell, level = np.full(5, 0.2), np.zeros(5, dtype=np.int64), np.linspace(0.0, 1.0, 5)
    for _ in range(200):
        share = market.replicate_shares(share, cell, level, 2.0)
    assert share.max() > 0.95


@given(columns(POSITIONS, 0, 1e4), columns(15, 0, 1e4), numbers(0, 1))
def test_nobody_serves_more_than_capacity_and_no_order_is_lost(demand, room, leak):
    sales, imports, unserved = market.serve(demand, room, CELL, FIRM, leak)
    sold = np.bincount(FIRM, sales, 15)
    assert (sold <= room * (1.0 + 1e-9) + 1e-9).all()
    assert (sales >= 0.0).all() and (imports >= 0.0).all() and (unserved >= 0.0).all()
    total = of_cell(sales) + imports[np.unique(CELL)] + of_cell(unserved)
    assert close(total, of_cell(demand), 1e-7)


@given(columns(POSITIONS, 0.1, 1e3))
def test_with_room_for_all_everybody_serves_their_own_orders(demand):
    sales, imports, unserved = market.serve(demand, np.full(15, 1e9), CELL, FIRM, 0.3)
    assert close(sales, demand)
    assert imports.sum() + unserved.sum() < 1e-6


@given(columns(5, 0.05, 0.9), arrays(np.int64, 5, elements=some.integers(0, 1)), columns(5, 0, 1e6))
def test_margins_stay_margins_and_grow_with_size(base, kind, revenue):
    margin = market.gross_margin(base, kind, revenue, 0.02, -0.03)
    assert ((margin >= 0.02) & (margin <= 0.9)).all()
    assert (market.gross_margin(base, kind, 10.0 * revenue + 1.0, 0.02, -0.03) >= margin).all()


# -- research ----------------------------------------------------------------------------------------------------------


@given(numbers(0.05, 0.35), numbers(0, 1.5))
def test_a_deduction_makes_research_cheaper_the_more_so_the_higher_the_tax(tax, deduction):
    cost = research.user_cost(tax, deduction)
    assert cost <= 1.0 + 1e-12
    assert research.user_cost(tax, deduction + 0.1) < cost
    assert close(research.user_cost(tax, 0.0), 1.0)
    assert research.user_cost(tax + 0.05, deduction) <= cost + 1e-12


@given(
    columns(4, 1e-3, 1e4), columns(4, 1e-3, 1e4), columns(4, 1e-3, 1e4), columns(3, 0.1, 0.8), numbers(0.3, 1.2),
    numbers(0.1, 10),
)  # fmt: skip
def test_the_composite_lies_between_its_inputs_and_has_constant_returns(staff, power, data, shares, sigma, factor):
    shares = shares / shares.sum()
    made = research.ces(staff, power, data, shares, sigma)
    inputs = np.stack([staff, power, data])
    assert (made >= inputs.min(axis=0) * (1.0 - 1e-6)).all()
    assert (made <= inputs.max(axis=0) * (1.0 + 1e-6)).all()
    assert close(research.ces(factor * staff, factor * power, factor * data, shares, sigma), factor * made, 1e-6)
    assert (research.ces(2.0 * staff, power, data, shares, sigma) >= made * (1.0 - 1e-9)).all()


def test_the_scarcest_input_binds_when_substitution_is_low():
    shares = np.array([0.5, 0.3, 0.2])
    plenty, scarce = np.array([1e4]), np.array([1.0])
    made = research.ces(plenty, scarce, plenty, shares, 0.3)
    assert made[0] < 2.0
    assert research.ces(2.0 * plenty, scarce, plenty, shares, 0.3)[0] < 1.01 * made[0]
    assert close(research.ces(plenty, scarce, plenty, shares, 1.0), np.exp(0.7 * np.log(1e4)), 1e-6)


@given(columns(4, -3, 3), columns(4, 0, 1e4), columns(4, 1e-3, 1e4), numbers(0.5, 0.7), columns(4, 0, 2))
def test_knowledge_needs_money_and_has_decreasing_returns_to_it(efficiency, budget, composite, alpha, spill):
    new = research.new_knowledge(efficiency, budget, composite, alpha, spill)
    assert (new >= 0.0).all()
    assert close(research.new_knowledge(efficiency, 0.0 * budget, composite, alpha, spill), 0.0)
    assert close(research.new_knowledge(efficiency, 2.0 * budget, composite, alpha, spill), 2.0**alpha * new)
    assert close(research.new_knowledge(efficiency, 2.0 * budget, 2.0 * composite, alpha, spill), 2.0 * new)
    assert (research.new_knowledge(efficiency, budget, composite, alpha, spill + 0.1) >= new).all()


@given(columns(4, -5, 5), columns(4, -5, 5))
def test_what_is_left_to_improve_shrinks_to_nothing_at_the_reach(level, reach):
    room = research.headroom(level, reach)
    assert ((room >= 0.0) & (room < 1.0)).all()
    assert (room[level >= reach] == 0.0).all()
    assert (research.headroom(level + 0.1, reach) <= room).all()


def test_the_best_level_of_a_field_is_that_of_large_firms_that_work_on_it():
    technology = np.array([[0.5, 0.5, 0.0], [0.0, 0.2, 0.8]])
    revenue = np.array([100.0, 1.0, 50.0, 1e6])
    firms = SimpleNamespace(
        product=np.array([0, 0, 1, 1]), weight=np.ones(4), alive=np.array([True, True, True, False]),
        capability=np.array([[1.0, 1.0, 9.0], [5.0, 5.0, 9.0], [9.0, 0.5, 2.0], [9.0, 9.0, 9.0]]),
        revenue_year=lambda: revenue,
    )  # fmt: skip
    # The dead count for nothing, nor do those who do not use the field; the small firm ahead has too little revenue.
    assert research.upper_levels(firms, technology).tolist() == [1.0, 1.0, 2.0]


# -- compute -----------------------------------------------------------------------------------------------------------


@given(numbers(0.25, 1), numbers(0.05, 0.4), numbers(0, 1.5), numbers(0, 1))
def test_substitution_raises_the_domestic_share_and_never_beyond_one(share, speed, pressure, level):
    step = compute.substitution_step(share, speed, pressure, level)
    assert 0.0 <= step <= 1.0 - share
    assert compute.substitution_step(share, speed, 0.0, level) == 0.0


@given(numbers(1e-6, 1e6), numbers(1e-6, 1e6), numbers(0.1, 10))
def test_utilisation_is_a_share_that_depends_on_demand_against_capacity_only(demand, capacity, factor):
    use = compute.utilisation(demand, capacity)
    assert 0.0 <= use <= 1.0
    assert close(compute.utilisation(factor * demand, factor * capacity), use)
    assert compute.utilisation(demand, 2.0 * capacity) <= use


# -- money -------------------------------------------------------------------------------------------------------------


@given(numbers(0.05, 0.4), columns(4, 0, 1))
def test_uses_of_public_money_share_the_whole(basic, balance):
    balance[index("public_use", "application")] += 0.01
    shares = public_money.portfolio(basic, balance)
    assert close(shares.sum(), 1.0)
    assert (shares >= 0.0).all()
    assert shares[index("public_use", "basic")] == basic


@pytest.mark.parametrize(("quarter", "year"), [(0, 0), (19, 0), (20, 1), (39, 1), (40, 2), (59, 2), (75, 2)])
def test_the_next_target_is_the_one_of_the_period(quarter, year):
    targets = np.array([150.0, 400.0, 1000.0])
    assert public_money.national_target(targets, quarter)[1] == targets[year]


@given(numbers(100, 1200), numbers(0, 0.4), numbers(0, 4), numbers(0, 5000), numbers(0, 1))
def test_provinces_race_upwards_only(national, share, multiplier, peers, imitation):
    own = public_money.local_target(national, share, multiplier, 0.0, imitation)
    assert close(own, national * share * multiplier)
    assert public_money.local_target(national, share, multiplier, peers, imitation) >= own * (1.0 - 1e-12)
    assert close(public_money.local_target(national, share, multiplier, peers, 0.0), own)


@given(numbers(0, 500), numbers(0, 0.2), numbers(0, 1e4))
def test_local_money_follows_the_target_within_fiscal_space(target, per_target, space):
    money = public_money.programme_money(target, per_target, space)
    assert 0.0 <= money <= space
    assert money <= 250.0 * target * per_target * (1.0 + 1e-12)


@given(numbers(-2, 14), numbers(2, 5), numbers(-0.1, 0.3), columns(6, 0, 3), columns(6, -1, 1.6))
def test_desired_venture_money_is_linear_in_what_drives_it(years, constant, trend, weights, drivers):
    flow = finance.desired_flow(years, constant, trend, weights, drivers)
    assert close(finance.desired_flow(years + 1.0, constant, trend, weights, drivers) - flow, trend, 1e-6)
    for place in range(6):
        better = drivers.copy()
        better[place] += 0.5
        gain = finance.desired_flow(years, constant, trend, weights, better) - flow
        assert abs(gain - 0.5 * weights[place]) < 1e-9


@given(numbers(2, 6), numbers(2, 6), numbers(0.5, 1.5), numbers(0, 1.2))
def test_a_flow_at_rest_stays_and_one_below_what_is_desired_rises(flow, desired, speed, momentum):
    assert finance.flow_step(flow, flow, flow, speed, momentum) == 0.0
    assert finance.flow_step(flow, desired, flow, speed, momentum) * (desired - flow) >= 0.0
    # Momentum carries on what the last year did.
    assert finance.flow_step(flow, flow, flow - 0.5, speed, momentum) >= 0.0


def test_the_venture_cycle_overshoots_but_settles():
    history = [3.0] * 5
    for _ in range(400):
        history.append(history[-1] + finance.flow_step(history[-1], 4.0, history[-5], 0.9, 0.75))
    assert max(history) > 4.05
    assert abs(history[-1] - 4.0) < 1e-6


@given(columns(25, -5, 5), columns(25, 0.1, 100), numbers(0, 1500))
def test_the_best_are_served_and_the_budget_holds(score, cost, budget):
    served = deals.ranked_within_budget(score, cost, budget)
    assert cost[served].sum() <= budget * (1.0 + 1e-9) + 1e-9
    if served.any() and not served.all():
        assert score[served].min() >= score[~served].max()
    assert deals.ranked_within_budget(score, cost, 1e9).all()
    assert not deals.ranked_within_budget(score, cost, 0.0).any()


@given(columns(CELLS, 0, 1e4), numbers(0, 1e5))
def test_every_order_is_paid_in_full_by_those_who_buy(orders, platform):
    shares = accounts.payer_shares(orders, platform)
    assert close(shares.sum(axis=0), 1.0)
    assert ((shares >= 0.0) & (shares <= 1.0)).all()


def test_who_pays_is_who_buys():
    shares = accounts.payer_shares(np.ones(CELLS), 0.0)
    payer = {
        "home": "households", "government": "central_government", "city": "local_government",
        "finance": "adopters", "information": "adopters",
    }  # fmt: skip
    for sector, name in payer.items():
        cells = index("sector", sector) * PRODUCTS + np.arange(PRODUCTS)
        assert (shares[accounts.PAYERS.index(name), cells] == 1.0).all()
    for buyer, name in ((CORE_BUYER, "firms"), (ABROAD_BUYER, "rest_world")):
        assert (shares[accounts.PAYERS.index(name), buyer * PRODUCTS + np.arange(PRODUCTS)] == 1.0).all()


@given(columns(6, -1e4, 1e4), columns(6, 0, 1e4), columns(6, 0.05, 0.35), numbers(0, 1.5))
def test_tax_is_never_negative_and_falls_with_research(profit, spent, rate, deduction):
    tax = accounts.profit_tax(profit, spent, rate, deduction)
    assert (tax >= 0.0).all()
    assert (tax[profit <= 0.0] == 0.0).all()
    assert (tax <= rate * np.maximum(profit, 0.0) + 1e-9).all()
    assert (accounts.profit_tax(profit, spent + 1.0, rate, deduction) <= tax).all()


# -- entry and exit, government, measures ------------------------------------------------------------------------------


@given(numbers(0.04, 0.17), numbers(3, 7), numbers(0, 0.5), numbers(0, 1e5))
def test_exit_peaks_at_its_age_and_falls_with_size(base, peak, elasticity, revenue):
    ages, no = np.linspace(0.25, 40.0, 160), np.zeros(160, dtype=bool)
    hazard = exit_and_entry.exit_hazard(ages, np.full(160, revenue), base, peak, elasticity, no)
    assert (hazard > 0.0).all()
    assert abs(ages[np.argmax(hazard)] - peak) <= 0.3
    larger = exit_and_entry.exit_hazard(ages, np.full(160, revenue + 100.0), base, peak, elasticity, no)
    assert (larger <= hazard + 1e-15).all()
    assert close(exit_and_entry.exit_hazard(ages, np.full(160, revenue), base, peak, elasticity, ~no), 3.0 * hazard)


@given(numbers(10, 5000), numbers(100, 1200), numbers(0, 1), numbers(0.05, 0.3), numbers(0, 1), numbers(0, 1))
def test_a_review_orders_more_when_short_of_the_target_within_its_cap(projection, target, gain, band, overshoot, cap):
    order = evaluation.adjustment_order(projection, target, gain, band, overshoot, cap)
    gap = np.log(target / projection)
    assert abs(order) <= cap
    assert order * gap >= 0.0
    if abs(gap) <= band:
        assert order == 0.0
    assert evaluation.adjustment_order(projection, target, 0.0, band, overshoot, cap) == 0.0
    short = evaluation.adjustment_order(target / 1.5, target, gain, band, overshoot, cap)
    ahead = evaluation.adjustment_order(target * 1.5, target, gain, band, overshoot, cap)
    assert -ahead <= short + 1e-12


@given(columns(3, 0, 0.9), numbers(0.2, 0.7), numbers(0.5, 1), columns(3, 0.2, 2))
def test_the_share_of_products_that_carry_ai_grows_towards_its_ceiling(share, speed, ceiling, quality):
    share = np.minimum(share, ceiling)
    new = related.carrying_share(share, speed, ceiling, quality)
    assert (new >= share).all()
    assert (new <= ceiling * (1.0 + 1e-12)).all()


@given(columns(30, 0, 1e4), columns(30, 1, 50), numbers(1, 400))
def test_concentration_is_a_share_and_grows_with_the_number_of_firms(revenue, weight, firms):
    share = observe.top_share(revenue, weight, firms)
    assert 0.0 <= share <= 1.0 + 1e-12
    assert observe.top_share(revenue, weight, firms + 1.0) >= share - 1e-12
    if revenue.sum() > 0.0:
        assert close(observe.top_share(revenue, weight, 1e9), 1.0)


@given(columns(12, 1, 1e4), some.integers(1, 60))
def test_concentration_is_the_same_whether_firms_are_rows_or_weights(revenue, firms):
    weight = np.full(12, 5.0)
    rows = np.repeat(revenue, 5)
    assert close(observe.top_share(revenue, weight, firms), observe.top_share(rows, np.ones(60), firms))
