"""The result folder: made before anything runs, filled run by run, never overwritten, resumed where it stopped.

Layout: ``manifest.json`` (provenance), ``scenarios/`` (what was run), ``runs.jsonl`` (one line per finished or failed
run, append-only), ``shards/`` (one file per finished run, written and then renamed), ``ensemble.nc`` (all shards as one
dataset), ``targets.csv``, with several scenarios ``differences.csv``, and ``figures/``.
"""

from __future__ import annotations

import json
import math
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from simulation.errors import StoreConflict
from simulation.results.dataset import Member, Records, write_dataset
from simulation.results.text import file_name, json_text, write_whole

MANIFEST = "manifest.json"
RUNS = "runs.jsonl"
ENSEMBLE = "ensemble.nc"
TARGETS = "targets.csv"
DIFFERENCES = "differences.csv"
SHARDS = "shards"
SCENARIOS = "scenarios"
EXPERIMENT = "experiment.yaml"
POINTS = "points.csv"
FIGURES = "figures"
DEFAULT_PARENT = Path("results/runs")
# What must agree, beside the scenarios, before a folder may be continued; the number of runs may grow.
IDENTITY = ("seed", "scale", "until", "level", "model_version", "data_version", "experiment_digest")


def shard_path(folder: Path, scenario: str, member: Member) -> Path:
    """File that holds the records of one finished run."""
    return folder / SHARDS / f"{file_name(scenario)}-{member.parameter_set:04d}-{member.replicate:06d}.npz"


