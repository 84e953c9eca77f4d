"""What verbs print: tables and JSON on standard output, messages and progress on standard error."""

from __future__ import annotations

import logging
import math
import sys
import time
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from simulation.experiments.runner import Progress


class Language(StrEnum):
    """Languages of labels and sentences."""

    EN = "en"
    ZH = "zh"


FigureLanguage = Annotated[Language, typer.Option(help="Language of the figures.")]
LabelLanguage = Annotated[Language, typer.Option(help="Language of the labels.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output, nothing else there.")]
Row = Mapping[str, Any]
LOG_FORMAT = "%(name)s: %(message)s"
EVERY = 0.1  # share of the runs after which a plain progress line is due
PAUSE = 2.0  # seconds that lie at least between two plain progress lines


def message(text: str) -> None:
    """Line on standard error."""
    typer.echo(text, err=True)


def show_json(value: Any) -> None:
    """The one JSON document on standard output."""
    from simulation.results.text import json_text

    typer.echo(json_text(value))


def show_table(rows: Sequence[Row], columns: Sequence[str] | None = None, title: str = "") -> None:
    """Rows as a table on standard output: ruled on a terminal, aligned plain lines in a pipe.

    Parameters
    ----------
    rows : sequence of mapping
        Cells are shown as text; numbers are put to the right.
    columns : sequence of str, optional
        Columns in order; those of the first row by default.
    title : str
        Line above the table.
    """
    names = list(columns or (rows[0] if rows else ()))
    cells = [[cell(row.get(name)) for name in names] for row in rows]
    right = [bool(rows) and all(_is_number(row.get(name)) for row in rows) for name in names]
    if sys.stdout.isatty():
        _rich_table(names, cells, right, title)
        return
    if title:
        typer.echo(title)
    widths = [max(map(_width, column)) for column in zip(names, *cells, strict=True)]
    for line in [names, *cells]:
        parts = []
        for text, width, numeric in zip(line, widths, right, strict=True):
            space = " " * (width - _width(text))
            parts.append(space + text if numeric else text + space)
        typer.echo("  ".join(parts).rstrip())


def _width(text: str) -> int:
    """Columns of a terminal that a text takes: Chinese characters take two each."""
    return sum(1 + (unicodedata.east_asian_width(character) in "WF") for character in text)


def _rich_table(names: list[str], cells: list[list[str]], right: list[bool], title: str) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for name, numeric in zip(names, right, strict=True):
        # Names and numbers stay on one line; the rest is folded, never cut, where the terminal is narrow.
        justify: Literal["left", "right"] = "right" if numeric else "left"
        whole = numeric or name == names[0]
        table.add_column(name.replace("_", " "), justify=justify, overflow="fold", no_wrap=whole)
    for line in cells:
        table.add_row(*(Text(text) for text in line))
    Console().print(table)


def cell(value: Any) -> str:
    """Text of one cell."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(cell, value))
    return str(value)


def _is_number(value: Any) -> bool:
    if isinstance(value, str):  # numbers that were formatted already, with their unit signs
        return value in ("", "-") or (value[0] in "+-0123456789<>" and value[-1] in "0123456789%")
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))


@contextmanager
def progress_bar(what: str) -> Iterator[Progress]:
    """Progress of an ensemble on standard error: a bar on a terminal, a line now and then in a pipe.

    Parameters
    ----------
    what : str
        Text before the bar.
    """
    if not sys.stderr.isatty():
        yield _plain_progress(what)
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bar, _logged_above(console):
        task = bar.add_task(what, total=None)

        def report(finished: int, total: int, failed: int) -> None:
            speed = bar.tasks[0].speed
            text = what + (f", {failed} failed" if failed else "") + (f", {speed:.2g} a second" if speed else "")
            bar.update(task, completed=finished, total=total, description=text)

        yield report


@contextmanager
def _logged_above(console: Console) -> Iterator[None]:
    """Have messages of the program's loggers printed above a bar that is being drawn, not into it."""

    class Above(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            console.print(self.format(record), markup=False, highlight=False)

    logger, handler = logging.getLogger("aiplan"), Above()
    propagated, logger.propagate = logger.propagate, False
    handler.setFormatter(logging.Formatter(LOG_FORMAT))
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagated


def _plain_progress(what: str) -> Progress:
    last = {"runs": 0, "time": -math.inf}
    first: dict[str, float] = {}

    def report(finished: int, total: int, failed: int) -> None:
        now = time.monotonic()
        first.setdefault("runs", finished)
        first.setdefault("time", now)
        due = finished - last["runs"] >= EVERY * total and now - last["time"] >= PAUSE
        if due or finished == total:
            last.update(runs=finished, time=now)
            pace = _pace(finished - first["runs"], now - first["time"], total - finished)
            message(f"{what}: {finished} of {total} runs" + (f", {failed} failed" if failed else "") + pace)

    return report


def _pace(done: float, seconds: float, left: int) -> str:
    """Rate and time left; nothing where nothing was done, or all."""
    if done <= 0 or seconds <= 0.0 or left == 0:
        return ""
    rate = done / seconds
    return f", {rate:.2g} a second, {left / rate / 60.0:.1f} min left"
