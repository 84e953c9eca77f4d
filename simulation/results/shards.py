"""Shards: one file for each finished run, whole or absent."""

from __future__ import annotations

import json
import math
import os
import zipfile
import zlib
from pathlib import Path

import numpy as np

from simulation.errors import StoreConflict
from simulation.results.dataset import Member, Records
from simulation.results.text import file_name

SHARDS = "shards"


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
        raise unwritable(path.parent, error) from error


def unwritable(folder: Path, error: OSError) -> StoreConflict:
    """What is said when a result folder cannot be written any more."""
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


def is_sound(path: Path) -> bool:
    """Whether a shard can be read and its checksums agree; an empty or damaged one counts as a run not done."""
    try:
        with zipfile.ZipFile(path) as file:
            return file.testzip() is None
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error):
        return False
