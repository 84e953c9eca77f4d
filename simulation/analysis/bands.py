"""Annual values of a result and their quantiles over members: the statistics that figures and tables draw.

A year's value follows the kind of the variable (``simulation.inputs.variables``): a flow is the sum of its four
quarters, a stock, index or rate its value at the year's last quarter; a year that is not complete is left out.
Quantiles are taken over the dimension ``member`` with linear interpolation and leave missing values out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import xarray as xr

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
QUARTERS = 4


def annual(values: xr.DataArray, kind: str) -> xr.DataArray:
    """Annual values of a quarterly series.

    Parameters
    ----------
    values : xarray.DataArray
        Any dimensions with ``time`` among them (quarter ends), unit per quarter for flows.
    kind : {'flow', 'stock', 'index', 'rate'}
        Kind of the variable in the variable table.

    Returns
    -------
    xarray.DataArray
        The same dimensions with ``year`` (whole years) in the place of ``time``; flows per year, the rest at year end.
    """
    years = values["time"].dt.year.values
    complete = [int(year) for year in np.unique(years) if np.sum(years == year) == QUARTERS]
    axis = values.get_axis_num("time")
    parts, read = [], values.values
    for year in complete:
        quarters = read.take(np.flatnonzero(years == year), axis=axis)
        parts.append(quarters.sum(axis=axis) if kind == "flow" else quarters.take(-1, axis=axis))
    dims = tuple("year" if name == "time" else name for name in values.dims)
    shape = [
        len(complete) if name == "time" else length for name, length in zip(values.dims, values.shape, strict=True)
    ]
    data = np.stack(parts, axis=axis) if parts else np.empty(shape)
    coords = {
        name: coord for name, coord in values.coords.items() if "time" not in coord.dims and name not in ("time",)
    }
    return values.__class__(data, dims=dims, coords={**coords, "year": complete}, name=values.name, attrs=values.attrs)


def quantiles(values: xr.DataArray, levels: tuple[float, ...] = LEVELS) -> xr.DataArray:
    """Quantiles over members; the dimension ``quantile`` replaces ``member``."""
    return values.quantile(list(levels), dim="member", skipna=True)


def first_year(annual_values: xr.DataArray, threshold: float) -> xr.DataArray:
    """First year whose value is more than a threshold, per member; NaN where no year of the run is.

    Parameters
    ----------
    annual_values : xarray.DataArray
        Annual values with the dimension ``year``, in the unit of the threshold.
    threshold : float
        The bound that has to be exceeded (the plan's targets say "more than").
    """
    above = annual_values > threshold
    return above["year"].where(above).min(dim="year", skipna=True)


def first_year_shares(years: xr.DataArray, calendar: list[int]) -> tuple[xr.DataArray, xr.DataArray]:
    """Distribution of a first year over members.

    Returns
    -------
    tuple of xarray.DataArray
        Share of the members per year of the calendar (dimension ``year``), and the share that never got there.
    """
    shares = [(years == year).mean(dim="member") for year in calendar]
    import xarray

    return xarray.concat(shares, dim="year").assign_coords(year=calendar), years.isnull().mean(dim="member")


def shares(values: xr.DataArray, dimension: str) -> xr.DataArray:
    """Each element's share of the sum over a dimension, 0 to 1; NaN where the sum is zero."""
    total = values.sum(dim=dimension)
    return values / total.where(total != 0)


def top_share(values: xr.DataArray, dimension: str, count: int) -> xr.DataArray:
    """Share of the largest ``count`` elements in the sum over a dimension, 0 to 1, per member and year."""
    axis = values.get_axis_num(dimension)
    largest = np.sort(values.values, axis=axis).take(range(-count, 0), axis=axis).sum(axis=axis)
    total = values.sum(dim=dimension)
    return total.copy(data=largest) / total.where(total != 0)
