"""Quarters as text (``2017Q3``) and as whole numbers that count quarters, for arithmetic on dates."""

from __future__ import annotations

import re

FIRST = "2016Q1"
PLAN_START = "2017Q3"
LAST = "2030Q4"


def number(quarter: str) -> int:
    """Quarters since year 0 of a text such as ``2017Q3``; ``ValueError`` for anything else."""
    match = re.fullmatch(r"(\d{4})Q([1-4])", quarter.strip())
    if match is None:
        raise ValueError(f"{quarter!r} is not a quarter such as {PLAN_START}")
    return int(match.group(1)) * 4 + int(match.group(2)) - 1


def text(count: int) -> str:
    """Text of a number of quarters: the inverse of :func:`number`."""
    return f"{count // 4:04d}Q{count % 4 + 1}"


def span(start: str = FIRST, until: str = LAST) -> tuple[str, ...]:
    """All quarters from ``start`` to ``until``, both included."""
    return tuple(text(count) for count in range(number(start), number(until) + 1))


def position(period: str) -> float:
    """Point in time of a year or quarter, in quarters on the scale of :func:`number`.

    A year stands for the middle of its four quarters, so that interpolated quarters average to about the year's value.
    """
    if re.fullmatch(r"\d{4}", period.strip()):
        return int(period) * 4 + 1.5
    return float(number(period))
