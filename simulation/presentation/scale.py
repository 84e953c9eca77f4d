"""The study of scales: two tables, a figure, and the command that makes them.

``uv run python -m simulation.presentation.scale`` runs the baseline at five scales with the same seeds and writes
``bias.csv``, ``probabilities.csv``, ``replicates.csv`` and the figure ``scale`` into ``results/benchmarks/scale/``.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.analysis import scale_study, scale_targets
from simulation.experiments.executors import cores
from simulation.presentation import draw, style
from simulation.presentation.curves import curve, logarithmic
from simulation.presentation.sheet import Sheet
from simulation.results import provenance
from simulation.results.text import csv_text, write_whole
from simulation.scenario import load

if TYPE_CHECKING:
    from matplotlib.axes import Axes

logger = logging.getLogger("aiplan.presentation")
FOLDER = Path("results/benchmarks/scale")
COMMAND = "python -m simulation.presentation.scale"
BAR = 1.645  # standard errors on either side: a 90 % interval
WIDEST = 20.0  # percent; what lies beyond is drawn at the edge and told in the table
Table = list[dict[str, Any]]


def figure(biases: Table, needs: Table, subtitle: str, provenance_note: str) -> Sheet:
    """Bias of each measure by scale, and the runs and the time that the hardest target needs.

    Parameters
    ----------
    biases : list of dict
        From :func:`simulation.analysis.scale_study.bias_table`.
    needs : list of dict
        From :func:`simulation.analysis.scale_targets.summary`.
    subtitle, provenance_note : str
        Texts of the sheet.
    """
    from matplotlib import rc_context

    rows = [row for row in biases if not np.isnan(row["relative_bias"])]
    measures = list(dict.fromkeys(row["measure"] for row in rows))
    scales = sorted({row["scale"] for row in rows})[:-1]
    with rc_context(style.parameters()):
        sheet = Sheet("scale", (10.4, 2.9 + 0.25 * len(measures)))
        notes = [
            "Bias: mean of the runs at a scale less that at the largest scale, paired by seed; bars are 90 % intervals;"
            f" beyond {WIDEST:.0f} % a mark stands at the edge. Right: runs, and time on one core, until the 90 % "
            "interval of the least certain target probability is two points to either side, and what more runs do not "
            "cure: the largest difference between a target's probability at a scale and at the largest scale.",
            provenance_note,
        ]  # fmt: skip
        key = [(f"scale {scale:g}", colour, "-") for scale, colour in zip(scales, style.SERIES_COLOURS, strict=False)]
        sheet.frame("How well scaled-down runs stand for the whole", subtitle, notes, key)
        grid = sheet.figure.add_gridspec(3, 2, width_ratios=[2.1, 1])
        _biases(sheet, sheet.figure.add_subplot(grid[:, 0]), rows, measures, scales)
        _needs(sheet, sheet.figure.add_subplot(grid[0, 1]), needs, "replicates", "runs needed")
        _needs(sheet, sheet.figure.add_subplot(grid[1, 1]), needs, "core_minutes", "minutes on one core")
        _largest(sheet, sheet.figure.add_subplot(grid[2, 1]), needs)
    return sheet


def _biases(sheet: Sheet, axes: Axes, rows: Table, measures: list[str], scales: list[float]) -> None:
    """A line for each measure, a mark with its interval for each scale below the largest."""
    step = 0.8 / max(len(scales), 1)
    for order, scale in enumerate(scales):
        series = draw.Series("bias", f"scale {scale:g}", "bias", "percent of the mean at the largest scale")
        colour, marker = style.SERIES_COLOURS[order], style.marker(order)
        for row in (row for row in rows if row["scale"] == scale):
            place = measures.index(row["measure"]) + (order - (len(scales) - 1) / 2.0) * step
            value, error = 100.0 * row["relative_bias"], 100.0 * BAR * row["relative_error"]
            low, high = np.clip([value - error, value + error], -WIDEST, WIDEST)
            axes.plot([low, high], [place, place], color=colour, linewidth=1.0, zorder=3)
            axes.plot(
                [float(np.clip(value, -WIDEST, WIDEST))], [place], marker=marker, color=colour, markersize=4.4,
                markeredgecolor="white", markeredgewidth=0.5, linestyle="none", zorder=4, clip_on=False,
            )  # fmt: skip
            sheet.record(
                **series.columns(), statistic="mean", period=row["measure"], value=value, low=value - error,
                high=value + error,
            )  # fmt: skip
    axes.axvline(0.0, color=style.GREY, linewidth=0.8, zorder=2)
    for place in range(1, len(measures)):
        axes.axhline(place - 0.5, color=style.LIGHT, linewidth=0.5, zorder=1)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x")
    axes.set_yticks(range(len(measures)), [name.replace("_", " ") for name in measures])
    axes.set_ylim(len(measures) - 0.5, -0.5)
    axes.set_title("Bias, percent of the mean at the largest scale")


def _needs(sheet: Sheet, axes: Axes, needs: Table, column: str, title: str) -> None:
    scales = [row["scale"] for row in needs]
    series = draw.Series("needs", "baseline", title, column)
    curve(sheet, axes, series, scales, [row[column] for row in needs], style.SERIES_COLOURS[0], "hardest target")
    logarithmic(axes, scales, "", both=False)
    axes.set_title(title)


def _largest(sheet: Sheet, axes: Axes, needs: Table) -> None:
    """The largest bias of a target's probability at each scale below the largest, with its interval."""
    below = needs[:-1]
    scales, bias = [row["scale"] for row in below], np.array([100.0 * row["largest_bias"] for row in below])
    error = np.array([100.0 * BAR * row["its_error"] for row in below])
    series = draw.Series("needs", "baseline", "largest bias of a probability", "percentage points")
    low, high = np.maximum(bias - error, 0.0).tolist(), (bias + error).tolist()
    curve(sheet, axes, series, scales, bias.tolist(), style.SERIES_COLOURS[1], "hardest target", low=low, high=high)
    axes.axhline(100.0 * scale_targets.WITHIN, color=style.GREY, linestyle=":", linewidth=1.0)
    logarithmic(axes, [row["scale"] for row in needs], "scale", both=False)
    axes.set_xlim(needs[0]["scale"] / 1.3, needs[-1]["scale"] * 1.3)
    axes.set_title("largest bias of a probability, points")


