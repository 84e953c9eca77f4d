"""Reading of the package's tables: rows that know their file and line, and problems reported all at once."""

from __future__ import annotations

import csv
import difflib
import hashlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from simulation.errors import InvalidInput, Problem

TABLES = Path(__file__).parent / "tables"


class Row(dict[str, str]):
    """One line of a table: text by column, with the file and line it came from."""

    def __init__(self, values: dict[str, str], file: str, line: int, columns: Sequence[str]) -> None:
        super().__init__(values)
        self.file = file
        self.line = line
        self._columns = tuple(columns)

    def problem(self, column: str, message: str, nearest: Iterable[str] = (), valid: str = "") -> Problem:
        """A problem of this row, placed at its file, line and column (counted from 1)."""
        position = self._columns.index(column) + 1 if column in self._columns else 0
        return Problem(self.file, self.line, position, message, tuple(nearest), valid)

    def number(self, column: str, problems: list[Problem], default: float | None = None) -> float:
        """Number in ``column``; an empty cell gives ``default``, anything else that is no number a problem and NaN."""
        text = self[column].strip()
        if not text and default is not None:
            return default
        try:
            return float(text)
        except ValueError:
            problems.append(self.problem(column, f"{column} is not a number: {text!r}"))
            return float("nan")


def shown(path: Path) -> str:
    """Path as errors name it: inside the package or the working folder where it lies there, with forward slashes."""
    for folder in (TABLES.parent.parent.parent, Path.cwd()):
        try:
            return path.resolve().relative_to(folder.resolve()).as_posix()
        except ValueError:
            continue
    return path.as_posix()


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    if not path.is_file():
        raise InvalidInput([Problem(shown(path), 0, 0, "the table does not exist")])
    lines: list[tuple[int, list[str]]] = []
    try:
        with open(path, encoding="utf-8", newline="") as file:
            reader = csv.reader(file, strict=True)
            start = 1
            for cells in reader:
                # A quoted cell may span lines: the row is named by the line it begins on.
                lines.append((start, cells))
                start = reader.line_num + 1
    except (csv.Error, UnicodeDecodeError) as error:
        raise InvalidInput([Problem(shown(path), len(lines) + 1, 1, f"the table cannot be read: {error}")]) from error
    return [(line, cells) for line, cells in lines if cells]


def read_table(path: Path | str, columns: Sequence[str], key: Sequence[str] = ()) -> list[Row]:
    """Rows of a comma-separated table whose header must be exactly ``columns``.

    Parameters
    ----------
    path : path or str
        File; a relative one is looked up under the package's ``tables``.
    columns : sequence of str
        Columns in their order.
    key : sequence of str, optional
        Columns that together identify a row; a repeated or empty key is a problem.

    Returns
    -------
    list of Row
        Text by column, in the order of the file.

    Raises
    ------
    InvalidInput
        When the file is missing or unreadable, the header differs, a row has too few or too many cells or a key
        repeats; all problems are listed with file and line.
    """
    path = TABLES / path
    lines = _rows(path)
    name = shown(path)
    header = lines[0][1] if lines else []
    if header != list(columns):
        line = lines[0][0] if lines else 0
        raise InvalidInput([Problem(name, line, 1, f"the header is {','.join(header)!r}", (), ",".join(columns))])
    problems: list[Problem] = []
    rows: list[Row] = []
    seen: dict[tuple[str, ...], int] = {}
    for line, cells in lines[1:]:
        if len(cells) != len(columns):
            message = f"the row has {len(cells)} cells, the header {len(columns)}"
            problems.append(Problem(name, line, 1, message))
            continue
        row = Row(dict(zip(columns, cells, strict=True)), name, line, columns)
        rows.append(row)
        identity = tuple(row[column] for column in key)
        if key and not any(identity):
            problems.append(row.problem(key[0], f"{key[0]} is empty"))
        elif key and identity in seen:
            message = f"{' '.join(identity)} is listed twice, first in line {seen[identity]}"
            problems.append(row.problem(key[0], message))
        seen.setdefault(identity, line)
    if problems:
        raise InvalidInput(problems)
    return rows


def split(text: str) -> tuple[str, ...]:
    """Parts of a cell separated by ``;``, stripped, without empty ones."""
    return tuple(part.strip() for part in text.split(";") if part.strip())


def nearest(text: str, names: Iterable[str], n: int = 3) -> tuple[str, ...]:
    """Up to ``n`` names closest to ``text``, best first; a name that contains the text counts as close."""
    names = list(names)
    close = difflib.get_close_matches(text, names, n=n, cutoff=0.6)
    if len(text) >= 3:
        close += [name for name in names if text in name and name not in close]
    return tuple(close[:n])


CALIBRATED = ("posterior", "hindcast")  # folders that a calibration and its hindcast write


@lru_cache(maxsize=1)
def data_version() -> str:
    """Hash of every table of the package but those of ``CALIBRATED``: the data version named in results, 16 digits.

    The posterior that runs take their sets from is named beside it.
    """
    digest = hashlib.sha256()
    for path in sorted(TABLES.rglob("*.csv"), key=lambda path: path.relative_to(TABLES).as_posix()):
        if path.parent.name in CALIBRATED:
            continue
        digest.update(path.relative_to(TABLES).as_posix().encode() + b"\0")
        digest.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()[:16]
