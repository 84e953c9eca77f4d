"""Later figures from a file of the user: in the format of the calibration table or of the table of observations.

Observations name their scope in the publisher's words; ``tables/hindcast/scopes.csv`` says which series and scope of
the calibration table these are. Figures of other scopes are not compared with anything, and are told.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from simulation.errors import InvalidInput, Problem
from simulation.inputs import dates
from simulation.inputs.evidence import (
    CALIBRATION_COLUMNS,
    KINDS,
    OBSERVATION_COLUMNS,
    CalibrationRow,
    calibration_rows,
    read_calibration_rows,
)
from simulation.inputs.forecasts import FLOWS, SCOPES, UNITS
from simulation.inputs.reading import Row, nearest, read_table, shown

SCOPE_COLUMNS = ("indicator", "text", "unit", "series", "scope")
FLOOR = re.compile(r">'? bound")
NEVER_DATA = ("forecast", "target")


@dataclass(frozen=True)
class LaterFigures:
    """Figures of a file, and one sentence, with file and line, for each row that is compared with nothing."""

    rows: tuple[CalibrationRow, ...]
    left_out: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def published_scopes() -> dict[tuple[str, str], tuple[str, str, str]]:
    """Series, scope and unit by indicator and scope text of the observations."""
    rows = read_table("hindcast/scopes.csv", SCOPE_COLUMNS, key=("indicator", "text"))
    return {(row["indicator"], row["text"]): (row["series"], row["scope"], row["unit"]) for row in rows}


def read_later_figures(path: Path | str) -> LaterFigures:
    """Figures of a file in either format; which one its header says.

    Raises
    ------
    InvalidInput
        For a file that cannot be read, another header, and rows with unknown series, scopes, units or numbers, each
        with file and line.
    """
    path = Path(path).absolute()
    if _header(path) == list(OBSERVATION_COLUMNS):
        return _from_observations(path)
    if _header(path) == list(CALIBRATION_COLUMNS):
        return _from_calibration(path)
    first, second = ",".join(CALIBRATION_COLUMNS), ",".join(OBSERVATION_COLUMNS)
    message = f"the header is {','.join(_header(path))!r}"
    raise InvalidInput([Problem(shown(path), 1, 1, message, (), f"{first} or {second}")])


def _header(path: Path) -> list[str]:
    if not path.is_file():
        raise InvalidInput([Problem(shown(path), 0, 0, "the file does not exist")])
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return next(csv.reader(file), [])
    except (csv.Error, UnicodeDecodeError) as error:
        raise InvalidInput([Problem(shown(path), 1, 1, f"the file cannot be read: {error}")]) from error


def _from_calibration(path: Path) -> LaterFigures:
    found = read_calibration_rows(path)
    elsewhere = {row.series for row in calibration_rows()} - set(UNITS)
    problems, rows, left_out = [], [], []
    for each, row in zip(found, read_table(path, CALIBRATION_COLUMNS), strict=True):
        if each.series in elsewhere:
            left_out.append(f"{row.file}:{row.line}: nothing forecasts {each.series}")
            continue
        for column, valid in (
            ("series", tuple(UNITS)),
            ("scope", SCOPES.get(each.series, (each.scope,))),
            ("unit", (UNITS.get(each.series, each.unit),)),
        ):
            if row[column] not in valid:
                close = nearest(row[column], valid)
                problems.append(row.problem(column, f"unknown {column} {row[column]!r}", close, ", ".join(valid)))
        rows.append(each)
    if problems:
        raise InvalidInput(problems)
    return LaterFigures(tuple(rows), tuple(left_out))


def _from_observations(path: Path) -> LaterFigures:
    problems: list[Problem] = []
    rows, left_out = [], []
    for row in read_table(path, OBSERVATION_COLUMNS):
        if row["kind"] not in KINDS:
            problems.append(row.problem("kind", f"unknown kind {row['kind']!r}", (), ", ".join(KINDS)))
        days = dates.span(row["period"])
        if days is None:
            problems.append(row.problem("period", f"{row['period']!r} is not a date"))
        value = row.number("value", problems)
        if value <= 0.0:
            problems.append(row.problem("value", f"value is {value:g}", (), "more than 0"))
        reason = _why_not(row)
        if reason:
            left_out.append(f"{row.file}:{row.line}: {reason}")
        elif days is not None:
            rows.append(_calibration_row(row, value, days[1]))
    if problems:
        raise InvalidInput(problems)
    return LaterFigures(tuple(rows), tuple(left_out))


def _why_not(row: Row) -> str:
    """Why a row is compared with nothing; empty when it is."""
    if row["kind"] in NEVER_DATA:
        return f"a {row['kind']} is no observation"
    known = published_scopes().get((row["indicator"], row["scope"]))
    if known is None:
        return f"nothing forecasts {row['indicator']} in the scope {row['scope']!r}"
    if row["unit"] != known[2]:
        return f"the unit is {row['unit']!r} and not {known[2]!r}"
    days = dates.span(row["period"])
    if known[0] in FLOWS and days is not None and not _is_year(row["period"]):
        return f"{row['period']} is no whole year"
    return ""


def _is_year(period: str) -> bool:
    return re.fullmatch(r"\d{4}", period.strip()) is not None


def _calibration_row(row: Row, value: float, day: dates.date) -> CalibrationRow:
    series, scope, _ = published_scopes()[row["indicator"], row["scope"]]
    lower = value if FLOOR.search(row["note"]) else None
    return CalibrationRow(
        series, day, value, lower, None, float("nan"), UNITS[series], scope, row["published"], "holdout", row["note"],
        row["publisher"], row["url"], "",
    )  # fmt: skip
