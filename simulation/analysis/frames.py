"""Tables as lists of dictionaries: members of a result, text for terminals and plain data for JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import xarray as xr

Table = list[dict[str, Any]]


def scenarios(dataset: xr.Dataset) -> tuple[str, ...]:
    """Names of the scenarios of a result."""
    return tuple(str(name) for name in np.atleast_1d(dataset["scenario"].values))


def members(dataset: xr.Dataset) -> tuple[tuple[int, int], ...]:
    """Parameter set and replicate of every member; members without these coordinates are numbered replicates."""
    count = int(dataset.sizes["member"])
    sets = dataset["parameter_set"].values if "parameter_set" in dataset.coords else np.zeros(count)
    replicates = dataset["replicate"].values if "replicate" in dataset.coords else np.arange(count)
    sets, replicates = np.broadcast_to(sets, count), np.broadcast_to(replicates, count)
    return tuple((int(a), int(b)) for a, b in zip(sets, replicates, strict=True))


def plain(rows: Table) -> Table:
    """The same rows for JSON: missing and infinite numbers become ``None``, NumPy scalars plain numbers."""
    return [{key: _plain(value) for key, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def format_table(rows: Table, columns: Sequence[str] | None = None, digits: Mapping[str, int] | None = None) -> str:
    """Rows as aligned text lines.

    Parameters
    ----------
    rows : list of dict
    columns : sequence of str, optional
        Columns in order; those of the first row when omitted.
    digits : mapping, optional
        Decimals by column; 2 otherwise.
    """
    columns = list(columns or (rows[0] if rows else ()))
    cells = [[_cell(row.get(column), (digits or {}).get(column, 2)) for column in columns] for row in rows]
    widths = [max([len(column), *(len(line[n]) for line in cells)]) for n, column in enumerate(columns)]
    right = [all(_numeric(row.get(column)) for row in rows) for column in columns]

    def line(values: Sequence[str]) -> str:
        parts = [v.rjust(w) if r else v.ljust(w) for v, w, r in zip(values, widths, right, strict=True)]
        return "  ".join(parts).rstrip()

    return "\n".join([line(columns), line(["-" * width for width in widths]), *map(line, cells)])


def _numeric(value: Any) -> bool:
    return value is None or (isinstance(value, (int, float, np.number)) and not isinstance(value, bool))


def _cell(value: Any, digits: int) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.{digits}f}"
    return str(value)
