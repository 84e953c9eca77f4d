"""Tables of a calibration, written beside each other; every number is computed from the design and the evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulation.calibration import calibrate
from simulation.calibration.calibrate import Calibration, Vintage
from simulation.calibration.emulator import Emulated
from simulation.calibration.uncertainty import split
from simulation.results.text import csv_text, write_whole

OUTCOMES = ("core_revenue", "related_revenue_r2", "firms_recognised", "equity_funding_broad", "talent_total")
OUTCOME_YEARS = (2020, 2022, 2025, 2030)


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


def outcome_columns(years: Sequence[int] = OUTCOME_YEARS) -> tuple[str, ...]:
    """Stored columns of the outcomes whose uncertainty is split; recognised firms at year ends."""
    return tuple(
        f"{name}@{year}Q4" if name == "firms_recognised" else f"{name}@{year}" for name in OUTCOMES for year in years
    )


def tables(
    made: Calibration,
    recovery: Sequence[dict[str, Any]],
    rounds: Sequence[dict[str, Any]],
    outcomes: Emulated | None = None,
) -> Tables:
    """All tables of a calibration.

    Parameters
    ----------
    made : Calibration
    recovery, rounds : sequence of dict
        Of :func:`simulation.calibration.calibrate.prepare`.
    outcomes : Emulated, optional
        Emulator of the columns of :func:`outcome_columns`; without it the split of the uncertainty is left out.
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
    if outcomes is not None:
        found["uncertainty"] = split(made.bank, made.weights(final), outcomes, outcomes.columns)
    return Tables(found)
