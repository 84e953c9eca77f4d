"""Where a result comes from: versions of program, model, data and dependencies, and the command that made it."""

from __future__ import annotations

import hashlib
import os
import platform
import shlex
from collections.abc import Sequence
from functools import lru_cache
from importlib import metadata
from pathlib import Path

from simulation.inputs.reading import data_version

DISTRIBUTION = "aiplan"
# Raised whenever a change of the rules changes what `quick_demo` records; the changelog says why.
MODEL_VERSION = "3"
DEPENDENCIES = (
    "numpy",
    "scipy",
    "numba",
    "llvmlite",
    "SALib",
    "mesa",
    "xarray",
    "netCDF4",
    "matplotlib",
    "pydantic",
    "ruamel.yaml",
    "typer",
    "rich",
    "jinja2",
)
__all__ = ["command_line", "data_version", "dependencies", "posterior_digest", "program_version", "relative"]


@lru_cache(maxsize=1)
def program_version() -> str:
    """Version of the installed distribution, ``0+unknown`` when it runs from a bare folder."""
    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return "0+unknown"


@lru_cache(maxsize=1)
def posterior_digest() -> str:
    """Digest that a posterior names, 16 hexadecimal digits: of model version and tables that no calibration wrote."""
    return hashlib.sha256(f"{MODEL_VERSION}|{data_version()}".encode()).hexdigest()[:16]


def dependencies() -> dict[str, str]:
    """Versions of Python and of the core dependencies; a missing one is left out."""
    found = {"python": platform.python_version()}
    for name in DEPENDENCIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def command_line(arguments: Sequence[str]) -> str:
    """The command as typed, with paths relative to the working folder, so that it says nothing about the machine.

    Parameters
    ----------
    arguments : sequence of str
        Arguments after the program's name.
    """
    return shlex.join(["aiplan", *(relative(argument) for argument in arguments)])


def relative(text: str) -> str:
    """An absolute path relative to the working folder; any other text as it is."""
    if not os.path.isabs(text):
        return text
    try:
        return Path(os.path.relpath(text)).as_posix()
    except ValueError:  # another drive
        return Path(text).name
