"""Observations, dated policy actions, stylised facts, calibration rows and channel estimates, with their sources."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from simulation.errors import InvalidInput, Problem
from simulation.inputs import dates
from simulation.inputs.reading import read_table, split

OBSERVATION_COLUMNS = (
    "table", "indicator", "period", "value", "unit", "scope", "publisher", "published", "url", "quality", "kind", "use",
    "dataset", "note",
)  # fmt: skip
LEVER_COLUMNS = ("lever", "date_or_year", "value", "unit", "what_happened", "url", "quality", "publisher")
FACT_COLUMNS = (
    "id", "group", "statistic", "low", "central", "high", "unit", "source", "url", "certainty", "caveat", "use",
)  # fmt: skip
CALIBRATION_COLUMNS = (
    "series", "date", "value", "lower", "upper", "sigma_log", "unit", "scope", "published", "role", "basis",
    "publisher", "address", "fact",
)  # fmt: skip
CHANNEL_COLUMNS = ("channel", "year", "lo", "central", "hi", "unit", "tag", "basis", "anchors")
DATASET_COLUMNS = ("id", "label_en", "label_zh", "holds", "tables", "rows", "uses", "used_for", "limits")

KINDS = ("observed", "derived", "forecast", "target")
USES = ("specification", "driver", "calibration", "validation", "comparison", "context")
ROLES = ("calibrate", "weak_prior", "holdout")


@dataclass(frozen=True)
class Observation:
    """One published figure.

    Parameters
    ----------
    table : str
        Part of the evidence: outcomes, funding, talent, sectors or regions.
    indicator, period, unit, scope : str
        What is counted, for when, in which unit, under which definition; figures of different scopes are never mixed.
    value : float or None
        ``None`` for findings that have a sign but no size.
    publisher, published, url, quality, note : str
        Source as seen, its date, address and grade, and remarks.
    kind : {'observed', 'derived', 'forecast', 'target'}
        Derived: arithmetic on published figures. Forecasts and targets are never data.
    use : {'specification', 'driver', 'calibration', 'validation', 'comparison', 'context'}
        What the row is used for; ``context`` is shown and never fitted or scored.
    dataset : str
        Record in the table of datasets.
    """

    table: str
    indicator: str
    period: str
    value: float | None
    unit: str
    scope: str
    publisher: str
    published: str
    url: str
    quality: str
    kind: str
    use: str
    dataset: str
    note: str

    @property
    def period_end(self) -> date | None:
        """Last day of the period the figure is for."""
        days = dates.span(self.period)
        return days[1] if days else None

    @property
    def known_from(self) -> date | None:
        """Day from which the figure counts as known; ``None`` when its publication is not dated."""
        return dates.known_from(self.published)


@dataclass(frozen=True)
class PolicyAction:
    """One dated policy action or outside shock; ``value`` as written by the source, often empty."""

    lever: str
    when: str
    value: str
    unit: str
    what_happened: str
    url: str
    quality: str
    publisher: str

    @property
    def start(self) -> date | None:
        """First day of the date given."""
        days = dates.span(self.when)
        return days[0] if days else None


@dataclass(frozen=True)
class Fact:
    """One stylised fact with its interval, certainty (A seen, B derived or biased, C order of magnitude) and use."""

    id: str
    group: str
    statistic: str
    low: float
    central: float
    high: float
    unit: str
    source: str
    url: str
    certainty: str
    caveat: str
    use: str


@dataclass(frozen=True)
class CalibrationRow:
    """One figure that may be fitted (``calibrate``, ``weak_prior``) or that validates (``holdout``).

    Parameters
    ----------
    series, scope : str
        What is compared, under which definition.
    day : date
        End of the period (flows: of the year) or day of the stock.
    value, lower, upper : float or None
        Figure and the bounds its publisher gives; ``lower`` alone and equal to ``value`` marks a floor.
    sigma_log : float
        Standard deviation of the logarithm.
    unit, published, role, basis, publisher, address, fact : str
        Unit, publication date, role, how it was derived, source and the stylised fact it repeats, if any.
    """

    series: str
    day: date
    value: float
    lower: float | None
    upper: float | None
    sigma_log: float
    unit: str
    scope: str
    published: str
    role: str
    basis: str
    publisher: str
    address: str
    fact: str

    @property
    def is_floor(self) -> bool:
        """Whether only values below the figure contradict it."""
        return self.lower is not None and self.upper is None and self.lower == self.value

    @property
    def fitted(self) -> bool:
        """Whether the row may be used for fitting."""
        return self.role in ("calibrate", "weak_prior")


@dataclass(frozen=True)
class ChannelEstimate:
    """Yearly volume of a funding channel: low, central, high in ``unit``, tag E, D, F or J, basis and anchors."""

    channel: str
    year: int
    low: float
    central: float
    high: float
    unit: str
    tag: str
    basis: str
    anchors: tuple[str, ...]


@dataclass(frozen=True)
class Dataset:
    """Record of a dataset: what it holds, what it is used for and its limits (after the RAT-RS standard)."""

    id: str
    label_en: str
    label_zh: str
    holds: str
    tables: tuple[str, ...]
    rows: int
    uses: tuple[str, ...]
    used_for: str
    limits: str


@lru_cache(maxsize=1)
def _observations() -> tuple[Observation, ...]:
    problems: list[Problem] = []
    found = []
    for row in read_table("evidence/observations.csv", OBSERVATION_COLUMNS):
        for column in ("indicator", "period", "unit", "scope", "publisher", "published", "url", "quality", "dataset"):
            if not row[column].strip():
                problems.append(row.problem(column, f"{column} is empty"))
        for column, valid in (("kind", KINDS), ("use", USES)):
            if row[column] not in valid:
                problems.append(row.problem(column, f"unknown {column} {row[column]!r}", (), ", ".join(valid)))
        value = row.number("value", problems) if row["value"].strip() else None
        found.append(Observation(**{**row, "value": value}))  # type: ignore[arg-type]
    if problems:
        raise InvalidInput(problems)
    return tuple(found)


def observations(indicator: str | None = None, before: str | date | None = None) -> tuple[Observation, ...]:
    """Published figures.

    Parameters
    ----------
    indicator : str, optional
        Only this indicator; all when omitted.
    before : str or date, optional
        Only figures known by the end of that day, month or year (``2022``, ``2022-06``); a figure that is not dated
        counts as not yet known. This is what makes a forecast from an earlier origin honest.

    Returns
    -------
    tuple of Observation
        In the order of the table.

    Raises
    ------
    KeyError
        For an indicator no row has.
    ValueError
        For a ``before`` that is no date.
    """
    rows = _observations()
    if indicator is not None:
        rows = tuple(row for row in rows if row.indicator == indicator)
        if not rows:
            raise KeyError(f"no observation of {indicator!r}")
    if before is None:
        return rows
    limit = before if isinstance(before, date) else dates.known_from(before)
    if limit is None:
        raise ValueError(f"{before!r} is not a date")
    return tuple(row for row in rows if row.known_from is not None and row.known_from <= limit)


def indicators() -> tuple[str, ...]:
    """Names of all observed indicators, in order of first appearance."""
    return tuple(dict.fromkeys(row.indicator for row in _observations()))


@lru_cache(maxsize=1)
def policy_actions() -> tuple[PolicyAction, ...]:
    """Dated policy actions and outside shocks."""
    rows = read_table("evidence/levers.csv", LEVER_COLUMNS)
    return tuple(PolicyAction(*(row[column] for column in LEVER_COLUMNS)) for row in rows)


@lru_cache(maxsize=1)
def facts() -> tuple[Fact, ...]:
    """Stylised facts of firms, diffusion, costs and space."""
    problems: list[Problem] = []
    found = []
    for row in read_table("evidence/facts.csv", FACT_COLUMNS, key=("id",)):
        numbers = {column: row.number(column, problems) for column in ("low", "central", "high")}
        found.append(Fact(**{**row, **numbers}))  # type: ignore[arg-type]
    if problems:
        raise InvalidInput(problems)
    return tuple(found)


@lru_cache(maxsize=1)
def calibration_rows() -> tuple[CalibrationRow, ...]:
    """Figures to fit and figures held out, in the order of the table."""
    return read_calibration_rows("evidence/calibration.csv")


def read_calibration_rows(path: Path | str) -> tuple[CalibrationRow, ...]:
    """Rows of a file in the format of the calibration table; ``InvalidInput`` names file and line of what is wrong."""
    problems: list[Problem] = []
    found = []
    for row in read_table(path, CALIBRATION_COLUMNS, key=("series", "date", "scope")):
        days = dates.span(row["date"])
        if days is None:
            problems.append(row.problem("date", f"{row['date']!r} is not a date"))
            continue
        if row["role"] not in ROLES:
            problems.append(row.problem("role", f"unknown role {row['role']!r}", (), ", ".join(ROLES)))
        bounds = {column: row.number(column, problems) if row[column] else None for column in ("lower", "upper")}
        numbers = {column: row.number(column, problems) for column in ("value", "sigma_log")}
        for column, number in numbers.items():
            if number <= 0.0:
                problems.append(row.problem(column, f"{column} is {number:g}", (), "more than 0"))
        values = {key: text for key, text in row.items() if key != "date"}
        found.append(CalibrationRow(**{**values, **bounds, **numbers, "day": days[1]}))  # type: ignore[arg-type]
    if problems:
        raise InvalidInput(problems)
    return tuple(found)


@lru_cache(maxsize=1)
def channel_estimates() -> tuple[ChannelEstimate, ...]:
    """Yearly volumes by funding channel; estimates, not observations."""
    problems: list[Problem] = []
    found = []
    for row in read_table("evidence/channels.csv", CHANNEL_COLUMNS, key=("channel", "year")):
        low, central, high = (row.number(column, problems) for column in ("lo", "central", "hi"))
        year = row.number("year", problems, default=0.0)
        found.append(
            ChannelEstimate(row["channel"], int(year) if year == year else 0, low, central, high, row["unit"],
                            row["tag"], row["basis"], split(row["anchors"]))
        )  # fmt: skip
    if problems:
        raise InvalidInput(problems)
    return tuple(found)


@lru_cache(maxsize=1)
def datasets() -> tuple[Dataset, ...]:
    """Record of every dataset and its uses."""
    problems: list[Problem] = []
    found = []
    for row in read_table("evidence/datasets.csv", DATASET_COLUMNS, key=("id",)):
        rows = row.number("rows", problems, default=0.0)
        parts = {"tables": split(row["tables"]), "uses": split(row["uses"]), "rows": int(rows)}
        found.append(Dataset(**{**row, **parts}))  # type: ignore[arg-type]
    if problems:
        raise InvalidInput(problems)
    return tuple(found)
