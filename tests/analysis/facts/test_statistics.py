"""Statistics take the population, the years and the definition that they say, on histories made by hand."""

import math

import numpy as np
import pytest

from simulation.analysis.facts import companies, diffusion, firms, funding, lifetimes, markets
from simulation.analysis.facts.catalogue import known
from simulation.analysis.facts.history import ADOPTER_COLUMNS, Deals, History, Lives, Panel, Returns
from simulation.inputs.dimensions import index, size
from simulation.model.state import BUYERS, INCUMBENT, START_UP

PLATFORM, ROBOTS = index("product", "platform"), index("product", "robots")


def panel(year, count, **columns):
    """A panel of firms that are all alike but for the columns given."""
    table = {
        "uid": np.arange(count, dtype=np.uint64), "weight": np.ones(count), "kind": np.full(count, START_UP),
        "product": np.full(count, PLATFORM), "specialty": np.zeros(count, dtype=int),
        "region": np.zeros(count, dtype=int), "founded": np.zeros(count, dtype=int),
        "entry_door": np.ones(count, dtype=int), "stage": np.zeros(count, dtype=int),
        "listed": np.zeros(count, dtype=bool), "recognised": np.ones(count, dtype=bool),
        "cumulative_funding": np.zeros(count), "margin": np.full(count, 0.4), "research_share": np.full(count, 0.5),
        "group_revenue": np.zeros(count), "group_research_intensity": np.zeros(count),
        "quarters": np.full((count, 4), 5.0), "profits": np.zeros((count, 4)), "research": np.zeros(count),
        "public_model_sales": np.zeros(count), "staff": np.full(count, 10.0),
    } | {name: np.asarray(values) for name, values in columns.items()}  # fmt: skip
    adopters = {name: np.zeros(4) for name in ADOPTER_COLUMNS}
    orders = np.ones((len(BUYERS), size("product")))
    return Panel(year, table, adopters, np.zeros(len(BUYERS)), orders, np.full(3, 0.3))


def made_of(panels=(), records=None, lives=None, deals=None, returns=None, years=range(2016, 2026)):
    held = {year: panel(year, 3) for year in years} | {each.year: each for each in panels}
    nothing = np.zeros(0)
    return History(
        held, lives or Lives(*[nothing] * 6), deals or Deals(*[nothing] * 5), returns or Returns(*[nothing] * 4),
        records or {}, {"productivity_lag": 3.0},
    )  # fmt: skip


def yearly(**values):
    """Records of ten years, the year's value in each quarter."""
    return {name: np.repeat(np.asarray(path, dtype=float), 4, axis=0) for name, path in values.items()}


def test_only_listed_firms_count_and_groups_count_whole():
    held = panel(
        2022, 4, listed=[True, True, True, False], group_revenue=[980.0, 0.0, 0.0, 0.0],
        group_research_intensity=[0.06, 0.0, 0.0, 0.0], research=[1.2, 2.4, 1.0, 40.0],
    )  # fmt: skip
    made = made_of([held])
    # 60 / 1000, 12 %, 5 %; the unlisted firm spends twice its revenue and is not asked.
    assert companies.listed_research_intensity(made) == pytest.approx((6.0 + 12.0 + 5.0) / 3, abs=0.05)
    assert companies.listed_research_middle(made) == pytest.approx(200 / 3)
    assert companies.listed_research_high(made) == pytest.approx(100 / 3)


def test_margins_are_those_of_all_listed_firms_together():
    held = panel(
        2022, 3, listed=[True, True, False], profits=[[1.0] * 4, [-0.5] * 4, [9.0] * 4], quarters=[[20.0] * 4] * 3,
        margin=[0.3, 0.4, 0.9],
    )  # fmt: skip
    assert companies.listed_net_margin(made_of([held])) == pytest.approx(100 * (4.0 - 2.0) / 160.0)
    assert companies.listed_gross_margin(made_of([held])) == pytest.approx(35.0)


def test_laboratories_are_young_well_funded_and_founded_for_models():
    held = panel(
        2024, 6, founded=[16, 16, -20, 16, 16, 16], cumulative_funding=[900.0, 800.0, 9e3, 9e3, 1.0, 700.0],
        product=[PLATFORM, PLATFORM, PLATFORM, ROBOTS, PLATFORM, PLATFORM], entry_door=[1, 2, 1, 1, 1, 3],
        research=[80.0, 160.0, 1.0, 1.0, 80.0, 1.0],
    )  # fmt: skip
    assert companies.lab_research(made_of([held])) == pytest.approx(400.0)  # 80, 160, 80 over 20


def test_growth_of_listed_firms_compares_the_same_half_years():
    before = panel(2023, 4, listed=[True, True, True, False], quarters=[[1.0, 1.0, 9.0, 9.0]] * 4)
    after = panel(
        2024, 4, listed=[True] * 4, quarters=[[2.0, 2.0, 0, 0], [1.05, 1.05, 0, 0], [0.5, 0.5, 9, 9], [9, 9, 9, 9]]
    )
    made = made_of([before, after])
    assert firms.listed_growing(made) == pytest.approx(200 / 3)
    assert firms.listed_growing_fast(made) == pytest.approx(100 / 3)


def test_funding_counts_funded_firms_on_lists():
    held = panel(2020, 5, cumulative_funding=[50.0, 99.0, 500.0, 0.0, 9.0], recognised=[True, True, True, True, False])
    assert firms.funding_below_100m(made_of([held])) == pytest.approx(200 / 3)
    spread = np.log([50.0, 99.0, 500.0]).std()
    assert firms.funding_dispersion(made_of([held])) == pytest.approx(spread)


