"""Impulse tests of the funding notes, section 4: five episodes, with the bounds that their sources give.

What a shock did is read from pairs of runs, with and without its outside drivers; what was observed is a change over
time, so that is read as well.  Amounts are equity funding in the broad scope, nominal.
"""

from __future__ import annotations

import math

import numpy as np

from simulation.analysis.milestones.arithmetic import change
from simulation.analysis.milestones.checks import IMPULSE, Check, Runs
from simulation.analysis.milestones.worlds import ACTUAL
from simulation.inputs.evidence import channel_estimates

BELOW, ABOVE = (-math.inf, 0.0), (0.0, math.inf)
FUNDING, RAISED = "equity_funding_broad", "venture_commitments"
NOTES = "funding notes section 4"
FITTED, BUILT_IN, VALIDATION = "fitted", "built in", "validation"
SIGN = "sign only"
RULE = "the sign is that of a weight in the rule, which may be zero but not turn"
WHOLE = "at scale 0.1, where a ticket serves ten firms at once, 2018-19 has more deals than at scale 1"
WINTER, COVID, TURN, CLOSED, CHIPS = (
    "2018 RMB winter", "COVID, first half of 2020", "2021 boom, then 2022", "2023: generative AI, exits closing",
    "export control of chips",
)  # fmt: skip


def yearly_change(runs: Runs, variable: str, year: int) -> np.ndarray:
    """Percent change of a variable against the year before."""
    return 100.0 * change(runs.year(variable, year), runs.year(variable, year - 1))


def against(runs: Runs, world: str, variable: str, first: str, last: str) -> np.ndarray:
    """Percent by which a span of what happened lies above the same span of a world without the shock."""
    spans = (runs.quarters(variable, first, last, which).sum(axis=1) for which in (ACTUAL, world))
    return 100.0 * change(*spans)


def span_change(runs: Runs, variable: str, span: tuple[str, str], before: tuple[str, str]) -> np.ndarray:
    """Percent change of the sum over a span of quarters against another."""
    return 100.0 * change(*(runs.quarters(variable, *which).sum(axis=1) for which in (span, before)))


def deals(runs: Runs, first: int, last: int) -> np.ndarray:
    """Deals of private and guidance funds by year, shape (run, year)."""
    return runs.by_year("private_deals", first, last) + runs.by_year("state_deals", first, last)


def _deal_change(runs: Runs, year: int) -> np.ndarray:
    counts = deals(runs, year - 1, year)
    return 100.0 * change(counts[:, 1], counts[:, 0])


def _ticket_change(runs: Runs, year: int) -> np.ndarray:
    tickets = runs.years("equity_funding_core", year - 1, year) / np.maximum(deals(runs, year - 1, year), 1e-9)
    return 100.0 * change(tickets[:, 1], tickets[:, 0])


def _foreign_share(runs: Runs, year: int) -> np.ndarray:
    private = ("angel", "venture", "growth", "corporate", "foreign")
    money = [runs.year("funding_by_channel", year, channel=name) for name in private]
    return 100.0 * money[-1] / np.maximum(np.sum(money, axis=0), 1e-9)


def _estimate(channel: str, year: int) -> tuple[float, float]:
    return next((row.low, row.high) for row in channel_estimates() if (row.channel, row.year) == (channel, year))


def _early_less_total(runs: Runs, year: int) -> np.ndarray:
    return yearly_change_of_channel(runs, "angel", year) - yearly_change(runs, FUNDING, year)


def yearly_change_of_channel(runs: Runs, channel: str, year: int) -> np.ndarray:
    """Percent change of a channel's money for core firms against the year before."""
    now, before = (runs.year("funding_by_channel", when, channel=channel) for when in (year, year - 1))
    return 100.0 * change(now, before)


