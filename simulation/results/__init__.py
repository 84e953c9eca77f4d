"""What a run leaves behind: the dataset by the variable table, its provenance, and the folder that holds both.

Nothing here computes a statistic; :mod:`simulation.analysis` does.  Names are loaded when they are first used, so that
asking for the version loads no arrays.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulation.results.dataset import Member, write_dataset
    from simulation.results.export import export_csv
    from simulation.results.provenance import data_version, dependencies, program_version
    from simulation.results.result import Result
    from simulation.results.store import Store

__all__ = [
    "Member",
    "Result",
    "Store",
    "data_version",
    "dependencies",
    "export_csv",
    "program_version",
    "write_dataset",
]
PLACES = {
    "dataset": ("Member", "write_dataset"),
    "export": ("export_csv",),
    "provenance": ("data_version", "dependencies", "program_version"),
    "result": ("Result",),
    "store": ("Store",),
}


def __getattr__(name: str) -> Any:
    for module, names in PLACES.items():
        if name in names:
            return getattr(import_module(f"simulation.results.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
