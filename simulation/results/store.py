"""The result folder: made before anything runs, filled run by run, never overwritten, resumed where it stopped.

Layout: ``manifest.json`` (provenance), ``scenarios/`` (what was run), ``runs.jsonl`` (one line per finished or failed
run, append-only), ``shards/`` (one file per finished run, written and then renamed), ``ensemble.nc`` (all shards as one
dataset), ``targets.csv``, with several scenarios ``differences.csv``, and ``figures/``.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO

from simulation.errors import StoreConflict
from simulation.results.dataset import Member, Records, write_dataset
from simulation.results.lock import FolderLock
from simulation.results.shards import SHARDS, is_sound, read_shard, shard_path, unwritable, write_shard
from simulation.results.text import file_name, json_text, write_whole

MANIFEST = "manifest.json"
RUNS = "runs.jsonl"
ENSEMBLE = "ensemble.nc"
TARGETS = "targets.csv"
DIFFERENCES = "differences.csv"
SCENARIOS = "scenarios"
EXPERIMENT = "experiment.yaml"
POINTS = "points.csv"
FIGURES = "figures"
DEFAULT_PARENT = Path("results/runs")
# What must agree, beside the scenarios, before a folder may be continued; the number of runs may grow, never shrink.
IDENTITY = ("seed", "scale", "until", "level", "model_version", "data_version", "posterior", "experiment_digest")
# What a continued folder takes from the new call.
RENEWED = ("replicates", "members", "outcomes")


class Store:
    """A result folder that is being filled.

    Parameters
    ----------
    folder : Path
        An existing folder with a manifest; :meth:`open` makes or continues one.
    manifest : dict
        What its ``manifest.json`` says.
    lock : FolderLock, optional
        Keeps other programs from filling the folder meanwhile, until :meth:`close`.
    """

    def __init__(self, folder: Path, manifest: dict[str, Any], lock: FolderLock | None = None) -> None:
        self.folder = folder
        self.manifest = manifest
        self._lock = lock

    def close(self) -> None:
        """Let other programs fill the folder."""
        if self._lock is not None:
            self._lock.release()

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
            When the folder exists and ``resume`` is off, when it holds another experiment or more runs, when another
            program is filling it, or when it cannot be written; nothing is left behind then.
        """
        told: dict[str, Any] = json.loads(json_text(manifest))
        folder = Path(out) if out is not None else DEFAULT_PARENT / name
        if resume and folder.exists():
            return cls._continue(folder, told, further or {})
        folder = _make(folder, counted=out is None)
        try:
            store = cls(folder, told, FolderLock(folder / RUNS))
            for part in (SHARDS, SCENARIOS):
                (folder / part).mkdir()
            for identifier, text in scenario_texts.items():
                write_whole(folder / SCENARIOS / f"{file_name(identifier)}.yaml", text)
            for file, text in (further or {}).items():
                write_whole(folder / file, text)
            store.write_manifest()
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise StoreConflict(f"cannot write into {folder}: {error.strerror}") from error
        return store

    @classmethod
    def _continue(cls, folder: Path, manifest: dict[str, Any], further: Mapping[str, str]) -> Store:
        """Lock a folder and bring what it says of itself up to date, before anything runs."""
        read_manifest(folder)
        try:
            lock = FolderLock(folder / RUNS)
        except OSError as error:
            raise StoreConflict(f"cannot write into {folder}: {error.strerror}") from error
        try:
            store = cls(folder, continued(folder, manifest), lock)
            for partial in folder.glob(f".{ENSEMBLE}.*"):
                partial.unlink(missing_ok=True)
            for file, text in further.items():
                write_whole(folder / file, text)
            store.write_manifest()
            return store
        except OSError as error:
            lock.release()
            raise StoreConflict(f"cannot write into {folder}: {error.strerror}") from error
        except StoreConflict:
            lock.release()
            raise

    def write_manifest(self, **changes: Any) -> None:
        """Write ``manifest.json`` anew with some entries changed."""
        self.manifest = {**self.manifest, **json.loads(json_text(changes))}
        write_whole(self.folder / MANIFEST, json_text(self.manifest) + "\n")

    def keep(self, scenario: str, member: Member, records: Records) -> None:
        """Store the records of one run that a worker handed back."""
        write_shard(shard_path(self.folder, scenario, member), records)

    def stored(self) -> set[str]:
        """Names of the files of all finished runs; an empty file is none."""
        folder = self.folder / SHARDS
        if not folder.is_dir():
            return set()
        return {entry.name for entry in os.scandir(folder) if entry.name.endswith(".npz") and entry.stat().st_size}

    def settle(self, scenarios: Sequence[str], members: Sequence[Member]) -> None:
        """Put in order what an interruption left: damaged shards go, and every whole one gets its line.

        Parameters
        ----------
        scenarios : sequence of str
            Ids.
        members : sequence of Member
            Runs of each scenario.
        """
        there = {path.name for path in (self.folder / SHARDS).glob("*.npz")}
        if not there:
            return
        told = {key for key, line in _latest_lines(self.folder).items() if line["status"] == "done"}
        for scenario in scenarios:
            for member in members:
                path = shard_path(self.folder, scenario, member)
                if path.name not in there:
                    continue
                if not is_sound(path):
                    path.unlink()
                elif (scenario, *member) not in told:
                    self.record({"scenario": scenario, **member._asdict(), "status": "done", "seconds": 0.0})

    def record(self, line: Mapping[str, Any]) -> None:
        """Append one finished or failed run to ``runs.jsonl``; ``StoreConflict`` when that cannot be written."""
        try:
            with open(self.folder / RUNS, "ab+") as file:
                start = b"" if _ends_a_line(file) else b"\n"
                file.write(start + json_text(line, indent=None).encode() + b"\n")
        except OSError as error:
            raise unwritable(self.folder, error) from error

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
        partial = self.folder / f".{ENSEMBLE}.{os.getpid()}"
        try:
            write_dataset(partial, scenarios, kept, quarters, self._read, level, self.manifest, coordinates(kept))
            os.replace(partial, self.folder / ENSEMBLE)
        except OSError as error:
            partial.unlink(missing_ok=True)
            raise unwritable(self.folder, error) from error
        return True

    def _read(self, scenario: str, member: Member) -> Records | None:
        return read_shard(shard_path(self.folder, scenario, member))


