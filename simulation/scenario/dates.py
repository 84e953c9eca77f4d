"""Dates of scenario files as positions on the model's time axis: 2016Q1 is 0, the last one is 2035Q4."""

from __future__ import annotations

import re

from simulation.inputs import quarters

LAST = "2035Q4"
AXIS = quarters.span(quarters.FIRST, LAST)
VALID = f"{quarters.FIRST} to {LAST}, written 2017Q3 or 2017"
_ORIGIN = quarters.number(quarters.FIRST)


def position(text: str, end: bool = False) -> int | None:
    """Position of a date, or ``None`` when the text is not a date of the form ``2017Q3`` or ``2017``.

    Parameters
    ----------
    text : str
        A quarter, or a year, which means its first quarter.
    end : bool
        Read a year as its last quarter: for the ends of ramps, shocks and runs.
    """
    written = str(text).strip()
    if re.fullmatch(r"\d{4}", written):
        written += "Q4" if end else "Q1"
    try:
        return quarters.number(written) - _ORIGIN
    except ValueError:
        return None


def inside(position_: int) -> bool:
    """Whether a position lies on the time axis."""
    return 0 <= position_ < len(AXIS)


def name(position_: int) -> str:
    """Quarter at a position, ``2017Q3``."""
    return quarters.text(_ORIGIN + position_)


def looks_dated(text: str) -> bool:
    """Whether a key is meant as a date or a ramp rather than as the name of an element."""
    return text == "ramp" or text[:1].isdigit()