def test_firms_that_shrink_below_scale_have_left_the_database():
    makers = {"product": np.full(4, ROBOTS)}
    panels = [panel(year, 4, **makers) for year in range(2016, 2023)]
    last = panel(2023, 3, uid=np.arange(3, dtype=np.uint64), product=np.full(3, ROBOTS),
                 quarters=[[5.0] * 4, [5.0] * 4, [1.0] * 4])  # fmt: skip
    # Nobody leaves in six years; in the seventh one firm is gone and another has shrunk.
    assert lifetimes.exit_above_scale(made_of([*panels, last])) == pytest.approx(50.0 / 7)


def test_the_worst_year_of_life_and_the_median():
    count = 4_000
    draws = np.random.default_rng(3)
    life = np.ceil(4 * draws.exponential(6.0, count)).astype(int)
    entered = draws.integers(0, 20, count)
    left = np.where(entered + life < 40, entered + life, -1)
    lives = Lives(np.arange(count), np.ones(count), np.full(count, START_UP), entered, entered, left)
    assert lifetimes.median_lifetime(made_of(lives=lives)) == pytest.approx(6.0 * math.log(2), abs=0.4)
    # A wave of failures in the fifth year of life, and incumbents that never count.
    wave = np.where((life > 18) & (entered < 20) & (np.arange(count) % 3 > 0), entered + 18, left)
    kinds = np.where(np.arange(count) % 2, START_UP, INCUMBENT)
    worst = Lives(lives.uid, lives.weight, np.full(count, START_UP), entered, entered, wave)
    assert lifetimes.worst_age(made_of(lives=worst)) == 5.0
    none = Lives(lives.uid, lives.weight, kinds, entered, entered, np.where(kinds == START_UP, -1, left))
    assert lifetimes.median_lifetime(made_of(lives=none)) == math.inf


def test_multiples_belong_to_deals_of_firms_that_funds_have_left():
    deals = Deals(np.array([1, 2, 3, 4, 30]), np.array([7, 7, 8, 9, 7]), np.ones(5), np.ones(5), np.ones(5))
    # Firm 7: half bought back at cost, then listed; firm 8 fails; firm 9 is still held.
    returns = Returns(np.array([10, 20, 12]), np.array([7, 7, 8]), np.array([5.0, 5.0, 4.0]),
                      np.array([5.0, 245.0, 1.0]))  # fmt: skip
    made = made_of(deals=deals, returns=returns)
    multiple, weight = funding.multiples(made)
    assert multiple.tolist() == [25.0, 25.0, 0.25] and weight.sum() == 3
    assert funding.deals_below_cost(made) == pytest.approx(100 / 3)
    assert funding.deals_above_ten(made) == pytest.approx(200 / 3)


def test_the_first_peak_of_funding_follows_foundings():
    founded = np.repeat([-4, -8, 0], [9, 3, 3])  # 2015, 2014, 2016
    held = panel(2020, 15, founded=founded)
    flow = [40, 60, 80, 70, 100, 200, 120, 70, 60, 60]
    made = made_of([held], yearly(equity_funding_broad=flow))
    assert funding.founding_before_funding(made) == -3.0
    assert funding.funding_change_2019(made) == pytest.approx(-12.5)
    assert funding.funding_change_2023(made) == pytest.approx(100 * (70 / 120 - 1))


def test_diffusion_reads_shares_of_the_right_years():
    path = [1 / (1 + math.exp(-0.5 * (year - 2025))) for year in range(2016, 2026)]
    sizes = np.column_stack([np.full(10, 0.2), np.full(10, 0.3), np.full(10, 0.6)])
    sectors = np.full((10, size("sector")), 0.1)
    for place, name in enumerate(diffusion.ORDER_2023):
        sectors[:, index("sector", name)] = 0.4 - 0.1 * place
    made = made_of(records=yearly(adoption_rate=path, adoption_rate_by_size=sizes, adoption_rate_by_sector=sectors))
    assert diffusion.adoption_logistic_rate(made) == pytest.approx(0.5)
    assert diffusion.large_over_small(made) == pytest.approx(3.0)
    assert diffusion.in_order_2023(made) and diffusion.manufacturing_adoption(made) == pytest.approx(10.0)


def test_prices_that_halve_every_two_years():
    price = np.ones((10, size("product"))) * (0.5 ** (np.arange(10) / 2.0))[:, None]
    made = made_of(records=yearly(price_index_by_product=price))
    assert diffusion.compute_halving_time(made) == pytest.approx(2.0)
    assert diffusion.model_price_fall(made) == pytest.approx(math.sqrt(2.0))


def test_space_counts_firms_that_lists_know():
    region = np.repeat(np.arange(6), [10, 5, 2, 1, 1, 1])
    held = panel(2020, 20, region=region, recognised=np.arange(20) != 19)
    counts = np.array([10, 5, 2, 1, 1])
    assert markets.top5_provinces(made_of([held])) == pytest.approx(100.0)
    assert markets.province_hhi(made_of([held])) == pytest.approx(((counts / 19) ** 2).sum())


@pytest.mark.parametrize("statistic", known(), ids=lambda each: each.name)
def test_on_a_run_each_statistic_is_a_number_with_a_description(statistic, history):
    value = statistic.compute(history)
    assert isinstance(value, float) and (
        value == value or statistic.name in ("multiple_tail", "staff_tail_by_province", "funding_tail")
    )
    assert len(statistic.how) >= 20 and statistic.unit