def write(made: scale_study.Study, folder: Path, subtitle: str, made_with: dict[str, Any]) -> list[Path]:
    """Write the tables, the figure and how they were made; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    biases, probabilities = scale_study.bias_table(made), scale_targets.probability_table(made)
    tables = {"bias": biases, "probabilities": probabilities}
    files = []
    needs = scale_targets.summary(probabilities)
    if needs:
        tables["replicates"] = needs
        note = f"aiplan {made_with['program_version']}, model {made_with['model_version']}, {made_with['made_with']}"
        files = figure(biases, needs, subtitle, note).save(folder, svg=False)
    for name, rows in tables.items():
        files.append(folder / f"{name}.csv")
        write_whole(files[-1], csv_text(rows))
    files.append(folder / "made_with.json")
    write_whole(files[-1], json.dumps(made_with, indent=2) + "\n")
    return files


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the study from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", default="plan_baseline", help="scenario id or file")
    parser.add_argument("--scales", type=float, nargs="+", default=scale_study.SCALES, help="scales to compare")
    parser.add_argument("--replicates", type=int, default=100, help="runs a scale")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--until", default="2030", help="last year or quarter")
    parser.add_argument("--jobs", type=int, default=cores(), help="worker processes")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder to write into")
    chosen = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    effective = load(chosen.scenario).effective(until=chosen.until)
    made = scale_study.study(effective, chosen.scales, chosen.replicates, chosen.seed, chosen.jobs)
    options = f"--replicates {chosen.replicates} --seed {chosen.seed} --scenario {chosen.scenario}"
    made_with = {
        "made_with": f"uv run {COMMAND} {options}",
        "program_version": provenance.program_version(), "model_version": provenance.MODEL_VERSION,
        "data_version": provenance.data_version(), "scales": list(made.runs), "until": effective.quarters[-1],
    }  # fmt: skip
    subtitle = (
        f"{chosen.scenario}, {chosen.replicates} runs a scale, last year of the runs ({effective.quarters[-1][:4]})"
    )
    for file in write(made, chosen.out, subtitle, made_with):
        logger.info("written: %s", file)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
