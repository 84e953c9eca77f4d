"""Units of the registry, the variable table and scenario files, and conversion between them.

A unit is a base unit or a quotient of base units, as in ``bn_cny/year``; ``per_year`` is short for ``1/year``.  Each
base unit has a dimension and a factor; two units convert when their dimensions agree.  Rates convert linearly (12
percent a year is 3 percent a quarter): compounding is the business of the rule that uses the rate.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

from simulation.inputs.reading import nearest

# name: (dimension, factor to the dimension's reference unit)
BASE: dict[str, tuple[str, float]] = {
    # money in CNY; other currencies are dimensions of their own, since an exchange rate is a datum and not a unit
    "cny": ("cny", 1.0),
    "thousand_cny": ("cny", 1e3),
    "mn_cny": ("cny", 1e6),
    "bn_cny": ("cny", 1e9),
    "tn_cny": ("cny", 1e12),
    "bn_usd": ("usd", 1e9),
    "mn_usd": ("usd", 1e6),
    # people and countable things
    "person": ("person", 1.0),
    "thousand_person": ("person", 1e3),
    "million_person": ("person", 1e6),
    "count": ("count", 1.0),
    # time
    "year": ("year", 1.0),
    "quarter": ("year", 0.25),
    "month": ("year", 1.0 / 12.0),
    # pure numbers
    "share": ("number", 1.0),
    "percent": ("number", 1e-2),
    "percent_point": ("number", 1e-2),
    "ratio": ("number", 1.0),
    "number": ("number", 1.0),
    "unit": ("number", 1.0),
    "factor": ("number", 1.0),
    "exponent": ("number", 1.0),
    "elasticity": ("number", 1.0),
    "sigma": ("number", 1.0),
    "log_point": ("number", 1.0),
    # an index is relative to a base of its own: it converts into nothing else
    "index": ("index", 1.0),
    # compute, energy
    "eflops": ("flops", 1e18),
    "pflops": ("flops", 1e15),
    "kwh": ("energy", 1.0),
}
ALIASES = {
    "persons": "person",
    "people": "person",
    "thousand_persons": "thousand_person",
    "million_persons": "million_person",
    "mn_persons": "million_person",
    "m_persons": "million_person",
    "years": "year",
    "quarters": "quarter",
    "months": "month",
    "counts": "count",
    "firms": "count",
    "firm": "count",
    "log_points": "log_point",
    "percent_points": "percent_point",
    "pp": "percent_point",
    "m_cny": "mn_cny",
    "k_cny": "thousand_cny",
    "a_year": "year",
}

Signature = tuple[tuple[str, int], ...]


class UnitError(ValueError):
    """A unit that is not known, or two units that do not convert into each other."""


def _base(text: str) -> tuple[str, float]:
    name = text.strip().lower().replace(" ", "_")
    name = ALIASES.get(name, name)
    if name not in BASE:
        close = nearest(name, [*BASE, *ALIASES])
        raise UnitError(f"unknown unit {text!r}" + (f"; did you mean {' or '.join(close)}?" if close else ""))
    return BASE[name]


@cache
def parse(unit: str) -> tuple[float, Signature]:
    """Factor and dimensions of a unit.

    Parameters
    ----------
    unit : str
        For example ``bn_cny/year``, ``percent``, ``per_year``, ``thousand persons/year``, ``thousand CNY a year``.

    Returns
    -------
    factor : float
        Reference units in one of this unit.
    signature : tuple of (str, int)
        Dimensions with their exponents, sorted; pure numbers have none.

    Raises
    ------
    UnitError
        For an empty or unknown unit.
    """
    text = re.sub(r"\s+(a|per)\s+", "/", unit.strip())
    if text.startswith("per_"):
        text = "1/" + text[4:]
    text = re.sub(r"(?<=[A-Za-z])_per_", "/", text)
    if not text:
        raise UnitError("the unit is empty")
    factor, powers = 1.0, Counter[str]()
    for position, part in enumerate(text.split("/")):
        if part.strip() == "1" and position == 0:
            continue
        dimension, size = _base(part)
        power = 1 if position == 0 else -1
        factor *= size**power
        if dimension != "number":
            powers[dimension] += power
    return factor, tuple(sorted((name, power) for name, power in powers.items() if power))


def known(unit: str) -> bool:
    """Whether a unit can be parsed."""
    try:
        parse(unit)
    except UnitError:
        return False
    return True


def convertible(unit_from: str, unit_to: str) -> bool:
    """Whether two units have the same dimensions."""
    return known(unit_from) and known(unit_to) and parse(unit_from)[1] == parse(unit_to)[1]


def convert(value: float, unit_from: str, unit_to: str) -> float:
    """``value`` (a number or an array) in another unit.

    Raises
    ------
    UnitError
        When a unit is unknown or the two have different dimensions; a ``ValueError``.
    """
    if unit_from == unit_to and known(unit_from):
        return value
    factor_from, signature_from = parse(unit_from)
    factor_to, signature_to = parse(unit_to)
    if signature_from != signature_to:
        raise UnitError(f"{unit_from} does not convert to {unit_to}")
    return value * (factor_from / factor_to)


def parse_quantity(text: str) -> tuple[float, str]:
    """Number and unit of a text such as ``'30 bn_cny'`` or ``'12.5 percent'``; the unit is empty when none is given.

    Raises
    ------
    UnitError
        When the text does not begin with a number or its unit is unknown.
    """
    match = re.fullmatch(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*?)\s*", text)
    if match is None:
        raise UnitError(f"{text!r} is not a number with a unit")
    if match.group(2):
        parse(match.group(2))
    return float(match.group(1)), match.group(2)
