"""One change, one call: which way a quantity goes when a single parameter, lever or state of the economy differs.

Each test lives through the same quarter twice, from the same state and with the same draws, with one thing changed.
"""

from __future__ import annotations

import copy
from collections.abc import Callable

import numpy as np
import pytest

from simulation.inputs.dimensions import size
from simulation.model import Economy
from simulation.model.rules import market
from tests.model import stepping
from tests.model.drawing import effective

START = "2019Q1"
Change = Callable[[Economy], None]


@pytest.fixture(scope="module")
def start() -> Economy:
    return stepping.until(Economy(effective("plan_baseline", "2019Q4"), seed=1, scale=0.02), START)


@pytest.fixture
def after(start: Economy) -> Callable[[str, Change | None], Economy]:
    """The economy right after a call of 2019Q1, with or without a change made just before that call."""

    def live(call: str, change: Change | None = None) -> Economy:
        economy = stepping.open_quarter(copy.deepcopy(start), call)
        # Parameters are shared by copies that read the same inputs, and kernels' terms were prepared before the change.
        economy.parameters._values = dict(economy.parameters._values)
        if change is not None:
            change(economy)
        economy.parameters._prepared.clear()
        return stepping.run_call(economy, call)

    return live


def parameter(name: str, value: float) -> Change:
    """Set a parameter."""

    def change(economy: Economy) -> None:
        assert np.all(economy.parameters._values[name] != value)
        economy.parameters._values[name] = value

    return change


def lever(name: str, value: float | np.ndarray) -> Change:
    """Set what reaches its purpose of a lever."""

    def change(economy: Economy) -> None:
        assert np.all(economy.levers._effective[name] != value)
        economy.levers._effective[name] = value

    return change


def signal(economy: Economy) -> None:
    """The plan raises expectations a little more."""
    shift, current = economy.government.signal
    economy.government.signal = (shift + 0.1, current)


def living(economy: Economy, column: str) -> np.ndarray:
    return getattr(economy.firms, column)[economy.firms.alive]


def national(economy: Economy, column: str) -> float:
    return economy.firms.total(getattr(economy.firms, column))


def wanted_staff(economy: Economy) -> float:
    return economy.firms.total(economy.firms.desired.sum(axis=1))


# -- accounts ----------------------------------------------------------------------------------------------------------


def test_overheads_follow_their_ratio_to_wages(after: Callable) -> None:
    plain = after("accounts", parameter("overhead_ratio", 0.4))
    double = after("accounts", parameter("overhead_ratio", 0.8))
    assert plain.ledger.flow("overheads") == pytest.approx(0.4 * plain.ledger.flow("wages"), rel=1e-9)
    assert double.ledger.flow("overheads") == pytest.approx(2.0 * plain.ledger.flow("overheads"), rel=1e-9)
    assert national(double, "profit") < national(plain, "profit")


def test_dearer_loans_cost_more_and_a_higher_tax_takes_more(after: Callable) -> None:
    plain, dear = after("accounts"), after("accounts", parameter("loan_rate", 0.2))
    assert dear.ledger.flow("interest") > plain.ledger.flow("interest") > 0.0
    taxed = after("accounts", parameter("profit_tax_rate", 0.4))
    assert taxed.ledger.flow("taxes") > plain.ledger.flow("taxes") > 0.0
    deducted = after("accounts", lever("rd_super_deduction", 1.5))
    assert deducted.ledger.flow("taxes") < plain.ledger.flow("taxes")


def test_a_grant_pays_for_research_over_the_length_of_a_project(after: Callable) -> None:
    def give(economy: Economy) -> None:
        economy.firms.research_induced[economy.firms.rows()] += 12.0

    plain, funded = after("research", None), after("research", give)
    rows = plain.firms.rows()
    quarters = 4.0 * plain.parameters["grant_project_years"]
    rise = funded.firms.research_budget[rows] - plain.firms.research_budget[rows]
    left = funded.firms.research_induced[rows] - plain.firms.research_induced[rows]
    assert quarters > 1.0
    np.testing.assert_allclose(rise[plain.firms.research_budget[rows] > 0.0], 12.0 / quarters, rtol=1e-9)
    np.testing.assert_allclose(left, 12.0 - 12.0 / quarters, rtol=1e-9)


