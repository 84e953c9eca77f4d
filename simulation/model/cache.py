"""Where compiled code is kept: a folder named by a digest of the sources, checked before it is trusted.

The folder's name is a digest of every source file of the model and of the versions that compile it, so code on disk is
never older than the code it was made from: a changed line, wherever it is, means another folder.  A note in the folder
lists the files of a finished compilation with their checksums; code that does not agree with it is thrown away and
compiled again.  One process compiles at a time, others wait for it.  Where the folder cannot be written, a temporary
one serves the command and its worker processes.
"""

from __future__ import annotations

import atexit
import errno
import hashlib
import importlib.metadata
import json
import logging
import os
import pickle
import shutil
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import platformdirs

logger = logging.getLogger("aiplan.compiled")
VARIABLE = "AIPLAN_CACHE_DIR"
KEPT_VERSIONS = 3  # folders of earlier versions of the sources that stay, so that switching back compiles nothing
NOTE = "finished-"  # first part of the name of a note that a compilation has finished
LOCK = "lock"
CODE, INDEX = ".nbc", ".nbi"  # compiled code, and which types it was compiled for
ADVICE = f"Set {VARIABLE} to a folder that can be written."


def source_digest() -> str:
    """Digest of the model's sources and of the versions that compile them (16 hexadecimal digits)."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    versions = [importlib.metadata.version(name) for name in ("numba", "llvmlite", "numpy")]
    digest.update(" ".join([*versions, sys.version]).encode())
    return digest.hexdigest()[:16]


def wanted_root() -> Path:
    """Folder asked for: ``AIPLAN_CACHE_DIR`` where it is set, else the user's cache folder."""
    given = os.environ.get(VARIABLE)
    return Path(given) if given else Path(platformdirs.user_cache_dir("aiplan", appauthor=False))


@cache
def cache_folder() -> Path | None:
    """Folder for the compiled code of these sources.

    A temporary one (with a warning when that means compiling) where it cannot be written; ``None`` where not even that
    can be made.
    """
    folder = wanted_root() / source_digest()
    problem = _write_problem(folder)
    if not problem:
        _drop_old_versions(folder)
        return folder
    if not any(folder.glob(f"{NOTE}*")):
        logger.warning(
            "Compiled code cannot be kept in %s (%s): every start compiles again, which takes some seconds. %s",
            folder.parent, problem, ADVICE,
        )  # fmt: skip
    return _temporary_folder(folder)


