"""One figure on one sheet: title, subtitle, plot area, notes, and the table of everything drawn.

A sheet knows nothing of economics. Whatever a panel draws goes through :mod:`simulation.presentation.draw`, which
writes the same numbers into :attr:`Sheet.rows`; saving a sheet writes the picture and those rows as CSV, so the data
beside a figure cannot differ from the figure.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from simulation.presentation import style

COLUMNS = (
    "panel",
    "scenario",
    "series",
    "statistic",
    "period",
    "value",
    "low",
    "high",
    "unit",
    "scope",
    "publisher",
    "published",
    "note",
)
MARGIN = 0.22  # inches on every side
LINE_SPACING = 1.28
TOKENS = re.compile(r"[\u2e80-\uffef]|[^\s\u2e80-\uffef]+|\s+")
NEVER_FIRST = "，。、；：！？）》」】％,.;:!?)"


class Sheet:
    """A figure under construction.

    Parameters
    ----------
    kind : str
        Name of the figure, used for its files.
    size : tuple of float
        Width and height in inches.
    """

    def __init__(self, kind: str, size: tuple[float, float] = (9.6, 5.9)) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        style.register_fonts()
        self.kind = kind
        self.figure = Figure(figsize=size)
        self.canvas = FigureCanvasAgg(self.figure)
        self.rows: list[dict[str, Any]] = []
        self.bottom = 0.0

    def record(self, **values: Any) -> None:
        """Add one drawn number to the table beside the figure (columns of ``COLUMNS``)."""
        unknown = set(values) - set(COLUMNS)
        if unknown:
            raise KeyError(f"not a column of the figure's table: {', '.join(sorted(unknown))}")
        self.rows.append({column: values.get(column, "") for column in COLUMNS})

    def frame(self, title: str, subtitle: str, notes: list[str], key: Sequence[tuple[str, str, Any]] = ()) -> None:
        """Write the texts around the plot area and leave the rest of the sheet to the panels.

        Parameters
        ----------
        title, subtitle : str
            What is seen; unit, scope, statistic and runs. Lines are broken to fit.
        notes : list of str
            Caveats and provenance, one paragraph each.
        key : sequence of (name, colour, line style), optional
            Lines that mean the same in every panel, explained once under the subtitle.
        """
        width, height = self.figure.get_size_inches()
        top = height - MARGIN
        for text, name, colour, family in (
            (title, "title", style.INK, style.TITLE_FAMILY),
            (subtitle, "subtitle", style.GREY, style.TEXT_FAMILY),
        ):
            top = self._block(text, top, style.SIZES[name], colour, family, name)
            top -= 0.05
        if key:
            top = self._key(key, top)
        lines = [line for note in notes if note for line in self._wrap(note, style.SIZES["note"], style.TEXT_FAMILY)]
        note_height = len(lines) * style.SIZES["note"] * LINE_SPACING / 72
        self._text("\n".join(lines), MARGIN + note_height, style.SIZES["note"], style.GREY, style.TEXT_FAMILY, "notes")
        self.bottom = MARGIN + note_height + 0.1
        left, right = 0.12 / width, 1 - 0.3 / width
        self.figure.set_layout_engine(
            "constrained",
            rect=(left, self.bottom / height, right - left, (top - 0.04 - self.bottom) / height),
            w_pad=0.06,
            h_pad=0.06,
            wspace=0.03,
            hspace=0.03,
        )

    def settle(self) -> None:
        """Let the layout find its sizes, so that labels can be placed by what they measure."""
        self.figure.draw_without_rendering()

    def save(self, folder: Path, svg: bool = True) -> list[Path]:
        """Write ``<kind>.png``, ``<kind>.svg`` and ``<kind>.csv`` into a folder; returns the paths."""
        folder.mkdir(parents=True, exist_ok=True)
        paths = [folder / f"{self.kind}.png"]
        self.figure.savefig(paths[0])
        if svg:
            paths.append(folder / f"{self.kind}.svg")
            self.figure.savefig(paths[-1], metadata={"Date": None})
        paths.append(folder / f"{self.kind}.csv")
        with open(paths[-1], "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.rows)
        return paths

    def _key(self, key: Sequence[tuple[str, str, Any]], top: float) -> float:
        from matplotlib.lines import Line2D

        width, height = self.figure.get_size_inches()
        longest = max(len(name) for name, _, _ in key)
        columns = max(1, min(len(key), int((width - 2 * MARGIN) / (0.075 * longest + 0.45))))
        handles = [Line2D([], [], color=colour, linestyle=line, linewidth=2, label=name) for name, colour, line in key]
        self.figure.legend(
            handles=handles,
            loc="upper left",
            bbox_to_anchor=((MARGIN - 0.05) / width, (top + 0.02) / height),
            ncols=columns,
            handlelength=1.6,
            borderaxespad=0.0,
            borderpad=0.2,
            columnspacing=1.4,
        )
        return top - 0.2 * -(-len(key) // columns) - 0.02

    def _block(self, text: str, top: float, size: float, colour: str, family: tuple[str, ...], name: str) -> float:
        lines = [line for part in text.split("\n") for line in self._wrap(part, size, family)]
        self._text("\n".join(lines), top, size, colour, family, name)
        return top - len(lines) * size * LINE_SPACING / 72

    def _text(self, text: str, top: float, size: float, colour: str, family: tuple[str, ...], name: str) -> None:
        width, height = self.figure.get_size_inches()
        artist = self.figure.text(
            MARGIN / width,
            top / height,
            text,
            va="top",
            ha="left",
            size=size,
            color=colour,
            family=list(family),
            linespacing=LINE_SPACING - 0.08,
        )
        artist.set_gid(name)

    def _wrap(self, text: str, size: float, family: tuple[str, ...]) -> list[str]:
        """Break a text into lines that fit the sheet: at spaces, or anywhere between Chinese characters."""
        from matplotlib.font_manager import FontProperties

        properties = FontProperties(family=list(family), size=size)
        renderer = self.canvas.get_renderer()
        available = (self.figure.get_size_inches()[0] - 2 * MARGIN) * self.figure.dpi

        def measure(line: str) -> float:
            return float(renderer.get_text_width_height_descent(line, properties, ismath=False)[0])

        lines, line = [], ""
        for token in TOKENS.findall(text):
            if line and token not in NEVER_FIRST and measure(line + token.rstrip()) > available:
                lines.append(line.rstrip())
                line = token.lstrip()
            else:
                line += token
        return [*lines, line.rstrip()]
