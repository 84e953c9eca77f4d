"""Economics of the rules of research, compute, money, government and measures: bounds, signs, conservation."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.inputs.dimensions import index, size
from simulation.model.rules import (
    accounts,
    capability,
    compute,
    evaluation,
    finance,
    public_money,
    related,
    research,
    theory,
    tickets,
)
from simulation.model.state import ABROAD_BUYER, CELLS, CORE_BUYER
from tests.model.properties import close, columns, given, numbers

PRODUCTS = size("product")

# -- research ----------------------------------------------------------------------------------------------------------


@given(numbers(0.05, 0.35), numbers(0, 1.5))
def test_a_deduction_makes_research_cheaper_the_more_so_the_higher_the_tax(tax, deduction):
    cost = research.user_cost(tax, deduction)
    assert cost <= 1.0 + 1e-12
    assert research.user_cost(tax, deduction + 0.1) < cost
    assert close(research.user_cost(tax, 0.0), 1.0)
    assert research.user_cost(tax + 0.05, deduction) <= cost + 1e-12


@given(
    numbers(1e-3, 1e4), numbers(1e-3, 1e4), numbers(1e-3, 1e4), columns(3, 0.1, 0.8), numbers(0.3, 1.2),
    numbers(0.1, 10),
)  # fmt: skip
def test_the_composite_lies_between_its_inputs_and_has_constant_returns(staff, power, data, shares, sigma, factor):
    shares = shares / shares.sum()
    made = research.ces(staff, power, data, shares, sigma)
    assert min(staff, power, data) * (1.0 - 1e-6) <= made <= max(staff, power, data) * (1.0 + 1e-6)
    assert close(research.ces(factor * staff, factor * power, factor * data, shares, sigma), factor * made, 1e-6)
    assert research.ces(2.0 * staff, power, data, shares, sigma) >= made * (1.0 - 1e-9)


def test_the_scarcest_input_binds_when_substitution_is_low():
    shares = np.array([0.5, 0.3, 0.2])
    plenty, scarce = 1e4, 1.0
    made = research.ces(plenty, scarce, plenty, shares, 0.3)
    assert made < 2.0
    assert research.ces(2.0 * plenty, scarce, plenty, shares, 0.3) < 1.01 * made
    assert close(research.ces(plenty, scarce, plenty, shares, 1.0), np.exp(0.7 * np.log(1e4)), 1e-6)


@given(numbers(-3, 3), numbers(0, 1e4), numbers(1e-3, 1e4), numbers(0.5, 0.7), numbers(0, 2))
def test_knowledge_needs_money_and_has_decreasing_returns_to_it(efficiency, budget, composite, alpha, spill):
    new = research.new_knowledge(efficiency, budget, composite, alpha, spill)
    assert new >= 0.0
    assert close(research.new_knowledge(efficiency, 0.0 * budget, composite, alpha, spill), 0.0)
    assert close(research.new_knowledge(efficiency, 2.0 * budget, composite, alpha, spill), 2.0**alpha * new)
    assert close(research.new_knowledge(efficiency, 2.0 * budget, 2.0 * composite, alpha, spill), 2.0 * new)
    assert research.new_knowledge(efficiency, budget, composite, alpha, spill + 0.1) >= new


@given(numbers(0, 0.5), numbers(0, 1e3), numbers(0.5, 2), numbers(0, 1e3), numbers(1, 10), numbers(-2e3, 1e3))
def test_a_budget_rises_with_all_it_rests_on_and_is_never_negative(intensity, revenue, response, cash, years, induced):
    budget = research.research_budget(intensity, revenue, response, cash, years, induced)
    assert budget >= max(induced, 0.0)
    assert research.research_budget(intensity, revenue, response, cash + 1.0, years, induced) >= budget
    assert research.research_budget(intensity, revenue, response + 0.1, cash, years, induced) >= budget
    assert research.research_budget(intensity, 0.0, response, 0.0, years, induced) == max(induced, 0.0)


@given(numbers(0, 4), numbers(0, 1e4))
def test_an_improvement_is_more_likely_the_more_is_found_out(rate, knowledge):
    chance = capability.improvement_chance(rate, knowledge)
    assert 0.0 <= chance <= 1.0
    assert capability.improvement_chance(rate, 2.0 * knowledge) >= chance
    assert capability.improvement_chance(rate, 0.0) == 0.0


@given(numbers(-5, 5), numbers(-5, 5))
def test_what_is_left_to_improve_shrinks_to_nothing_at_the_reach(level, reach):
    room = capability.headroom(level, reach)
    assert 0.0 <= room < 1.0
    assert level < reach or room == 0.0
    assert capability.headroom(level + 0.1, reach) <= room


@given(numbers(0, 1e5), numbers(1, 1e4), numbers(0, 0.5))
def test_own_knowledge_decides_how_fast_a_firm_learns(knowledge, half, floor):
    speed = capability.absorption(knowledge, half, floor)
    assert floor <= speed <= floor + 1.0
    assert capability.absorption(2.0 * knowledge, half, floor) >= speed
    assert capability.absorption(knowledge, 2.0 * half, floor) <= speed
    assert close(capability.absorption(half, half, floor), floor + 0.5)


def best_levels(firms: theory.Levelled, technology: np.ndarray, guess: float) -> list[float]:
    """Best level of each field, searched for from a guess."""
    levels = np.full(technology.shape[1], guess)
    theory.upper_levels(firms, technology, 0.9, np.empty((3, len(firms.alive))), levels)
    return levels.tolist()


def test_the_best_level_of_a_field_is_that_of_large_firms_that_work_on_it():
    technology = np.array([[0.5, 0.5, 0.0], [0.0, 0.2, 0.8]])
    firms = theory.Levelled(
        alive=np.array([True, True, True, False]), weight=np.ones(4), product=np.array([0, 0, 1, 1]),
        revenue_quarters=np.outer([100.0, 1.0, 50.0, 1e6], np.full(4, 0.25)),
        capability=np.array([[1.0, 1.0, 9.0], [5.0, 5.0, 9.0], [9.0, 0.5, 2.0], [9.0, 9.0, 9.0]]),
    )  # fmt: skip
    # The dead count for nothing, nor do those who do not use the field; the small firm ahead has too little revenue.
    for guess in (-1.0, 1.0, 1.5, 5.0, 20.0):
        assert best_levels(firms, technology, guess) == [1.0, 1.0, 2.0]
    assert best_levels(firms, np.column_stack([technology, np.zeros(2)]), 7.0)[3] == 0.0


@given(columns(40, -2, 2), columns(40, 0, 100), numbers(-3, 3))
def test_the_best_level_is_the_weighted_upper_decile_wherever_the_search_begins(level, revenue, guess):
    firms = theory.Levelled(
        alive=np.ones(40, dtype=bool), weight=np.ones(40), product=np.zeros(40, dtype=np.int64),
        revenue_quarters=np.outer(revenue, np.full(4, 0.25)), capability=level[:, None].copy(),
    )  # fmt: skip
    best = best_levels(firms, np.ones((1, 1)), guess)[0]
    weight = revenue + 1e-6
    assert best in level
    assert weight[level <= best].sum() >= 0.9 * weight.sum() * (1.0 - 1e-12)
    assert weight[level < best].sum() <= 0.9 * weight.sum() * (1.0 + 1e-12)


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
    served, spent = served_within(score, cost, budget)
    assert close(cost[served].sum(), spent)
    assert spent <= budget
    if served.any() and not served.all():
        assert score[served].min() >= score[~served].max()
        # The next one is too dear; of equal scores the earlier applicant comes first.
        following = np.flatnonzero(~served)[np.argmax(score[~served])]
        assert spent + cost[following] > budget
        assert not (score[:following] == score[following])[~served[:following]].any()
    assert served_within(score, cost, 1e9)[0].all()
    assert not served_within(score, cost, 0.0)[0].any()


def served_within(score, cost, budget):
    """Which applicants are served within a budget, and what they cost."""
    queue, ranked = np.zeros((3, len(score))), np.zeros(len(score), dtype=np.int64)
    queue[tickets.SCORE], queue[tickets.COST] = score, cost
    number, spent = tickets.ranked_within_budget(queue, len(score), budget, ranked)
    best_last = ranked[len(score) - number :]
    assert (np.diff(score[best_last]) >= 0.0).all()
    return np.isin(np.arange(len(score)), best_last), spent


@given(columns(CELLS, 0, 1e4), numbers(0, 1))
def test_every_order_is_paid_in_full_by_those_who_buy(amounts, platform):
    paid = accounts.bills(amounts, platform)
    assert close(paid.sum(), amounts.sum())
    assert (paid >= 0.0).all()
    assert close(paid[accounts.PARENTS], platform * amounts[accounts.PLATFORM_CELL])


def test_who_pays_is_who_buys():
    payer = {
        "home": "households", "government": "central_government", "city": "local_government",
        "finance": "adopters", "information": "adopters",
    }  # fmt: skip
    buyers = {index("sector", sector): name for sector, name in payer.items()}
    for buyer, name in {**buyers, CORE_BUYER: "firms", ABROAD_BUYER: "rest_world"}.items():
        for cell in buyer * PRODUCTS + np.arange(PRODUCTS):
            paid = accounts.bills(1.0 * (np.arange(CELLS) == cell), 0.0)
            assert paid[accounts.PAYERS.index(name)] == paid.sum() == 1.0


@given(numbers(-1e4, 1e4), numbers(0, 1e4), numbers(0, 1.5))
def test_what_is_taxed_is_never_negative_and_falls_with_research(profit, spent, deduction):
    base = accounts.taxable(profit, spent, deduction)
    assert 0.0 <= base <= max(profit, 0.0)
    assert accounts.taxable(profit, spent + 1.0, deduction) <= base


# -- entry and exit, government, measures ------------------------------------------------------------------------------


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
