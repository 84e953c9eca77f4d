"""A stored result as Python sees it."""

from __future__ import annotations

import os
import shlex
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulation.errors import StoreConflict
from simulation.results import store
from simulation.results.provenance import relative

if TYPE_CHECKING:
    import xarray as xr


class Result:
    """A result folder.

    Parameters
    ----------
    folder : path
        What ``aiplan run`` made.

    Raises
    ------
    StoreConflict
        When the folder does not exist or is no result folder.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        if not self.folder.is_dir():
            raise StoreConflict(f"there is no result folder {self.folder}")
        self.manifest = store.read_manifest(self.folder)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.folder}: {', '.join(self.scenarios)}>"

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Ids of the scenarios that were run."""
        return tuple(entry["id"] for entry in self.manifest["scenarios"])

    @cached_property
    def dataset(self) -> xr.Dataset:
        """Everything recorded: dimensions ``scenario, member, time`` and those of each variable.

        That of many runs is read from disk part by part, when its values are asked for.

        Raises
        ------
        StoreConflict
            When the runs were stopped before the dataset was put together.
        """
        from simulation.results.dataset import read_dataset

        path = self.folder / store.ENSEMBLE
        if not path.exists():
            raise StoreConflict(f"{self.folder} holds no finished ensemble; run it again with --resume")
        return read_dataset(path)

    @property
    def data(self) -> xr.Dataset:
        """The dataset."""
        return self.dataset

    @property
    def runs(self) -> list[dict[str, Any]]:
        """One entry for each run: scenario, parameter set, replicate, status, seconds, error and repeating command."""
        return store.read_runs(self.folder)

    @property
    def failures(self) -> list[dict[str, Any]]:
        """Runs that failed, with their error and the command that repeats them from the present working folder."""
        return [{**run, "repeat": self._from_here(run["repeat"])} for run in self.runs if run["status"] == "failed"]

    def _from_here(self, command: str) -> str:
        """A repeating command with the path of its file, which lies in this folder, as seen from the working folder."""
        words = shlex.split(command)
        name = Path(words[2]).name
        file = self.folder / (name if name == store.EXPERIMENT else f"{store.SCENARIOS}/{name}")
        words[2] = relative(file.as_posix())
        return shlex.join(words)