# -- finance -----------------------------------------------------------------------------------------------------------


def test_additional_grants_induce_more_research_than_the_grant_and_crowding_out_less(after: Callable) -> None:
    induced = {}
    for level in (-0.5, 0.0, 0.5):
        held = []

        def change(economy: Economy, level: float = level, held: list[float] = held) -> None:
            held.append(national(economy, "research_induced"))
            parameter("fiscal_additionality", level)(economy)

        economy = after("finance", change)
        induced[level] = national(economy, "research_induced") - held[0]
        paid = [economy.ledger.flow(flow, payee="firms") for flow in ("grants", "local_programmes")]
        assert min(paid) > 0.0
        assert induced[level] == pytest.approx((1.0 + level) * sum(paid), rel=1e-9)
    assert 0.0 < induced[-0.5] < induced[0.0] < induced[0.5]


def test_a_regulatory_shock_to_platforms_drives_money_away(after: Callable) -> None:
    calm, shocked = (after("finance", lever("platform_regulation_shock", level)) for level in (0.1, 0.9))
    assert shocked.venture.log_flow < calm.venture.log_flow
    assert shocked.venture.origin["corporate"] < calm.venture.origin["corporate"]


def test_an_open_exchange_and_the_plan_draw_money_and_tight_liquidity_drives_it_away(after: Callable) -> None:
    plain = after("finance").venture.log_flow
    assert after("finance", lever("ipo_window", 1.0)).venture.log_flow > plain
    assert after("finance", signal).venture.log_flow > plain

    def tight(economy: Economy) -> None:
        paths = dict(economy.parameters._paths)
        paths["liquidity_tightness"] = paths["liquidity_tightness"] + 0.5
        economy.parameters._paths = paths

    assert after("finance", tight).venture.log_flow < plain


def test_credit_reaches_more_firms_when_banks_open(after: Callable) -> None:
    shut, open_ = (after("finance", lever("bank_credit_access", level)) for level in (0.0, 0.6))
    assert open_.ledger.flow("loans") > shut.ledger.flow("loans") == 0.0
    assert national(open_, "debt") > national(shut, "debt")


# -- exit and entry ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shut", ["founding_rate", "conversion_entry_rate"])
def test_the_signal_of_the_plan_draws_founders_and_converts(after: Callable, shut: str) -> None:
    def entries(*changes: Change) -> float:
        def change(economy: Economy) -> None:
            for one in (parameter(shut, 0.0), *changes):
                one(economy)

        return float(after("exit_and_entry", change).expected_entries.sum())

    expected = entries()
    assert entries(signal) > expected > 0.0
    # With a signal in the air, those who listen to it more come in greater number.
    assert entries(parameter("founding_signal", 2.0)) > expected > entries(parameter("founding_signal", 0.0))


def test_full_niches_keep_founders_out_and_money_draws_them(after: Callable) -> None:
    def richer(economy: Economy) -> None:
        economy.venture.log_flow += 0.5

    expected = after("exit_and_entry").expected_entries.sum()
    assert after("exit_and_entry", parameter("founding_crowding", 2.0)).expected_entries.sum() < expected
    assert after("exit_and_entry", richer).expected_entries.sum() > expected


# -- labour and market -------------------------------------------------------------------------------------------------


def more_compute(economy: Economy) -> None:
    economy.firms.compute *= 1.5


def test_firms_that_reach_more_compute_need_fewer_people_for_the_same_orders(after: Callable) -> None:
    plain, reached = after("labour"), after("labour", more_compute)
    assert (living(reached, "desired") <= living(plain, "desired") * (1.0 + 1e-12)).all()
    assert wanted_staff(reached) < wanted_staff(plain)


def test_firms_that_reach_more_compute_can_make_more(after: Callable) -> None:
    plain, reached = after("market"), after("market", more_compute)
    assert (living(reached, "capacity") >= living(plain, "capacity")).all()
    assert national(reached, "capacity") > 1.01 * national(plain, "capacity")


def test_people_who_make_more_are_needed_less(after: Callable) -> None:
    plain, able = after("labour"), after("labour", parameter("productivity_growth", 0.3))
    assert wanted_staff(able) < wanted_staff(plain)


