"""Dates as publishers write them: years, halves, quarters, months, days and spans of these."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

_POINT = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)"
    r"(?:Q(?P<quarter>[1-4])(?:-Q(?P<until>[1-4]))?|H(?P<half>[12])"
    r"|-(?P<month>0[1-9]|1[0-2])(?!\d)(?:-(?P<day>[0-3]\d)(?!\d))?"
    r"|/(?P<short>\d\d)(?!\d))?"
)


def _ends(match: re.Match[str]) -> tuple[date, date]:
    year = int(match["year"])
    first, last, end_year = 1, 12, year
    if match["quarter"]:
        first, last = 3 * int(match["quarter"]) - 2, 3 * int(match["until"] or match["quarter"])
    elif match["half"]:
        first, last = 6 * int(match["half"]) - 5, 6 * int(match["half"])
    elif match["day"]:
        day = date(year, int(match["month"]), int(match["day"]))
        return day, day
    elif match["month"]:
        first = last = int(match["month"])
    elif match["short"]:
        end_year = year // 100 * 100 + int(match["short"])
    return date(year, first, 1), date(end_year, last, monthrange(end_year, last)[1])


def span(text: str) -> tuple[date, date] | None:
    """First and last day of a period such as ``2021``, ``2023-10``, ``2019Q1-Q3`` or ``2012/2023H1``.

    Returns
    -------
    tuple of date or None
        ``None`` when the text names no year (``typical``, ``not dated``).
    """
    ends = [_ends(match) for match in _POINT.finditer(text)]
    if not ends:
        return None
    return min(first for first, _ in ends), max(last for _, last in ends)


def known_from(published: str) -> date | None:
    """Day from which a figure counts as known: the last day that its publication date allows.

    A figure published in ``2021`` counts from 31 December 2021 on, so that no forecast uses it too early; ``None`` when
    the publication is not dated.
    """
    days = span(published)
    return days[1] if days else None
