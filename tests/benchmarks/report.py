"""From the measurements to tables: one row a measurement, one row a goal, and the block of the README."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.sizes import YARDSTICK

Row = dict[str, Any]
START = "<!-- benchmarks: written by tests.benchmarks, do not edit -->"
END = "<!-- end of benchmarks -->"
COLUMNS = (
    "measurement", "scale", "firms", "people", "adopters", "positions", "quarters", "runs", "workers", "rounds",
    "median_seconds", "least_seconds", "heavy_seconds", "compiling_seconds", "peak_megabytes", "run_megabytes",
    "times_bandwidth",
)  # fmt: skip
RENAMED = {
    "firms_rows": "firms", "people_rows": "people", "adopters_rows": "adopters", "positions_rows": "positions",
    "compiling": "compiling_seconds",
}  # fmt: skip


def rows_of(document: Mapping[str, Any]) -> list[Row]:
    """One row for each measurement of a file of pytest-benchmark, with the columns of ``COLUMNS``."""
    rows = []
    for entry in document["benchmarks"]:
        info = {RENAMED.get(name, name): value for name, value in entry["extra_info"].items()}
        told: Row = {
            "measurement": entry["name"].split("[")[0].removeprefix("test_"), "rounds": entry["stats"]["rounds"],
            "median_seconds": entry["stats"]["median"], "least_seconds": entry["stats"]["min"], **info,
        }  # fmt: skip
        if "peak_megabytes" in info:
            told.update(median_seconds=math.nan, least_seconds=math.nan)
        rows.append({name: told.get(name, math.nan) for name in COLUMNS} | {"population": info.get("population")})
    return rows


def select(rows: list[Row], measurement: str, **wanted: Any) -> list[Row]:
    """Rows of a measurement with the given values."""
    return [
        row for row in rows
        if row["measurement"] == measurement and all(row[name] == value for name, value in wanted.items())
    ]  # fmt: skip


def growth(rows: list[Row], size: str, value: str) -> float:
    """By which power of the size the value grows, from the two largest sizes; 1 is in proportion to it."""
    ordered = sorted(rows, key=lambda row: row[size])
    if len(ordered) < 2:
        return math.nan
    small, large = ordered[-2:]
    return math.log(large[value] / small[value]) / math.log(large[size] / small[size])


@dataclass(frozen=True)
class Goal:
    """What is wanted of the program, and what was measured.

    Parameters
    ----------
    name : str
    measured : float
        NaN where it was not.
    bound : float
        What is required; at most, or at least when ``more`` is true.
    reach : float
        What would be better still; NaN where nothing is said.
    unit : str
    more : bool
    """

    name: str
    measured: float
    bound: float
    reach: float
    unit: str
    more: bool = False

    def row(self) -> Row:
        """As a row of the table of goals."""
        good = self.measured >= self.bound if self.more else self.measured <= self.bound
        return {
            "goal": self.name, "measured": self.measured, "bound": self.bound, "reach": self.reach, "unit": self.unit,
            "sense": "at least" if self.more else "at most", "met": None if math.isnan(self.measured) else good,
        }  # fmt: skip


def goals(rows: list[Row]) -> list[Goal]:
    """All goals with their measured values."""

    def one(value: str, measurement: str, **wanted: Any) -> float:
        found = select(rows, measurement, **wanted)
        return float(found[-1][value]) if found else math.nan

    def run(scale: float) -> float:
        return one("median_seconds", "run", scale=scale)

    by_people = [row for row in select(rows, "run") if row["scale"] >= 0.3]
    lengths = select(rows, "length")
    return [
        Goal("run of 60 quarters at scale 1, one core", run(1.0), 3.0, 1.5, "s"),
        Goal("run of 60 quarters at scale 0.05, one core", 1e3 * run(0.05), 80.0, math.nan, "ms"),
        Goal("peak memory of a run at scale 1", one("peak_megabytes", "memory", scale=1.0), 1024.0, math.nan, "MiB"),
        Goal("1,000 runs at scale 0.1, two workers", one("median_seconds", "length", runs=1000), 120.0, math.nan, "s"),
        Goal("two workers against one, 200 runs at scale 0.1", speed_up(rows, 0.1), 1.8, math.nan, "times", True),
        Goal("compiling everything, once a version", one("compiling_seconds", "cold_start"), 6.0, math.nan, "s"),
        Goal("columns against plain agents, heavy calls", against_agents(rows), 60.0, 150.0, "times", True),
        Goal("scale 1 against memory bandwidth", one("times_bandwidth", "bandwidth"), 15.0, 5.0, "times"),
        Goal("aiplan --help", 1e3 * one("median_seconds", "help"), 500.0, math.nan, "ms"),
        Goal("growth with people, scales 0.3 to 3", growth(by_people, "people", "median_seconds"), 1.1, 1.0, "power"),
        Goal("growth with firms", growth(select(rows, "firms"), "firms", "median_seconds"), 1.1, 1.0, "power"),
        Goal("growth with runs", growth(lengths, "runs", "median_seconds"), 1.1, 1.0, "power"),
    ]  # fmt: skip


def speed_up(rows: list[Row], scale: float) -> float:
    """Time of an ensemble on one worker over that on two."""
    times = {row["workers"]: row["median_seconds"] for row in select(rows, "workers", scale=scale)}
    return times[1] / times[2] if {1, 2} <= set(times) else math.nan


def against_agents(rows: list[Row], population: tuple[int, int] = YARDSTICK) -> float:
    """Time of the heavy calls by plain agents over that by columns."""
    columns, plain = (select(rows, name, population=list(population)) for name in ("columns", "plain_agents"))
    return plain[0]["heavy_seconds"] / columns[0]["heavy_seconds"] if columns and plain else math.nan


def machine(document: Mapping[str, Any]) -> str:
    """Processor, cores and Python of the measurements."""
    info = document["machine_info"]
    cpu = info.get("cpu", {})
    brand = cpu.get("brand_raw") or info.get("machine", "")
    return f"{brand}, {cpu.get('count', '?')} cores, Python {info['python_version']}"


def block(found: list[Goal], told: str, command: str) -> str:
    """The README's table of goals and figures."""
    lines = [
        "![Cost against size: runs, quarters, growth and memory](results/benchmarks/cost.png)",
        "",
        "![Throughput against workers, and time against the number of runs](results/benchmarks/throughput.png)",
        "",
        f"Measured on {told}, by `{command}`; medians, warm unless it says otherwise.",
        "",
        "| goal | measured | wanted | reach for |",
        "| --- | ---: | ---: | ---: |",
    ]
    for goal in found:
        sense = "≥" if goal.more else "≤"
        reach = "" if math.isnan(goal.reach) else f"{sense} {goal.reach:g}"
        measured = "" if math.isnan(goal.measured) else f"{_short(goal.measured)} {goal.unit}"
        measured += " (missed)" if goal.row()["met"] is False else ""
        lines.append(f"| {goal.name} | {measured} | {sense} {goal.bound:g} {goal.unit} | {reach} |")
    return "\n".join(lines) + "\n"


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def replaced(text: str, new: str) -> str:
    """A text with what stands between the markers replaced; as it is where it has none."""
    if START not in text or END not in text:
        return text
    before, after = text.split(START)[0], text.split(END)[1]
    return f"{before}{START}\n{new}{END}{after}"
