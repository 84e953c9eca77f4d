"""Patterns that the model has to reproduce, beyond the headline series (credibility checklist C19, model.md section 1).

Bounds are intervals of stylised facts where there are any, as the table of facts has them, else the sign alone.
"""

from __future__ import annotations

import math

import numpy as np

from simulation.analysis.milestones.arithmetic import (
    change,
    largest_shares,
    local_peak_year,
    logistic_advantage,
    logistic_slope,
    peak_year,
)
from simulation.analysis.milestones.checks import PATTERN, Check, Runs
from simulation.analysis.milestones.episodes import (
    ABOVE,
    BELOW,
    BUILT_IN,
    FITTED,
    FUNDING,
    SIGN,
    VALIDATION,
    WHOLE,
    deals,
)
from simulation.analysis.milestones.histories import CENSUS, FOUNDING_YEARS
from simulation.analysis.milestones.worlds import ACTUAL
from simulation.inputs.evidence import facts

SIZE, CYCLE, ENTRY, SPACE, DIFFUSION, ORDER, STATE, FOUNDING, STUDENTS, WAGES, REVENUE = (
    "firm-size skew", "funding cycle", "entry slump after 2018", "regional concentration", "adoption S-curve",
    "state then private money", "dispersed state funds", "foundings peak 2014-16", "bachelors only from 2023",
    "wages overshoot and fall", "few firms earn most revenue",
)  # fmt: skip
GROUPS = (SIZE, CYCLE, ENTRY, SPACE, DIFFUSION, ORDER, STATE, FOUNDING, STUDENTS, WAGES, REVENUE)
LIST = "credibility checklist C19"
FIRST, LAST = 2016, 2023
SAME_USE = 0.20  # share of organisations that used AI where the ratio of large to small was measured (F57, F60)


def bound(fact: str) -> tuple[float, float]:
    """Interval of a stylised fact."""
    return next((row.low, row.high) for row in facts() if row.id == fact)


def foundings(runs: Runs, first: int, last: int) -> np.ndarray:
    """New firms without those that turned to AI, shape (run, year)."""
    return runs.years("firm_entries", first, last) - runs.years("firm_conversions", first, last)


def _founding_change(runs: Runs) -> np.ndarray:
    found = foundings(runs, 2018, 2019)
    return 100.0 * change(found[:, 1], found[:, 0])


def _founding_fall(runs: Runs) -> np.ndarray:
    # Firms of 2015 are seen as those of them that are alive at the end of 2020, as those of 2018 are.
    living = runs.history("founded")
    then, now = (living[:, np.flatnonzero(year == FOUNDING_YEARS)[0]] for year in (2015, 2018))
    return 100.0 * change(now, then)


def _founding_peak(runs: Runs) -> np.ndarray:
    known = FOUNDING_YEARS <= CENSUS
    return peak_year(runs.history("founded")[:, known], FOUNDING_YEARS[known])


def _founding_lead(runs: Runs) -> np.ndarray:
    return _founding_peak(runs) - _first_peak(runs)


def _first_peak(runs: Runs) -> np.ndarray:
    return local_peak_year(runs.years(FUNDING, 2016, 2020), np.arange(2016, 2021))


def _not_regained(runs: Runs) -> np.ndarray:
    years = runs.years(FUNDING, 2021, LAST)
    return years[:, 1:].max(axis=1) / years[:, 0]


def _provinces(runs: Runs, variable: str, count: int = 5) -> np.ndarray:
    return 100.0 * largest_shares(runs.year(variable, CENSUS), count)


def _money_by_province(runs: Runs) -> np.ndarray:
    # Funding of a single year is lumpy: five years to 2020.
    return 100.0 * largest_shares(runs.years("funding_by_region", FIRST, CENSUS).sum(axis=1), 5)


def _size_ratio(runs: Runs) -> tuple[np.ndarray, np.ndarray]:
    """Ratio of the largest to the smallest size class by year, and the share of organisations that use AI."""
    rates = runs.years("adoption_rate_by_size", FIRST, 2025)
    return rates[:, :, -1] / np.maximum(rates[:, :, 0], 1e-9), runs.years("adoption_rate", FIRST, 2025)