EPISODES: tuple[Check, ...] = (
    Check(
        "winter-funding", IMPULSE, WINTER, "2018 funds raised -13 %, deals -20.7 %", "E", NOTES, BUILT_IN, *BELOW,
        "percent", f"{SIGN}: the sources give changes over time, not the effect of the shock",
        "equity funding 2018Q3-2019Q4 against the same runs without tight liquidity",
        lambda runs: against(runs, "without_winter_2018", FUNDING, "2018Q3", "2019Q4"),
        f"{RULE}; size of the driver is judgement",
    ),
    Check(
        "winter-raised", IMPULSE, WINTER, "venture funds raised -13 % in 2018", "E", NOTES, VALIDATION, *BELOW,
        "percent",
        f"{SIGN}: the source counts all sectors", "new commitments to funds in 2018 against 2017",
        lambda runs: yearly_change(runs, RAISED, 2018),
        "promises of limited partners follow past funding, less while money is tight",
    ),
    Check(
        "winter-deals", IMPULSE, WINTER, "AI deals -20.7 % in 2018", "E", NOTES, VALIDATION, *BELOW, "percent",
        f"{SIGN}: publishers disagree", "deals of private and guidance funds in 2018 against 2017",
        lambda runs: _deal_change(runs, 2018),
        f"another count (PitchBook) has 306 deals in 2017 and 335 in 2018; {WHOLE}",
    ),
    Check(
        "winter-amount", IMPULSE, WINTER, "AI amount peaked in 2018 and fell after it", "E", f"{NOTES}; F51",
        VALIDATION, -50.0, -15.0, "percent", "interval of fact F51", "equity funding in 2019 against 2018",
        lambda runs: yearly_change(runs, FUNDING, 2019),
        "the levels of 2018 and 2019 that are fitted are judgement with an error of 60 %",
    ),
    Check(
        "winter-foreign", IMPULSE, WINTER, "USD share up from 28.7 to 35 %", "E", NOTES, BUILT_IN, *ABOVE,
        "percentage points", SIGN, "foreign share of private money for core firms, 2018 less 2017",
        lambda runs: _foreign_share(runs, 2018) - _foreign_share(runs, 2017),
        "access of foreign capital is a dated path",
    ),
    Check(
        "covid-funding", IMPULSE, COVID, "funds raised -29.5 %, deals -32.8 %", "E", NOTES, BUILT_IN, *BELOW,
        "percent",
        f"{SIGN}: the source counts all sectors",
        "equity funding 2020Q1-Q2 against the same runs without tighter liquidity and the loss of value added",
        lambda runs: against(runs, "without_covid_2020", FUNDING, "2020Q1", "2020Q2"), RULE,
    ),
    Check(
        "covid-raised", IMPULSE, COVID, "funds raised -29.5 % in the first half of 2020", "E", NOTES, VALIDATION,
        *BELOW,
        "percent", f"{SIGN}: the source counts all sectors",
        "new commitments to funds, first half of 2020 against that of 2019",
        lambda runs: span_change(runs, RAISED, ("2020Q1", "2020Q2"), ("2019Q1", "2019Q2")),
        "promises of limited partners follow past funding, less while money is tight",
    ),
    Check(
        "covid-dip", IMPULSE, COVID, "deals -32.8 % in the first half, AI amount of the year not lower", "E", NOTES,
        VALIDATION, *BELOW, "percent", SIGN, "equity funding, first half of 2020 against the second half",
        lambda runs: span_change(runs, FUNDING, ("2020Q1", "2020Q2"), ("2020Q3", "2020Q4")),
    ),
    Check(
        "covid-amount", IMPULSE, COVID, "AI amount of 2020 still 90 bn CNY", "E", f"{NOTES}; equity_total 2020",
        FITTED, *_estimate("equity_total", 2020), "bn CNY", "low and high of the channel estimate for 2020",
        "equity funding of the year 2020", lambda runs: runs.year(FUNDING, 2020),
    ),
    Check(
        "covid-tickets", IMPULSE, COVID, "mean ticket +56 % in 2020", "E", NOTES, VALIDATION, *ABOVE, "percent", SIGN,
        "money of core firms per deal, 2020 against 2019", lambda runs: _ticket_change(runs, 2020),
        f"tickets of the model follow the level of funding; {WHOLE}",
    ),
    Check(
        "turn-boom", IMPULSE, TURN, "AI amount 90 bn CNY in 2020, 225-249 in 2021", "E", NOTES, FITTED, 150.0, 177.0,
        "percent", "225 and 249 over 90 bn CNY", "equity funding in 2021 against 2020",
        lambda runs: yearly_change(runs, FUNDING, 2021),
    ),
    Check(
        "turn-fall", IMPULSE, TURN, "225-249 to 118 bn CNY (about -50 %); Stanford -41 %", "E", NOTES, FITTED, -52.5,
        -41.0, "percent", "118 over 249 and the Stanford index", "equity funding in 2022 against 2021",
        lambda runs: yearly_change(runs, FUNDING, 2022),
    ),
    Check(
        "turn-sign", IMPULSE, TURN, "amount falls in 2022", "E", NOTES, FITTED, *BELOW, "percent", SIGN,
        "equity funding in 2022 against 2021", lambda runs: yearly_change(runs, FUNDING, 2022),
    ),
    Check(
        "turn-drivers", IMPULSE, TURN, "causes not separable (crackdown, lockdown, chip rule, weak listing)", "J",
        NOTES,
        BUILT_IN, *BELOW, "percent", SIGN,
        "equity funding 2021Q3-2022Q4 against the same runs with outside drivers held at mid-2021",
        lambda runs: against(runs, "without_turn_2021", FUNDING, "2021Q3", "2022Q4"), RULE,
    ),
    Check(
        "closed-fall", IMPULSE, CLOSED, "AI amount -23 % (late vintage) to -38 % (11 months); CB Insights -70 %", "E",
        f"{NOTES}; F52", VALIDATION, -70.0, -23.0, "percent", "the three sources; F52 from -70 to -26",
        "equity funding in 2023 against 2022", lambda runs: yearly_change(runs, FUNDING, 2023),
        "the row of 2023 is held out of the fit",
    ),
    Check(
        "closed-window", IMPULSE, CLOSED, "listing window closing, USD leaving", "E", NOTES, BUILT_IN, *BELOW,
        "percent",
        SIGN, "equity funding 2023Q3-2024Q4 against the same runs with listing left open",
        lambda runs: against(runs, "without_closing_2023", FUNDING, "2023Q3", "2024Q4"),
        f"{RULE}; no observation of 2024 is used",
    ),
    Check(
        "closed-technology", IMPULSE, CLOSED, "technology shock alone does not raise funding when exits are closed",
        "E",
        "F52", BUILT_IN, -math.inf, 23.0, "percent",
        "less than what it would take to undo the smallest fall seen (23 %)",
        "equity funding in 2023 against the same runs without the jump of the frontier",
        lambda runs: against(runs, "without_jump_2022", FUNDING, "2023Q1", "2023Q4"),
        "the supply of funds has no term for technology: it can act through sales and listings alone",
    ),
    Check(
        "closed-early", IMPULSE, CLOSED, "early AI rounds stable while the amount falls", "E", NOTES, VALIDATION,
        *ABOVE,
        "percentage points", SIGN, "change of angel money in 2023 less that of all equity funding",
        lambda runs: _early_less_total(runs, 2023),
    ),
    Check(
        "chips-capex", IMPULSE, CHIPS, "Tencent capex -24 % a year, naming supply", "E", NOTES, BUILT_IN, *BELOW,
        "percent", SIGN, "", None,
        "capex of platforms is a dated path from outside: limits change what it buys, not how much is spent",
    ),
    Check(
        "chips-imports", IMPULSE, CHIPS, "supply named as the limit", "E", NOTES, BUILT_IN, *BELOW, "percent", SIGN,
        "imported compute goods 2022Q4-2023Q4 against the same runs without import limits",
        lambda runs: against(runs, "without_export_controls", "chips_imported", "2022Q4", "2023Q4"),
        "the limit multiplies imports directly",
    ),
    Check(
        "chips-capacity", IMPULSE, CHIPS, "supply named as the limit", "E", NOTES, BUILT_IN, *BELOW, "percent",
        SIGN,
        "compute installed at the end of 2023 against the same runs without import limits",
        lambda runs: against(runs, "without_export_controls", "compute_capacity", "2023Q4", "2023Q4"),
        "follows from fewer imports as far as home supply does not step in",
    ),
    Check(
        "chips-stop-and-go", IMPULSE, CHIPS, "stop and go of licences in 2025", "E", NOTES, BUILT_IN, *BELOW,
        "percent",
        SIGN, "imported compute goods in 2025Q2 against the mean of the quarters before and after",
        lambda runs: _stop_and_go(runs), "a dated limit: the check is that imports follow it within the quarter",
    ),
)  # fmt: skip


def _stop_and_go(runs: Runs) -> np.ndarray:
    before, stop, after = runs.quarters("chips_imported", "2025Q1", "2025Q3").T
    return 100.0 * change(stop, 0.5 * (before + after))