def test_better_technology_wins_awards(after: Callable) -> None:
    chosen: list[int] = []

    def better(economy: Economy) -> None:
        firms = economy.firms
        rows = np.flatnonzero(firms.alive)
        chosen.extend(rows[:: len(rows) // 20].tolist())
        firms.capability[chosen] += 1.0

    plain, able = after("market"), after("market", better)
    held = np.isin(plain.positions.firm, chosen)
    assert held.any()
    assert np.array_equal(plain.positions.firm, able.positions.firm)
    assert able.positions.share[held].sum() > 1.01 * plain.positions.share[held].sum()
    # In every cell that only some of them serve, they gain and the others lose.
    mixed = np.isin(plain.positions.cell, plain.positions.cell[held]) & np.isin(
        plain.positions.cell, plain.positions.cell[~held]
    )
    assert (able.positions.share[held & mixed] >= plain.positions.share[held & mixed]).mean() > 0.9
    assert (able.positions.share[~held & mixed] <= plain.positions.share[~held & mixed] * (1.0 + 1e-12)).all()


@pytest.mark.parametrize("column", ["efficiency", "capability", "data"])
def test_competitiveness_rises_with_what_a_firm_is_good_at(start: Economy, column: str) -> None:
    economy = copy.deepcopy(start)
    before = market.competitiveness(economy, np.zeros(economy.firms.length))
    firm = int(economy.positions.firm[0])
    getattr(economy.firms, column)[firm] += 1.0
    mine = economy.positions.firm == firm
    change = market.competitiveness(economy, np.zeros(economy.firms.length)) - before
    assert (change[mine] > 0.0).all()
    assert (change[~mine] == 0.0).all()


# -- research and compute ----------------------------------------------------------------------------------------------


def gains(economy: Economy, start: Economy) -> float:
    """Mean rise of capability of the living since the quarter began, log points."""
    return float((economy.firms.capability - start.firms.capability)[start.firms.alive].mean())


def test_the_further_the_frontier_has_moved_the_harder_it_is_to_imitate(after: Callable, start: Economy) -> None:
    def harder(economy: Economy) -> None:
        # The same distance to the frontier, and more progress behind it.
        economy.research.initial_frontier = economy.research.initial_frontier - 1.0

    assert gains(after("research", harder), start) < gains(after("research"), start)
    light, heavy = (after("research", parameter("absorption_burden", level)) for level in (0.0, 1.0))
    assert gains(heavy, start) < gains(light, start)


def test_imitation_is_faster_in_contact_with_the_frontier_and_slower_when_cut_off(
    after: Callable, start: Economy
) -> None:
    plain = gains(after("research"), start)
    assert gains(after("research", lever("international_coop", 0.15)), start) > plain
    assert gains(after("research", lever("compute_import_restriction", 1.0)), start) < plain
    assert gains(after("research", lever("tech_transfer_rate", 0.25)), start) > plain


def test_a_tax_advantage_for_research_raises_budgets_of_firms_that_pay_tax(after: Callable) -> None:
    plain, eased = after("research"), after("research", lever("rd_super_deduction", 1.5))
    assert (living(eased, "research_budget") >= living(plain, "research_budget")).all()
    assert national(eased, "research_budget") > national(plain, "research_budget")


def test_refused_chips_leave_less_compute(after: Callable) -> None:
    free, cut = (after("compute", lever("compute_import_restriction", level)) for level in (0.05, 0.9))
    assert cut.compute.capacity < free.compute.capacity
    assert cut.compute.relative_access < free.compute.relative_access
    built = after("compute", lever("public_compute_investment", 500.0))
    assert built.compute.capacity > free.compute.capacity


# -- adoption ----------------------------------------------------------------------------------------------------------


def test_support_and_law_raise_adoption_and_a_dear_basket_lowers_it(after: Callable) -> None:
    def depth(economy: Economy) -> float:
        return float(economy.adopters.depth[economy.adopters.alive].mean())

    def dearer(economy: Economy) -> None:
        economy.market.log_price = economy.market.log_price + 1.0

    plain = depth(after("adoption"))
    assert depth(after("adoption", lever("adoption_subsidy", 0.4))) > plain
    assert depth(after("adoption", lever("legal_clarity", np.full(size("segment"), 0.999)))) > plain
    assert depth(after("adoption", dearer)) < plain