def _ratio_at_same_use(runs: Runs) -> np.ndarray:
    ratio, use = _size_ratio(runs)
    reached = use >= SAME_USE
    first = ratio[np.arange(len(use)), np.argmax(reached, axis=1)]
    return np.where(reached.any(axis=1), first, np.nan)


def _ratio_change(runs: Runs) -> np.ndarray:
    ratio, _ = _size_ratio(runs)
    return 100.0 * change(ratio[:, -1], ratio[:, 0])


def _use(runs: Runs) -> tuple[np.ndarray, np.ndarray]:
    return runs.years("adoption_rate_by_value", 2018, 2025), np.arange(2018, 2026)


def _top5_of(runs: Runs, name: str) -> np.ndarray:
    return 100.0 * largest_shares(runs.history(name), 5)


def _bachelors(runs: Runs, first: str, last: str) -> np.ndarray:
    """Graduates a year that come from AI majors, by pairs of runs with and without them."""
    with_, without = (
        runs.quarters("talent_graduates", first, last, world).sum(axis=1) for world in (ACTUAL, "without_ai_majors")
    )
    return with_ - without


def _premium(runs: Runs, first: int, last: int) -> np.ndarray:
    return runs.years("wage_by_tier", first, last, tier="engineer") / runs.years("wage_it_sector", first, last)


def _premium_fall(runs: Runs) -> np.ndarray:
    premium = _premium(runs, 2017, 2021)
    return 100.0 * change(premium[:, -1], premium[:, 0])


def _premium_peak(runs: Runs) -> np.ndarray:
    premium = runs.years("posted_wage_by_tier", FIRST, LAST, tier="engineer") / runs.years("wage_software", FIRST, LAST)
    return peak_year(premium, np.arange(FIRST, LAST + 1))


def _largest_wage_fall(runs: Runs) -> np.ndarray:
    posted = runs.quarters("posted_wage_by_tier", "2016Q1", "2023Q4", tier="engineer")
    return 100.0 * change(posted[:, 4:], posted[:, :-4]).min(axis=1)


