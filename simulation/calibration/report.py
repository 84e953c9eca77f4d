"""Tables of a calibration, written beside each other; every number is computed from the design and the evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulation.calibration import calibrate, horizon
from simulation.calibration.calibrate import Calibration, Vintage
from simulation.calibration.design import Design, Specification
from simulation.calibration.products import Designs, forecast_rows
from simulation.calibration.uncertainty import split
from simulation.results.provenance import posterior_digest
from simulation.results.text import csv_text, write_csv, write_whole


@dataclass(frozen=True)
class Tables:
    """Tables of a calibration by file name."""

    rows: dict[str, list[dict[str, Any]]]

    def write(self, folder: Path) -> list[Path]:
        """Write each as a CSV file; the files."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, rows in self.rows.items():
            write_whole(folder / f"{name}.csv", csv_text(rows))
        return [folder / f"{name}.csv" for name in self.rows]


def tables(
    made: Calibration,
    recovery: Sequence[dict[str, Any]],
    rounds: Sequence[dict[str, Any]],
) -> Tables:
    """All tables of a calibration.

    Parameters
    ----------
    made : Calibration
    recovery, rounds : sequence of dict
        Of :func:`simulation.calibration.calibrate.prepare`.
    """
    final = Vintage(calibrate.FINAL)
    every = calibrate.vintages()
    emulator = made.emulated.emulator
    found = {
        "emulator": emulator.diagnostics(made.emulated.columns),
        "emulator_candidates": [
            {"candidate": kind, "error": float((error**2).mean() ** 0.5), "series": emulator.chosen.count(kind)}
            for kind, error in emulator.errors.items()
        ],
        "recovery": list(recovery),
        "identifiability": list(rounds),
        "vintages": [calibrate.size_row(made, vintage) for vintage in every],
        "parameters": [row for vintage in every for row in calibrate.parameter_table(made, vintage)],
        "fit": calibrate.fit_table(made, final),
    }
    found["uncertainty"] = split(made.bank, made.weights(final), made.emulated, horizon.outcomes())
    return Tables(found)


def design_rows(asked: Sequence[Specification], held: Mapping[str, Design]) -> list[dict[str, Any]]:
    """One row per simulated design: points, runs, those of them that finished, and scale."""
    return [
        {
            "design": each.kind, "points": each.points, "runs": each.runs, "finished": len(held[each.kind]),
            "scale": each.scale, "until": each.until, "seed": each.seed,
        }
        for each in asked
    ]  # fmt: skip


def write_package(
    made: Calibration, chosen: Sequence[Vintage], designs: Designs, found: Tables, folder: Path
) -> list[Path]:
    """Write what the program reads: posteriors, and the tables of forecasts, targets and shares; the files."""
    files = [calibrate.write_vintage(made, vintage, folder / "posterior") for vintage in chosen]
    shipped = folder / "hindcast"
    shipped.mkdir(parents=True, exist_ok=True)
    digest = {"digest": posterior_digest()}
    for name, rows in (
        ("forecasts", forecast_rows(made, designs)),
        ("targets", found.rows["targets_by_vintage"]),
        ("shares", found.rows["uncertainty"]),
    ):
        files.append(shipped / f"{name}.csv")
        write_csv(files[-1], ({**digest, **row} for row in rows))
    return files
