"""What was forecast stays: every dated forecast of the repository has the bytes that its record names."""

import csv
import json
from itertools import pairwise
from pathlib import Path

import pytest

from simulation.calibration.freezing import digest

FOLDER = Path(__file__).parents[2] / "results" / "forecasts"
RECORDS = sorted(FOLDER.glob("*.json"))
# Beside the record, so that forecast and record cannot be changed together unnoticed.
FIRST = "2026-11-23-quantiles.csv"
FIRST_DIGEST = "94dd75937a7dab67d085abac45e6d8b3b7c768684d8851738ebe4902747417d7"
SERIES = ("core_revenue", "related_revenue", "core_firms", "equity_funding", "talent_total")


def test_the_first_forecast_is_there_unchanged():
    assert RECORDS and digest(FOLDER / FIRST) == FIRST_DIGEST


@pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.stem)
def test_a_frozen_forecast_is_what_it_was(record: Path):
    told = json.loads(record.read_text(encoding="utf-8"))
    assert told["date"] == record.stem
    assert told["files"], "a record names its files"
    for name, known in told["files"].items():
        assert digest(FOLDER / name) == known, f"{name} was changed after {told['date']}"


@pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.stem)
def test_it_covers_every_year_in_order(record: Path):
    with open(FOLDER / f"{record.stem}-quantiles.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for drivers in ("unconditional", "conditional"):
        for series in SERIES:
            years = {int(row["date"][:4]) for row in rows if (row["drivers"], row["series"]) == (drivers, series)}
            assert years == set(range(2024, 2031)), f"{series}, {drivers}"
        scopes = {row["scope"] for row in rows if (row["drivers"], row["series"]) == (drivers, "core_revenue")}
        assert scopes == {"A", "B", "I"}
    levels = [name for name in rows[0] if name[0] == "q" and name[1:].isdigit()]
    assert all(float(row[low]) <= float(row[high]) for row in rows for low, high in pairwise(levels))