PATTERNS: tuple[Check, ...] = (
    Check(
        "size-funding-spread", PATTERN, SIZE, "sigma of ln cumulative funding 2.2 at the end of 2020", "D", "F04",
        VALIDATION, *bound("F04"), "log points", "interval of fact F04", "start-ups ever funded, end of 2020",
        lambda runs: runs.history("funding_sigma"),
    ),
    Check(
        "size-funding-small", PATTERN, SIZE, "45.3 % of funded firms below 0.1 bn CNY", "E", "F03", VALIDATION,
        *bound("F03"), "percent", "interval of fact F03", "start-ups ever funded, end of 2020",
        lambda runs: 100.0 * runs.history("funding_small"),
        "the sample holds visible firms and listed platforms",
    ),
    Check(
        "size-revenue-tail", PATTERN, SIZE, "tail exponent of size 1.0-1.5, towards 1.5 in a young industry", "D",
        "F02",
        VALIDATION, *bound("F02"), "exponent", "interval of fact F02",
        "rank on revenue of the 500 largest firms, end of 2020", lambda runs: runs.history("revenue_exponent"),
        "manufacturing 1998-2008; revenue stands for size",
    ),
    Check(
        "cycle-first-peak", PATTERN, CYCLE, "amount peaks locally in 2017-18", "E", f"{LIST}; F49", VALIDATION,
        2017.0,
        2018.0, "year", "the two years that sources name", "highest year between 2017 and 2019 above both neighbours",
        _first_peak, "levels of 2017-19 that are fitted are judgement with an error of 60 %",
    ),
    Check(
        "cycle-deals-peak", PATTERN, CYCLE, "deals peak in 2017", "E", f"{LIST}; F49", VALIDATION, 2017.0, 2018.0,
        "year",
        "2017 by most counts, 2018 by PitchBook", "year with most deals, 2016 to 2019",
        lambda runs: peak_year(deals(runs, 2016, 2019), np.arange(2016, 2020)), WHOLE,
    ),
    Check(
        "cycle-main-peak", PATTERN, CYCLE, "amount peaks in 2021", "E", LIST, FITTED, 2021.0, 2021.0, "year",
        "the year itself", "year with the largest amount, 2016 to 2023",
        lambda runs: peak_year(runs.years(FUNDING, FIRST, LAST), np.arange(FIRST, LAST + 1)),
    ),
    Check(
        "cycle-low-after", PATTERN, CYCLE, "no return to the level of 2021 by 2023", "E", f"{LIST}, to 2023 only",
        FITTED, 0.0, 1.0, "ratio", "below the amount of 2021", "larger of 2022 and 2023 over 2021", _not_regained,
        "the low of 2024 in the list is not used: figures of 2024 on are held out",
    ),
    Check(
        "cycle-revenue", PATTERN, CYCLE, "core revenue keeps growing while funding falls", "E",
        "funding notes section 0",
        FITTED, *ABOVE, "percent", SIGN, "core revenue in 2022 against 2021",
        lambda runs: 100.0 * change(runs.year("core_revenue", 2022), runs.year("core_revenue", 2021)),
    ),
    Check(
        "entry-2019", PATTERN, ENTRY, "new firms 752 in 2018, 326 in 2019", "E", "C19; funding notes section 2.3",
        VALIDATION, *BELOW, "percent", SIGN, "foundings and spin-offs in 2019 against 2018", _founding_change,
        "late years are under-counted: the size (-57 %) is not asked for",
    ),
    Check(
        "entry-2018", PATTERN, ENTRY, "new firms 1,089 in 2015, 752 in 2018", "E", "C19; funding notes section 2.3",
        VALIDATION, *BELOW, "percent", SIGN, "firms founded in 2018 against 2015, alive at the end of 2020",
        _founding_fall, "years to 2015 are survivors in the initial state of 2016, later ones foundings of the run",
    ),
    Check(
        "founding-peak", PATTERN, FOUNDING, "foundings peak in 2014-16", "E", "F49; Nankai, MIIT samples", BUILT_IN,
        2014.0, 2016.0, "year", "the three years that sources name",
        "most frequent year of founding of firms alive at the end of 2020", _founding_peak,
        "years to 2015 are survivors in the initial state of 2016",
    ),
    Check(
        "founding-lead", PATTERN, FOUNDING, "foundings lead the first peak of funding by 2-3 years", "D", "F49",
        VALIDATION, *bound("F49"), "years", "interval of fact F49",
        "peak of foundings less first peak of the amount", _founding_lead,
    ),
    Check(
        "space-firms", PATTERN, SPACE, "five provinces hold about 86 % of firms", "E", "F71", FITTED, *bound("F71"),
        "percent", "interval of fact F71", "five largest provinces, firms known to list makers, end of 2020",
        lambda runs: runs.year("top5_province_share_firms", CENSUS),
    ),
    Check(
        "space-funding", PATTERN, SPACE, "funding more concentrated than firms (87.8 % in five places)", "E",
        "funding notes section 2.4", VALIDATION, *ABOVE, "percentage points", SIGN,
        "five provinces' share of equity funding 2016-20 less that of firms",
        lambda runs: _money_by_province(runs) - runs.year("top5_province_share_firms", CENSUS),
    ),
    Check(
        "space-talent", PATTERN, SPACE, "talent less concentrated than firms", "D", "model.md section 1", BUILT_IN,
        *BELOW, "percentage points", SIGN, "five provinces' share of talent less that of firms, end of 2020",
        lambda runs: _provinces(runs, "talent_by_region") - runs.year("top5_province_share_firms", CENSUS),
        "where people are in 2016 is part of the initial state",
    ),
    Check(
        "adoption-speed", PATTERN, DIFFUSION, "logistic rate 0.17-0.53 a year", "D", "F54-F58; model.md section 4",
        VALIDATION, 0.17, 0.53, "per year", "central values of facts F58 and F57",
        "slope of the logit of use weighted by value added, 2018-25", lambda runs: logistic_slope(*_use(runs)),
        "facts are for cloud and AI in the EU and driver assistance in China",
    ),
    Check(
        "adoption-shape", PATTERN, DIFFUSION, "use follows an S-curve", "E", "F54-F58", VALIDATION, *ABOVE, "share",
        "nearer to a logistic curve than to a line", "squared error of a line that a logistic curve removes, 2018-25",
        lambda runs: logistic_advantage(*_use(runs)),
    ),
    Check(
        "adoption-size", PATTERN, DIFFUSION, "large firms use AI about 3 times as often as small ones", "E", "F60",
        VALIDATION, *bound("F60"), "ratio", "interval of fact F60",
        "largest over smallest size class in the first year in which 20 % of organisations use AI",
        _ratio_at_same_use,
        "European size classes; compared where use is as wide as there",
    ),
    Check(
        "adoption-size-falls", PATTERN, DIFFUSION, "that ratio falls as use spreads", "E", "F60", VALIDATION, *BELOW,
        "percent", SIGN, "largest over smallest size class, 2025 against 2016", _ratio_change,
    ),
    Check(
        "order-state-first", PATTERN, ORDER, "71 % of firms with both kinds of money had the state's first", "E",
        "funding notes section 2.2", VALIDATION, 50.0, 100.0, "percent", "majority: one estimate without an interval",
        "firms first funded from 2016 on with both kinds of deals by 2023",
        lambda runs: 100.0 * runs.history("state_first"),
        "partners in a state deal count with it",
    ),
    Check(
        "state-dispersed", PATTERN, STATE, "state venture money is spatially dispersed", "E",
        "funding notes section 2.2",
        BUILT_IN, *BELOW, "percentage points", SIGN,
        "five provinces' share of state deals' money less private deals'",
        lambda runs: _top5_of(runs, "state_money_by_region") - _top5_of(runs, "private_money_by_region"),
        "a parameter of the rule (guidance_dispersion, prior from 0) stands for it",
    ),
    Check(
        "students-none-before", PATTERN, STUDENTS, "no AI bachelors before 2023", "E", "talent notes section 3",
        BUILT_IN,
        -0.5, 0.5, "persons", "none", "graduates of 2016-22 that the AI majors add, by pairs of runs",
        lambda runs: _bachelors(runs, "2016Q1", "2022Q4"), "the time of study is a constant",
    ),
    Check(
        "students-from-2023", PATTERN, STUDENTS, "first bachelors graduate in 2023", "E", "talent notes section 3",
        BUILT_IN, 1e-9, math.inf, "persons", SIGN, "graduates of 2023 that the AI majors add, by pairs of runs",
        lambda runs: _bachelors(runs, "2023Q1", "2023Q4"),
    ),
    Check(
        "wages-premium", PATTERN, WAGES, "premium over the IT sector 1.9 in 2017, 1.2 in 2021", "D",
        "talent notes section 5", VALIDATION, *BELOW, "percent", SIGN,
        "pay of engineers over pay in the IT sector, 2021 against 2017", _premium_fall, "mixed bases in the source",
    ),
    Check(
        "wages-overshoot", PATTERN, WAGES, "wages overshoot, then fall", "E", "talent notes section 5", VALIDATION,
        2017.0,
        2022.0, "year", "between the ends of the span",
        "year with the highest posted pay of engineers over software pay, 2016 to 2023", _premium_peak,
        "relative to software pay, which grows with a dated path",
    ),
    Check(
        "wages-fall", PATTERN, WAGES, "pay of algorithm engineers -9 % in 2019Q3", "E", "talent notes section 5",
        VALIDATION, *BELOW, "percent", SIGN, "lowest change of posted pay of engineers over four quarters, to 2023",
        _largest_wage_fall, "nominal; one job title in the source",
    ),
    Check(
        "revenue-few", PATTERN, REVENUE, "few firms earn most revenue", "J", "model.md section 1", VALIDATION, 50.0,
        100.0,
        "percent", "most: above half", "the 300 largest firms' share of revenue, end of 2020",
        lambda runs: 100.0 * runs.year("top300_share", CENSUS),
    ),
    Check(
        "revenue-no-monopoly", PATTERN, REVENUE,
        "no firm owns a market: four firms have 35-42 % of speech and language",
        "E", "F38", FITTED, *bound("F38"), "percent", "interval of fact F38",
        "four largest firms of that market, end of 2022", lambda runs: runs.year("cr4_speech_language", 2022),
    ),
    Check(
        "revenue-platforms", PATTERN, REVENUE, "platforms more concentrated than applications", "E", "F39", FITTED,
        *ABOVE,
        "percentage points", "sign, as the fact's caveat asks",
        "five-firm share of platforms less four-firm share of speech and language, end of 2022",
        lambda runs: runs.year("cr5_platform", 2022) - runs.year("cr4_speech_language", 2022),
    ),
)  # fmt: skip
