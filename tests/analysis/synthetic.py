"""Synthetic results with known answers: constant flows per quarter, chosen per member."""

import numpy as np
import pandas as pd
import xarray as xr

from simulation.inputs import dimensions


def result(values, start="2016Q1", until="2030Q4", scenarios=("plan_baseline",), replicates=None):
    """Dataset with one entry per variable.

    Parameters
    ----------
    values : dict
        Per variable a number, or an array that broadcasts to (scenario, member, time); a tuple (dims, array) adds
        dimensions after time.
    """
    quarters = pd.period_range(start, until, freq="Q")
    members = len(replicates) if replicates is not None else 20
    shape = (len(scenarios), members, len(quarters))
    data = {}
    for name, value in values.items():
        dims, array = value if isinstance(value, tuple) else ((), value)
        full = np.broadcast_to(np.asarray(array, dtype=float), (*shape, *(dimensions.size(dim) for dim in dims)))
        data[name] = (("scenario", "member", "time", *dims), full.copy())
    coords = {
        "scenario": list(scenarios),
        "time": quarters.end_time.normalize().values.astype("datetime64[ns]"),
        "quarter": ("time", [str(quarter) for quarter in quarters]),
        "parameter_set": ("member", np.zeros(members, dtype=int)),
        "replicate": ("member", np.arange(members) if replicates is None else np.asarray(replicates)),
        "tier": list(dimensions.members("tier")),
    }
    return xr.Dataset(data, coords=coords)


def growing(at_year, level, rate, start="2016Q1", until="2030Q4"):
    """Quarterly flow whose yearly sum is ``level`` in ``at_year`` and grows by ``rate`` from year to year."""
    years = pd.period_range(start, until, freq="Q").year
    return level / 4.0 * (1.0 + rate) ** (years - at_year)