def _ends_a_line(file: BinaryIO) -> bool:
    """Whether a file is empty or its last line whole: a program that was killed may have left half of one."""
    if not file.seek(0, os.SEEK_END):
        return True
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"


def read_runs(folder: Path) -> list[dict[str, Any]]:
    """Last line of ``runs.jsonl`` for each run, in the order of their first lines.

    A line that was cut off when the program was stopped is left out, and so is a failure whose run is stored.
    """
    lines = _latest_lines(folder).values()
    return [line for line in lines if line["status"] == "done" or not shard_of(folder, line).exists()]


def shard_of(folder: Path, line: Mapping[str, Any]) -> Path:
    """Where the run of a line of ``runs.jsonl`` is stored when it has finished."""
    return shard_path(folder, line["scenario"], Member(line["parameter_set"], line["replicate"]))


def _latest_lines(folder: Path) -> dict[tuple[Any, ...], dict[str, Any]]:
    latest: dict[tuple[Any, ...], dict[str, Any]] = {}
    path = folder / RUNS
    for text in path.read_bytes().splitlines() if path.exists() else ():
        try:
            line = json.loads(text)
            latest[line["scenario"], line["parameter_set"], line["replicate"]] = line
        except (ValueError, TypeError, KeyError):
            continue
    return latest


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


def continued(folder: Path, manifest: dict[str, Any]) -> dict[str, Any]:
    """Manifest of a folder that is continued with another call; ``StoreConflict`` when it holds something else."""
    held = read_manifest(folder)
    other = [key for key in IDENTITY if held.get(key) != manifest.get(key)]
    if _digests(held) != _digests(manifest):
        other.insert(0, "scenarios")
    if other:
        raise StoreConflict(f"{folder} holds another experiment and cannot be resumed: {', '.join(other)} differ")
    if held.get("pairing") == "independent" and manifest["replicates"] != held["replicates"]:
        raise StoreConflict(f"{folder} pairs its points independently: their random numbers follow from 'replicates'")
    if not os.access(folder, os.W_OK):
        raise StoreConflict(f"cannot write into {folder}: Permission denied")
    missing = {tuple(member) for member in held["members"]} - {tuple(member) for member in manifest["members"]}
    if manifest["replicates"] < held["replicates"] or missing:
        runs = f"{held['replicates']} replicates, of which {manifest['replicates']} are asked for"
        raise StoreConflict(f"{folder} holds {runs}: a folder that is continued keeps all its runs and may only grow")
    return {**held, **{key: manifest[key] for key in RENEWED if key in manifest}}


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
