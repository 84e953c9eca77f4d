"""Compiled kernels: plain loops over rows, compiled at first use and kept on disk.

A kernel is an ordinary function over scalars, arrays and named tuples of arrays, decorated with :func:`compiled`; what
it depends on reaches it as an argument.  The compiled code is kept in a folder whose name is a digest of every source
file of the model and of the versions that compile it, so code on disk is never older than the code it was made from:
a changed line, wherever it is, means another folder.  Parallelism is over runs, never inside a kernel, and sums run in
row order, so the same bits come out for any number of workers.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numba
import platformdirs

Function = TypeVar("Function", bound=Callable[..., Any])

logger = logging.getLogger("aiplan.compiled")
KEPT_VERSIONS = 3  # folders of earlier versions of the sources that stay, so that switching back compiles nothing
FINISHED = "finished"


def source_digest() -> str:
    """Digest of the model's sources and of the versions that compile them (16 hexadecimal digits)."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    versions = [importlib.metadata.version(name) for name in ("numba", "llvmlite", "numpy")]
    digest.update(" ".join([*versions, sys.version]).encode())
    return digest.hexdigest()[:16]


def cache_root() -> Path:
    """Folder of compiled code: ``AIPLAN_CACHE_DIR`` where it is set, else the user's cache folder."""
    given = os.environ.get("AIPLAN_CACHE_DIR")
    return Path(given) if given else Path(platformdirs.user_cache_dir("aiplan", appauthor=False))


@cache
def cache_folder() -> Path | None:
    """Folder for the compiled code of these sources; ``None`` (with a warning) where nothing can be written."""
    root = cache_root()
    folder = root / source_digest()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        logger.warning(
            "Compiled code cannot be kept in %s (%s): every start compiles again, which takes some seconds. "
            "Set AIPLAN_CACHE_DIR to a folder that can be written.",
            root,
            error.strerror or error,
        )
        return None
    _drop_old_versions(root, folder)
    return folder


def _drop_old_versions(root: Path, current: Path) -> None:
    """Remove the folders of earlier sources beyond the newest few."""
    others = [path for path in root.iterdir() if path.is_dir() and path != current and len(path.name) == 16]
    others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in others[KEPT_VERSIONS:]:
        shutil.rmtree(path, ignore_errors=True)


def is_warm() -> bool:
    """Whether a whole quarter of this version has been compiled and kept before."""
    folder = cache_folder()
    return folder is not None and (folder / FINISHED).exists()


def note_warm() -> None:
    """Note that every kernel of a quarter is compiled and kept."""
    folder = cache_folder()
    if folder is not None and not (folder / FINISHED).exists():
        (folder / FINISHED).touch()


def compiled(function: Function) -> Function:
    """Compile ``function`` at its first call, without the interpreter's lock, and keep the code on disk.

    Division by zero gives infinity or NaN as in NumPy.  ``function.py_func`` is the plain Python function.
    """
    folder = cache_folder()
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = "" if folder is None else str(folder)
    try:
        return numba.njit(cache=folder is not None, nogil=True, error_model="numpy")(function)
    finally:
        numba.config.CACHE_DIR = before
