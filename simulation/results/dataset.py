"""Records of many runs stacked into one xarray dataset that follows the variable table."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from simulation.errors import RunFailed
from simulation.inputs import dimensions
from simulation.inputs.variables import Variable, variables

if TYPE_CHECKING:
    import xarray as xr

Records = Mapping[str, np.ndarray]
LEVELS = ("core", "detail")
MEMBERS_A_BLOCK = 64  # members written at once and kept together on disk
READ_WHOLE = 64e6  # bytes; what is larger stays on disk


class Member(NamedTuple):
    """One run of every scenario: which uncertain inputs it has and which random numbers.

    Parameters
    ----------
    parameter_set : int
        0 for the central values.
    replicate : int
        Part of the key of every random draw.
    """

    parameter_set: int
    replicate: int


def stored_variables(level: str = "detail") -> dict[str, Variable]:
    """Rows of the variable table that a run stores: ``core`` alone, or everything at level ``detail``."""
    if level not in LEVELS:
        raise ValueError(f"no such level: {level}; there are {', '.join(LEVELS)}")
    return {name: row for name, row in variables().items() if level == "detail" or row.level == "core"}


def select(records: Records, quarters: int, level: str = "detail") -> dict[str, np.ndarray]:
    """Records of one run that are stored, checked against the variable table.

    Parameters
    ----------
    records : mapping of str to ndarray
        One array per variable, shape ``(T, ...)`` with the sizes of the variable's dimensions after time.
    quarters : int
        Length ``T`` of the time axis.
    level : {'core', 'detail'}
        What to keep.

    Raises
    ------
    RunFailed
        When the model left out a variable or recorded it in another shape.
    """
    chosen = {}
    for name, row in stored_variables(level).items():
        if name not in records:
            raise RunFailed(f"the model did not record {name}, which the variable table lists")
        values = np.asarray(records[name], dtype=np.float64)
        if values.shape != (quarters, *row.shape):
            raise RunFailed(f"{name} was recorded with shape {values.shape}, not {(quarters, *row.shape)}")
        chosen[name] = values
    return chosen


def write_dataset(
    path: Path,
    scenarios: Sequence[str],
    members: Sequence[Member],
    quarters: Sequence[str],
    read: Callable[[str, Member], Records | None],
    level: str = "detail",
    attributes: Mapping[str, Any] | None = None,
    coordinates: Mapping[str, Any] | None = None,
) -> None:
    """Write the dataset of an ensemble as netCDF, block by block: memory does not grow with the number of runs.

    Parameters
    ----------
    path : Path
        File to write; it must not be in use.
    scenarios : sequence of str
        Ids, in the order of the dimension ``scenario``.
    members : sequence of Member
        Runs of each scenario, in the order of the dimension ``member``.
    quarters : sequence of str
        ``2016Q1`` and on; the coordinate ``time`` is each quarter's last day.
    read : callable
        Gives the records of a run, or ``None`` for one that failed: its values stay missing (NaN).
    level : {'core', 'detail'}
        Level of the variable table that is stored.
    attributes : mapping, optional
        Provenance; whatever netCDF cannot hold as text or number is stored as JSON text.
    coordinates : mapping, optional
        Further coordinates, as xarray takes them: the values of an experiment's factors by member.

    Notes
    -----
    Dimensions ``scenario, member, time`` and those of each variable; ``parameter_set`` and ``replicate`` are
    coordinates of ``member``, ``quarter`` of ``time``.
    """
    import netCDF4

    table = stored_variables(level)
    frame = _frame(table, scenarios, members, quarters, attributes or {}, coordinates or {})
    frame.to_netcdf(path, engine="netcdf4")
    block = min(MEMBERS_A_BLOCK, len(members))
    with netCDF4.Dataset(path, "a") as file:
        for name, row in table.items():
            dims = ("scenario", "member", "time", *row.dims)
            chunk = (1, block, len(quarters), *row.shape)
            made = file.createVariable(
                name, "f8", dims, zlib=True, complevel=1, chunksizes=chunk, fill_value=np.nan
            )  # fmt: skip
            made.setncatts({key: netcdf_value(value) for key, value in _attributes(row).items()})
        for i, scenario in enumerate(scenarios):
            for start in range(0, len(members), block):
                _write_block(file, table, i, start, [read(scenario, m) for m in members[start : start + block]])


def read_dataset(path: Path) -> xr.Dataset:
    """Read a dataset that :func:`write_dataset` wrote.

    A small one is read whole and its file let go.  The values of a larger one stay on disk until they are asked for and
    are not kept: a variable, a scenario (``dataset.sel(scenario=...)``) or a year costs the memory of that part alone,
    however many runs there are.

    Parameters
    ----------
    path : Path
        The file.
    """
    import xarray

    dataset = xarray.open_dataset(path, engine="netcdf4", cache=False)
    if dataset.nbytes > READ_WHOLE:
        return dataset
    with dataset:
        return dataset.load()


def _write_block(
    file: Any, table: Mapping[str, Variable], scenario: int, start: int, runs: Sequence[Records | None]
) -> None:
    """Write the records of consecutive members of one scenario; missing runs stay NaN."""
    for name in table:
        shape = file[name].shape[2:]
        values = np.full((len(runs), *shape), np.nan)
        for place, records in enumerate(runs):
            if records is not None:
                values[place] = records[name]
        file[name][scenario, start : start + len(runs)] = values


def _frame(
    table: Mapping[str, Variable],
    scenarios: Sequence[str],
    members: Sequence[Member],
    quarters: Sequence[str],
    attributes: Mapping[str, Any],
    coordinates: Mapping[str, Any],
) -> xr.Dataset:
    """The dataset without its variables."""
    import xarray

    used = dict.fromkeys(dim for row in table.values() for dim in row.dims)
    coords: dict[str, Any] = {
        "scenario": list(scenarios),
        "parameter_set": ("member", [member.parameter_set for member in members]),
        "replicate": ("member", [member.replicate for member in members]),
        "member": np.arange(len(members)),
        "time": quarter_ends(quarters),
        "quarter": ("time", list(quarters)),
        **{dim: list(dimensions.members(dim)) for dim in used},
        **coordinates,
    }
    return xarray.Dataset(coords=coords, attrs={key: netcdf_value(value) for key, value in attributes.items()})


def _attributes(row: Variable) -> dict[str, Any]:
    return {
        "long_name": row.label_en,
        "label_zh": row.label_zh,
        "units": row.unit,
        "scope": row.scope,
        "kind": row.kind,
        "level": row.level,
        "rule": row.rule,
        "digits": row.digits,
        "description": row.description,
    }


def quarter_ends(quarters: Sequence[str]) -> np.ndarray:
    """Last day of each quarter, as ``datetime64[ns]`` of shape ``(T,)``."""
    months = np.array([f"{text[:4]}-{3 * int(text[5]):02d}" for text in quarters], dtype="datetime64[M]")
    days = (months + 1).astype("datetime64[D]") - 1
    return days.astype("datetime64[ns]")


def netcdf_value(value: Any) -> str | int | float:
    """Value as netCDF attributes can hold it: text and numbers as they are, the rest as JSON text."""
    from simulation.results.text import plain

    value = plain(value)
    if isinstance(value, bool) or value is None or isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False)
    return value
