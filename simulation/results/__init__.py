"""What a run leaves behind: the dataset by the variable table, its provenance, and the folder that holds both.

Nothing here computes a statistic; :mod:`simulation.analysis` does.
"""

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
