"""The frozen forecast: dated, written once, its digest beside it, never written over."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

from simulation.calibration.likelihood import figure
from simulation.errors import StoreConflict
from simulation.inputs.evidence import calibration_rows
from simulation.results import provenance
from simulation.results.text import csv_text, json_text, write_whole

FOLDER = Path("results/forecasts")
CAVEAT = (
    "Model results under the assumptions of the scenario files. No figure for 2024 or later was fitted; the "
    "number of researchers in 2017 is its publisher's back-cast from a count of 2024. "
    "Related revenue is weakly identified: one published observation (iResearch 2020), a floor."
)


def digest(path: Path) -> str:
    """SHA-256 of a file's bytes, with line ends as written."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def refuse_existing(day: date, folder: Path = FOLDER) -> Path:
    """Record file of a day's forecast; ``StoreConflict`` when it exists: what is frozen is not written over."""
    record = folder / f"{day.isoformat()}.json"
    if record.exists():
        raise StoreConflict(f"{record} exists: a frozen forecast is not written over")
    return record


def freeze(
    day: date, forecasts: list[dict[str, Any]], targets: list[dict[str, Any]], folder: Path = FOLDER
) -> list[Path]:
    """Write the forecast of a day: quantiles, target probabilities, and a record with their digests.

    Raises
    ------
    StoreConflict
        When a forecast of that day exists: what is frozen is not written over.
    """
    record = refuse_existing(day, folder)
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{day.isoformat()}-{name}.csv" for name in ("quantiles", "targets")]
    for path, rows in zip(files, (forecasts, targets), strict=True):
        write_whole(path, csv_text(rows))
    used = [row for row in calibration_rows() if row.fitted and figure(row) is not None]
    told = {
        "date": day, "model_version": provenance.MODEL_VERSION, "program_version": provenance.program_version(),
        "posterior_digest": provenance.posterior_digest(), "fitted_rows": len(used),
        "last_publication_used": max(row.published for row in used),
        "drivers": {
            "unconditional": "realised to the end of 2023, then plan_baseline with ten outside drivers drawn; platform "
            "investment moves around its path of the table, and value added, pay outside, graduates and dated "
            "levers keep theirs",
            "conditional": "of historical_actual throughout",
        },
        "files": {path.name: digest(path) for path in files}, "caveat": CAVEAT,
    }  # fmt: skip
    write_whole(record, json_text(told) + "\n")
    return [*files, record]