def write_shard(path: Path, records: Records) -> None:
    """Store the records of one run: the file appears under its name only when it is whole.

    It holds all numbers in one array ``values`` and, as bytes of JSON in ``names``, the name and shape of each record
    in their order: an array for each record would take a hundred times as long to write and to read.

    Raises
    ------
    StoreConflict
        When it cannot be written: the disk is full, perhaps.
    """
    arrays = {name: np.asarray(values, dtype=np.float64) for name, values in records.items()}
    names = json.dumps({name: values.shape for name, values in arrays.items()}).encode()
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(partial, "wb") as file:
            np.savez(
                file,
                names=np.frombuffer(names, dtype=np.uint8),
                values=np.concatenate([values.ravel() for values in arrays.values()]),
            )
        os.replace(partial, path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise _unwritable(path.parent, error) from error


def _unwritable(folder: Path, error: OSError) -> StoreConflict:
    why = error.strerror or str(error)
    return StoreConflict(f"cannot write into {folder}: {why}; finished runs are kept, --resume continues")


def read_shard(path: Path) -> dict[str, np.ndarray] | None:
    """Records of one run, or ``None`` when it has not finished."""
    if not path.exists():
        return None
    with np.load(path) as shard:
        shapes, values = json.loads(shard["names"].tobytes()), shard["values"]
    records, start = {}, 0
    for name, shape in shapes.items():
        end = start + math.prod(shape)
        records[name] = values[start:end].reshape(shape)
        start = end
    return records


class Store:
    """A result folder that is being filled.

    Parameters
    ----------
    folder : Path
        An existing folder with a manifest; :meth:`open` makes or continues one.
    manifest : dict
        What its ``manifest.json`` says.
    """

    def __init__(self, folder: Path, manifest: dict[str, Any]) -> None:
        self.folder = folder
        self.manifest = manifest

    @classmethod
    def open(
        cls,
        manifest: Mapping[str, Any],
        scenario_texts: Mapping[str, str],
        out: str | os.PathLike[str] | None = None,
        resume: bool = False,
        name: str = "result",
        further: Mapping[str, str] | None = None,
    ) -> Store:
        """Make a result folder, or continue one.

        Parameters
        ----------
        manifest : mapping
            Provenance; scenarios and the entries of ``IDENTITY`` decide whether a folder may be continued.
        scenario_texts : mapping of str to str
            Merged scenario files by id, kept in ``scenarios/``.
        out : path, optional
            Folder; by default ``results/runs/<name>``, with a counter when that exists.
        resume : bool
            Continue the folder if it exists.
        name : str
            Name of the default folder.
        further : mapping of str to str, optional
            Texts of further files by name: those of an experiment.

        Raises
        ------
        StoreConflict
            When the folder exists and ``resume`` is off, when it holds another experiment, or when it cannot be
            written; nothing is left behind then.
        """
        told: dict[str, Any] = json.loads(json_text(manifest))
        folder = Path(out) if out is not None else DEFAULT_PARENT / name
        if resume and folder.exists():
            return cls(folder, _continued(folder, told))
        folder = _make(folder, counted=out is None)
        store = cls(folder, told)
        try:
            for part in (SHARDS, SCENARIOS):
                (folder / part).mkdir()
            for identifier, text in scenario_texts.items():
                write_whole(folder / SCENARIOS / f"{file_name(identifier)}.yaml", text)
            for file, text in (further or {}).items():
                write_whole(folder / file, text)
            store.write_manifest()
            (folder / RUNS).touch()
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise StoreConflict(f"cannot write into {folder}: {error.strerror}") from error
        return store

    def write_manifest(self, **changes: Any) -> None:
        """Write ``manifest.json`` anew with some entries changed."""
        self.manifest = {**self.manifest, **json.loads(json_text(changes))}
        write_whole(self.folder / MANIFEST, json_text(self.manifest) + "\n")

    def keep(self, scenario: str, member: Member, records: Records) -> None:
        """Store the records of one run that a worker handed back."""
        write_shard(shard_path(self.folder, scenario, member), records)

    def stored(self) -> set[str]:
        """Names of the files of all finished runs."""
        folder = self.folder / SHARDS
        return {entry.name for entry in os.scandir(folder) if entry.name.endswith(".npz")} if folder.is_dir() else set()

    def record(self, line: Mapping[str, Any]) -> None:
        """Append one finished or failed run to ``runs.jsonl``; ``StoreConflict`` when that cannot be written."""
        try:
            with open(self.folder / RUNS, "a", encoding="utf-8") as file:
                file.write(json_text(line, indent=None) + "\n")
        except OSError as error:
            raise _unwritable(self.folder, error) from error

    def assemble(
        self,
        scenarios: Sequence[str],
        members: Sequence[Member],
        quarters: Sequence[str],
        level: str,
        coordinates: Callable[[Sequence[Member]], Mapping[str, Any]] = lambda members: {},
    ) -> bool:
        """Write ``ensemble.nc`` from the finished runs; false when there is none.

        A member of which no scenario finished is left out; one that failed under some scenarios is missing there.
        """
        stored = self.stored()
        kept = [m for m in members if any(shard_path(self.folder, s, m).name in stored for s in scenarios)]
        if not kept:
            return False
        partial = self.folder / f"{ENSEMBLE}.partial"
        try:
            write_dataset(partial, scenarios, kept, quarters, self._read, level, self.manifest, coordinates(kept))
            os.replace(partial, self.folder / ENSEMBLE)
        except OSError as error:
            partial.unlink(missing_ok=True)
            raise _unwritable(self.folder, error) from error
        return True

    def _read(self, scenario: str, member: Member) -> Records | None:
        return read_shard(shard_path(self.folder, scenario, member))


def read_runs(folder: Path) -> list[dict[str, Any]]:
    """Last line of ``runs.jsonl`` for each run, in the order of their first lines.

    A line that was cut off when the program was stopped is left out: its run counts as not finished.
    """
    latest: dict[tuple[Any, ...], dict[str, Any]] = {}
    path = folder / RUNS
    for text in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        try:
            line = json.loads(text)
        except json.JSONDecodeError:
            continue
        latest[line["scenario"], line["parameter_set"], line["replicate"]] = line
    return list(latest.values())


def read_manifest(folder: Path) -> dict[str, Any]:
    """Manifest of a result folder; ``StoreConflict`` when there is none."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StoreConflict(f"{folder} is not a result folder: it has no {MANIFEST}") from None
    except (OSError, ValueError) as error:
        raise StoreConflict(f"the manifest of {folder} cannot be read: {error}") from error
    if not isinstance(manifest, dict) or "scenarios" not in manifest:
        raise StoreConflict(f"{folder} is not a result folder: its {MANIFEST} is another program's")
    return manifest


def _continued(folder: Path, manifest: dict[str, Any]) -> dict[str, Any]:
    held = read_manifest(folder)
    other = [key for key in IDENTITY if held.get(key) != manifest.get(key)]
    if _digests(held) != _digests(manifest):
        other.insert(0, "scenarios")
    if other:
        raise StoreConflict(f"{folder} holds another experiment and cannot be resumed: {', '.join(other)} differ")
    if not os.access(folder, os.W_OK):
        raise StoreConflict(f"cannot write into {folder}: Permission denied")
    return {**held, "replicates": manifest["replicates"], "members": manifest["members"]}


def _digests(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(entry["id"], entry["digest"]) for entry in manifest["scenarios"]]


def _make(folder: Path, counted: bool) -> Path:
    """Make a folder that did not exist, with ``-2``, ``-3`` and so on behind its name where that is allowed."""
    candidates = (folder.with_name(f"{folder.name}-{number}") if number > 1 else folder for number in count(1))
    for candidate in candidates:
        missing = [parent for parent in candidate.parents if not parent.exists()]
        try:
            candidate.mkdir(parents=True)
            return candidate
        except FileExistsError:
            if counted:
                continue
            message = f"{candidate} exists already; --resume continues it, another --out leaves it alone"
            raise StoreConflict(message) from None
        except OSError as error:
            for parent in missing:
                if parent.is_dir() and not any(parent.iterdir()):
                    parent.rmdir()
            raise StoreConflict(f"cannot make the folder {candidate}: {error.strerror}") from error
    raise AssertionError("count() never ends")
