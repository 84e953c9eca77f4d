"""Results as tidy tables: one row per value, in CSV that any program reads."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.errors import UsageError
from simulation.results.dataset import MEMBERS_A_BLOCK
from simulation.results.text import file_name, write_csv

if TYPE_CHECKING:
    import xarray as xr


def rows(dataset: xr.Dataset, name: str) -> Iterator[dict[str, Any]]:
    """Rows of one variable, read block by block.

    Columns: scenario, parameter set, replicate, quarter, its own dimensions, value, unit and scope.

    Parameters
    ----------
    dataset : xarray.Dataset
        Result of a run.
    name : str
        A variable; missing values are left out.
    """
    if name not in dataset:
        raise UsageError(f"the result holds no variable {name}; there are {', '.join(map(str, dataset.data_vars))}")
    array = dataset[name]
    own = [str(dim) for dim in array.dims[3:]]
    labels = [array[dim].values for dim in own]
    scenarios, quarters = dataset["scenario"].values, dataset["quarter"].values
    sets, replicates = dataset["parameter_set"].values, dataset["replicate"].values
    blocks = range(0, array.sizes["member"], MEMBERS_A_BLOCK)
    for scenario, start in itertools.product(range(len(scenarios)), blocks):
        values = array.isel(scenario=scenario, member=slice(start, start + MEMBERS_A_BLOCK)).values
        for place, quarter, *rest in np.argwhere(np.isfinite(values)):
            yield {
                "scenario": str(scenarios[scenario]),
                "parameter_set": int(sets[start + place]),
                "replicate": int(replicates[start + place]),
                "quarter": str(quarters[quarter]),
                **{dim: str(label[at]) for dim, label, at in zip(own, labels, rest, strict=True)},
                "variable": name,
                "value": float(values[(place, quarter, *rest)]),
                "unit": array.attrs.get("units", ""),
                "scope": array.attrs.get("scope", ""),
            }


def export_csv(dataset: xr.Dataset, folder: str | Path, names: Iterable[str] | None = None) -> list[Path]:
    """Write one CSV file per variable.

    Parameters
    ----------
    dataset : xarray.Dataset
        Result of a run.
    folder : path
        Where the files go; made if missing.
    names : iterable of str, optional
        Variables; all by default.

    Returns
    -------
    list of Path
        The files, in the order of the variables.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    paths = []
    for name in [str(name) for name in dataset.data_vars] if names is None else list(names):
        path = target / f"{file_name(name)}.csv"
        write_csv(path, rows(dataset, name))
        paths.append(path)
    return paths