def _write_problem(folder: Path) -> str:
    """Why nothing can be written into a folder, which is made if need be; empty when it can."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _temporary_folder(original: Path) -> Path | None:
    """A folder of this process with a copy of what the original holds, removed when the process ends."""
    try:
        root = Path(tempfile.mkdtemp(prefix="aiplan-"))
        if original.is_dir():
            shutil.copytree(original, root / original.name, ignore=shutil.ignore_patterns(LOCK))
        else:
            (root / original.name).mkdir()
    except OSError:
        return None
    owner = os.getpid()
    atexit.register(lambda: shutil.rmtree(root, ignore_errors=True) if os.getpid() == owner else None)
    return root / original.name


def _drop_old_versions(current: Path) -> None:
    """Remove the folders of earlier sources beyond the newest few."""
    for path in _other_versions(current)[KEPT_VERSIONS:]:
        shutil.rmtree(path, ignore_errors=True)


def _other_versions(current: Path) -> list[Path]:
    """Folders of other sources beside a folder, newest first."""
    try:
        others = [path for path in current.parent.iterdir() if path.is_dir() and path != current]
        return sorted(
            (path for path in others if len(path.name) == 16), key=lambda path: path.stat().st_mtime, reverse=True
        )
    except OSError:
        return []


def environment() -> dict[str, str]:
    """Environment in which another process finds the same compiled code."""
    folder = cache_folder()
    return {} if folder is None else {VARIABLE: str(folder.parent)}


# -- what is in it ----------------------------------------------------------------------------------------------------


def is_warm(variants: str, until: str) -> bool:
    """Whether all that runs call has been compiled and kept, and is still as it was written.

    Parameters
    ----------
    variants : str
        Name of the combination of rule variants in force.
    until : str
        Last quarter of the runs; what was compiled for a later one serves them too.
    """
    folder = cache_folder()
    if folder is None:
        return False
    notes = folder.glob(f"{NOTE}{variants}-*")
    return any(_note_holds(folder, note) for note in notes if note.name.rpartition("-")[2] >= until)


def note_warm(variants: str, until: str) -> None:
    """Note that all that such runs call is compiled and kept: the files there are and their checksums."""
    folder = cache_folder()
    if folder is None:
        return
    name = f"{NOTE}{variants}-{until}"
    checksums = {
        path.relative_to(folder).as_posix(): _checksum(path)
        for path in sorted(folder.rglob("*"))
        if path.suffix in (CODE, INDEX)
    }
    partial = folder / f".{name}.{os.getpid()}"
    partial.write_text(json.dumps(checksums), encoding="utf-8")
    os.replace(partial, folder / name)


def drop_damaged() -> bool:
    """Throw the compiled code away when a note in its folder does not hold; whether that was so."""
    folder = cache_folder()
    if folder is None or all(_note_holds(folder, note) for note in folder.glob(f"{NOTE}*")):
        return False
    logger.warning("The compiled code in %s is damaged and is made again.", folder)
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path.name != LOCK:
            path.unlink(missing_ok=True)
    return True


def _note_holds(folder: Path, note: Path) -> bool:
    try:
        checksums = json.loads(note.read_text(encoding="utf-8"))
        return all(_is_sound(folder / name, checksum) for name, checksum in checksums.items())
    except (OSError, ValueError, AttributeError):
        return False


def _is_sound(path: Path, checksum: int) -> bool:
    """Whether a file is as it was noted; an index may have grown since, and has to be readable then."""
    if _checksum(path) == checksum:
        return True
    return path.suffix == INDEX and _is_readable(path)


def _checksum(path: Path) -> int:
    return zlib.crc32(path.read_bytes())


def _is_readable(index: Path) -> bool:
    try:
        with open(index, "rb") as file:
            pickle.load(file)
            pickle.load(file)
    except Exception:  # a damaged pickle may raise anything
        return False
    return True


@contextmanager
def compiling_alone() -> Iterator[None]:
    """Keep other processes from compiling into the folder meanwhile; waits for one that does.

    Without effect where there is no folder or its file system knows no locks.
    """
    folder = cache_folder()
    if folder is None:
        yield
        return
    with open(folder / LOCK, "a", encoding="utf-8") as file:
        _lock(file.fileno())
        yield


def _lock(descriptor: int) -> None:
    """Lock a file until it is closed."""
    try:
        import fcntl
    except ImportError:  # Windows
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in (errno.EAGAIN, errno.EACCES):
            return
        logger.info("waiting for another process that compiles the model")
        fcntl.flock(descriptor, fcntl.LOCK_EX)


@dataclass(frozen=True)
class Contents:
    """What the cache holds, as ``aiplan doctor`` tells it.

    Parameters
    ----------
    wanted : Path
        Folder asked for.
    folder : Path or None
        Folder in use: the one asked for, or a temporary one where that cannot be written.
    compiled : bool
        Whether at least one compilation of these sources has finished and is sound.
    damaged : bool
        Whether a finished compilation does not agree with its checksums.
    megabytes : float
        Size of the compiled code of these sources.
    others : int
        Folders of other versions of the sources.
    """

    wanted: Path
    folder: Path | None
    compiled: bool
    damaged: bool
    megabytes: float
    others: int


def contents() -> Contents:
    """Look at the cache."""
    folder, wanted = cache_folder(), wanted_root() / source_digest()
    notes = [] if folder is None else [_note_holds(folder, note) for note in folder.glob(f"{NOTE}*")]
    files = [] if folder is None else [path for path in folder.rglob("*") if path.suffix in (CODE, INDEX)]
    return Contents(
        wanted=wanted,
        folder=folder,
        compiled=bool(notes) and all(notes),
        damaged=not all(notes),
        megabytes=sum(path.stat().st_size for path in files) / 1e6,
        others=len(_other_versions(wanted)),
    )
