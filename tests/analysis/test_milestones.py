"""Milestones: their arithmetic on series with known answers, their bounds, their list and their worlds."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.analysis.milestones import arithmetic
from simulation.analysis.milestones.checks import ABSENT, AGREES, DISAGREES, IMPULSE, PATTERN, RESPONSE, Check, Runs
from simulation.analysis.milestones.episodes import EPISODES
from simulation.analysis.milestones.histories import FOUNDING_YEARS, Ledger
from simulation.analysis.milestones.patterns import PATTERNS
from simulation.analysis.milestones.responses import RESPONSES, SHOCKS
from simulation.analysis.milestones.study import CHECKS
from simulation.analysis.milestones.worlds import ACTUAL, WORLDS, scenarios
from simulation.inputs.evidence import facts
from simulation.inputs.variables import variables
from simulation.scenario import diff, load
from tests.analysis.synthetic import result

YEARS = np.arange(2016, 2024)
BY_ID = {check.id: check for check in CHECKS}
# Rows of the funding notes, section 4, and patterns of the credibility checklist (C19) and of model.md, section 1.
SECTION_4 = ("2018 RMB winter", "COVID, first half of 2020", "2021 boom, then 2022",
             "2023: generative AI, exits closing", "export control of chips")  # fmt: skip
C19 = ("firm-size skew", "funding cycle", "entry slump after 2018", "regional concentration", "adoption S-curve",
       "state then private money", "dispersed state funds")  # fmt: skip
FURTHER = (
    "foundings peak 2014-16",
    "bachelors only from 2023",
    "wages overshoot and fall",
    "few firms earn most revenue",
)


def check(low, high, measure):
    return Check("one", PATTERN, "g", "seen", "E", "source", "validation", low, high, "percent", "sign", "how", measure)


# -- the list ----------------------------------------------------------------------------------------------------------


def test_every_row_and_every_pattern_has_a_check():
    assert {row.group for row in EPISODES} == set(SECTION_4)
    assert {row.group for row in PATTERNS} == {*C19, *FURTHER}
    assert {row.group for row in RESPONSES} == {shock.world for shock in SHOCKS}
    assert len(BY_ID) == len(CHECKS)


@pytest.mark.parametrize("row", CHECKS, ids=lambda row: row.id)
def test_a_check_says_where_its_bound_comes_from(row):
    assert row.kind in (IMPULSE, RESPONSE, PATTERN) and row.data in ("validation", "fitted", "built in")
    assert row.grade in ("E", "D", "J")
    assert all((row.group, row.seen, row.source, row.unit, row.basis))
    assert row.low <= row.high
    # What the model does not have says why, and the rest says how it is read.
    assert row.caveat if row.measure is None else row.measured


def test_bounds_of_facts_are_those_of_the_table():
    known = {fact.id: fact for fact in facts()}
    named = [row for row in CHECKS if row.basis.startswith("interval of fact")]
    assert len(named) > 5
    for row in named:
        fact = known[row.basis.split()[-1]]
        assert (row.low, row.high) == (fact.low, fact.high)


def test_no_check_of_funding_firms_or_use_rests_on_a_figure_of_2024_or_later():
    told = " ".join(f"{row.seen} {row.basis}" for row in CHECKS if row.id not in ("chips-stop-and-go",))
    assert "2024" not in told and "2025" not in told


# -- judgement ---------------------------------------------------------------------------------------------------------


@given(st.lists(st.floats(-10.0, 10.0), min_size=1, max_size=30), st.floats(-5.0, 5.0), st.floats(0.0, 5.0))
def test_the_share_of_runs_within_the_bound_decides(values, low, width):
    row = check(low, low + width, lambda runs: np.array(values)).row(Runs(None))
    inside = sum(low <= value <= low + width for value in values) / len(values)
    assert row["share"] == pytest.approx(inside)
    assert row["result"] == (AGREES if inside >= 0.5 else DISAGREES)
    assert min(values) <= row["q05"] <= row["value"] <= row["q95"] <= max(values)


def test_a_run_without_the_measure_does_not_agree():
    row = check(0.0, 1.0, lambda runs: np.array([0.5, math.nan, math.nan])).row(Runs(None))
    assert row["share"] == pytest.approx(1 / 3) and row["result"] == DISAGREES and row["value"] == 0.5


def test_what_the_model_does_not_have_is_neither():
    row = check(0.0, 1.0, None).row(Runs(None))
    assert row["result"] == ABSENT and math.isnan(row["value"]) and row["runs"] == 0


# -- arithmetic --------------------------------------------------------------------------------------------------------


@given(st.floats(0.05, 0.9), st.floats(2015.0, 2027.0))
def test_a_logistic_curve_has_its_own_slope(speed, middle):
    shares = 1.0 / (1.0 + np.exp(-speed * (YEARS - middle)))[None]
    assert arithmetic.logistic_slope(shares, YEARS)[0] == pytest.approx(speed, rel=1e-3)


def test_an_s_curve_is_told_from_a_line():
    curve = 1.0 / (1.0 + np.exp(-0.4 * (YEARS - 2024)))
    line = 0.1 + 0.1 * (YEARS - 2016)
    advantage = arithmetic.logistic_advantage(np.stack([curve, line]), YEARS)
    assert advantage[0] > 0.99 and advantage[1] < 0.0


@given(st.integers(1, len(YEARS) - 2), st.floats(1.0, 100.0))
def test_peaks_are_found_where_they_are(place, height):
    values = np.linspace(0.0, 0.5, len(YEARS))[None].copy()
    values[0, place] = height
    assert arithmetic.peak_year(values, YEARS) == YEARS[place]
    assert arithmetic.local_peak_year(values, YEARS) == YEARS[place]


def test_a_rising_path_has_no_local_peak_and_a_missing_run_no_peak():
    assert np.isnan(arithmetic.local_peak_year(np.arange(8.0)[None], YEARS)).all()
    assert np.isnan(arithmetic.peak_year(np.full((1, 8), np.nan), YEARS)).all()


@given(st.floats(0.7, 2.0), st.sampled_from([1.0, 10.0]))
def test_rank_on_size_gives_the_exponent_of_a_power_law(exponent, weight):
    rank = (np.arange(200) + 0.5) * weight
    assert arithmetic.rank_size_exponent(rank ** (-1.0 / exponent), np.full(200, weight)) == pytest.approx(exponent)


def test_a_shock_that_fades_has_its_sign_lag_and_recovery():
    base = np.full((3, 28), 10.0)
    effect = -0.3 * np.exp(-(((np.arange(28) - 4) / 4.0) ** 2))
    found = arithmetic.log_effect(base * np.exp(effect), base)
    assert np.all(arithmetic.first_effect(found, 8) < 0.0)
    assert np.all(arithmetic.peak_lag(found, -1.0) == 4)
    assert np.all(arithmetic.remaining(found, -1.0, 20) < 0.01)
    lasting = arithmetic.log_effect(base * 0.7, base)
    assert np.all(arithmetic.remaining(lasting, -1.0, 20) == pytest.approx(1.0))


def test_shares_of_the_largest():
    found = arithmetic.largest_shares(np.array([[4.0, 1.0, 3.0, 2.0], [0.0, 0.0, 0.0, 0.0]]), 2)
    assert found[0] == pytest.approx(0.7) and math.isnan(found[1])


# -- checks on made-up economies -----------------------------------------------------------------------------------


def runs_of(**series):
    """Runs of what happened, from yearly values of flows by variable."""
    quarterly = {name: np.repeat(np.asarray(values, dtype=float), 4) / 4.0 for name, values in series.items()}
    return Runs(result(quarterly, "2016Q1", "2023Q4", scenarios=(ACTUAL,)))


def judged(name, runs):
    row = BY_ID[name].row(runs)
    return row["result"] == AGREES


def test_the_cycle_that_was_seen_passes_and_a_trend_does_not():
    assert variables()["equity_funding_broad"].kind == "flow"
    seen = runs_of(equity_funding_broad=(35, 60, 110, 85, 90, 225, 118, 85))
    trend = runs_of(equity_funding_broad=(35, 45, 60, 80, 105, 140, 185, 240))
    names = ("cycle-first-peak", "cycle-main-peak", "cycle-low-after", "winter-amount", "turn-boom", "turn-fall",
             "closed-fall")  # fmt: skip
    assert [judged(name, seen) for name in names] == [True] * len(names)
    assert [judged(name, trend) for name in names] == [False] * len(names)


def test_a_slump_of_entry_is_foundings_not_conversions():
    new = runs_of(firm_entries=(500, 500, 600, 500, 400, 400, 400, 400), firm_conversions=[0] * 8)
    converted = runs_of(firm_entries=(500, 500, 600, 500, 400, 400, 400, 400),
                        firm_conversions=(0, 0, 300, 100, 0, 0, 0, 0))  # fmt: skip
    assert judged("entry-2019", new) and not judged("entry-2019", converted)


def test_dates_of_founding_are_read_from_the_firms_alive():
    founded = np.zeros((4, len(FOUNDING_YEARS)))
    founded[:, FOUNDING_YEARS == 2015] = 300.0
    founded[:, FOUNDING_YEARS == 2018] = 200.0
    runs = Runs(None, {"founded": founded})
    assert judged("founding-peak", runs) and judged("entry-2018", runs)
    assert not judged("founding-peak", Runs(None, {"founded": founded[:, ::-1]}))


def test_order_of_state_and_private_money():
    ledger = Ledger.__new__(Ledger)
    # (first private, first state) quarter: state first, private first, one kind alone, and money without a date.
    ledger.first = {1: (9, 4), 2: (3, 8), 3: (5, -1), 4: (7, 2), 5: (6, 1)}
    ledger.weights, ledger.undated = {1: 10.0, 2: 10.0, 3: 10.0, 4: 10.0, 5: 1.0}, {4}
    share, count = ledger.state_first()
    assert count == 21.0 and share == pytest.approx(11.0 / 21.0)


# -- worlds ------------------------------------------------------------------------------------------------------------


def test_a_world_differs_from_its_base_by_its_shocks_alone():
    for world, scenario in zip(WORLDS, scenarios(), strict=True):
        changed = {row["key"].split(".")[0] for row in diff(load(world.base), scenario)}
        assert changed == {shock["parameter"] for shock in world.shocks}, world.id


def test_every_shock_is_over_at_its_end():
    for world, scenario in zip(WORLDS, scenarios(), strict=True):
        last = max((shock["end"] for shock in world.shocks), default="2016Q1")
        after = [row for row in diff(load(world.base), scenario, until=2030) if row["start"] > last]
        assert not after, world.id
