"""The verb ``doctor``: is this machine ready, and how fast is it?"""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from simulation.cli.output import Json, show_json, show_table

EXTRAS = {
    "discover": "ema_workbench",
    "calibrate": "sklearn",
    "cluster": "distributed",
    "dashboard": "streamlit",
    "excel": "openpyxl",
    "notebooks": "nbclient",
}
MEGABYTES = 32


def doctor(json: Json = False) -> None:
    """Versions, extras, cores, compiled code, fonts and write speed of this machine."""
    from simulation.results.provenance import data_version, dependencies, program_version

    rows: list[dict[str, Any]] = [
        {"check": "aiplan", "value": program_version(), "good": True},
        {"check": "data version", "value": data_version(), "good": True},
        *({"check": name, "value": version, "good": True} for name, version in dependencies().items()),
        *({"check": f"extra {name}", "value": _installed(module), "good": True} for name, module in EXTRAS.items()),
        _cores(),
        _memory(),
        _bytecode(),
        _compiled_code(),
        _font(),
        _write_speed(),
    ]
    if json:
        show_json(rows)
    else:
        show_table(rows)


def _installed(module: str) -> str:
    return "installed" if importlib.util.find_spec(module) else "not installed"


def _cores() -> dict[str, Any]:
    from simulation.experiments.executors import cores

    return {"check": "cores", "value": str(cores()), "good": True}


def _memory() -> dict[str, Any]:
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (AttributeError, ValueError, OSError):  # not every system tells
        return {"check": "memory", "value": "unknown", "good": True}
    return {"check": "memory", "value": f"{size:.1f} GiB", "good": size >= 2}


def _bytecode() -> dict[str, Any]:
    off = sys.dont_write_bytecode
    return {"check": "bytecode", "value": "off, imports are slow" if off else "written", "good": not off}


def _compiled_code() -> dict[str, Any]:
    """Where compiled rules are kept, and whether the next run has to compile."""
    from simulation.model.cache import ADVICE, contents

    found = contents()
    if found.damaged:
        value = f"damaged, the next run makes it again: {found.wanted}"
    elif found.compiled:
        value = f"{found.megabytes:.1f} MB in {found.wanted}"
    else:
        value = f"none yet, the next run compiles: {found.wanted}"
    if found.folder != found.wanted:
        value += f" (cannot be written: each command uses a temporary copy. {ADVICE})"
    if found.others:
        value += f", {found.others} other versions beside it"
    good = not found.damaged and (found.compiled or found.folder == found.wanted)
    return {"check": "compiled code", "value": value, "good": good}


def _font() -> dict[str, Any]:
    from importlib import resources

    folder = resources.files("simulation.presentation") / "fonts"
    names = (
        sorted(item.name for item in folder.iterdir() if item.name.endswith((".otf", ".ttf")))
        if folder.is_dir()
        else []
    )
    return {"check": "font for Chinese labels", "value": ", ".join(names) or "missing", "good": bool(names)}


def _write_speed() -> dict[str, Any]:
    """Speed of the working folder, where results go; a folder that cannot be written is what this is for."""
    block = os.urandom(2**20)
    try:
        with tempfile.TemporaryFile(dir=Path.cwd()) as file:
            start = time.perf_counter()
            for _ in range(MEGABYTES):
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
            speed = MEGABYTES / (time.perf_counter() - start)
    except OSError as error:
        return {"check": "working folder", "value": f"cannot be written: {error.strerror}", "good": False}
    return {"check": "working folder", "value": f"{speed:.0f} MB/s", "good": True}
