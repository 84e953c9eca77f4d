"""JSON, CSV and file names as the whole program writes them."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO


def plain(value: Any) -> Any:
    """Value as plain JSON data: missing numbers become ``None``, arrays lists, NumPy scalars Python numbers.

    Parameters
    ----------
    value : object
        Nested mappings, sequences, NumPy arrays and scalars, paths, dates, or plain values.
    """
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if hasattr(value, "tolist"):  # NumPy arrays and scalars, without importing NumPy for them
        return plain(value.tolist())
    if isinstance(value, (set, frozenset)):
        return [plain(entry) for entry in sorted(value)]
    if isinstance(value, Iterable):
        return [plain(entry) for entry in value]
    return str(value)


def json_text(value: Any, indent: int | None = 2) -> str:
    """JSON text of a value; missing numbers are ``null`` and Chinese stays readable."""
    return json.dumps(plain(value), indent=indent, ensure_ascii=False, allow_nan=False)


def csv_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """CSV text of rows that share their keys; a missing value is an empty cell."""
    out = io.StringIO()
    _write_rows(out, rows)
    return out.getvalue()


def read_csv(path: Path) -> list[dict[str, Any]]:
    """Rows of a table that this module wrote: numbers, ``True`` and ``False`` as such, ``None`` for an empty cell."""
    with open(path, encoding="utf-8", newline="") as file:
        return [{key: _value(text) for key, text in row.items()} for row in csv.DictReader(file)]


def _value(text: str) -> Any:
    if text in ("", "True", "False"):
        return {"": None, "True": True, "False": False}[text]
    if re.fullmatch(r"[+-]?\d+", text):
        return int(text)
    return float(text) if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text) else text


def write_csv(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows that share their keys as a CSV file, one after the other: however many, they take no memory."""
    partial = path.with_name(path.name + ".partial")
    with open(partial, "w", encoding="utf-8", newline="") as file:
        _write_rows(file, rows)
    os.replace(partial, path)


def _write_rows(file: TextIO, rows: Iterable[Mapping[str, Any]]) -> None:
    writer = None
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(file, list(row), lineterminator="\n")
            writer.writeheader()
        writer.writerow({key: _cell(value) for key, value in row.items()})


def _cell(value: Any) -> Any:
    value = plain(value)
    if isinstance(value, (list, dict)):
        return json_text(value, indent=None)
    return "" if value is None else value


def write_whole(path: Path, text: str) -> None:
    """Write a text file so that a reader sees the old file or the whole new one, never a part."""
    partial = path.with_name(path.name + ".partial")
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, path)


def file_name(identifier: str) -> str:
    """Part of a file name for an id such as ``no_plan_counterfactual:strict``."""
    return re.sub(r"[^\w.-]+", "_", identifier)
