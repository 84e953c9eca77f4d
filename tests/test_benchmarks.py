"""The benchmarks around the measuring: the report, from made-up measurements, and what is measured."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks import newcomer, report
from tests.benchmarks.__main__ import write
from tests.benchmarks.sizes import economy_of


def entry(name: str, median: float, **info: Any) -> dict[str, Any]:
    return {"name": f"test_{name}[x]", "stats": {"median": median, "min": median, "rounds": 3}, "extra_info": info}


def document() -> dict[str, Any]:
    """Measurements that grow in proportion and meet every goal but that of the help."""
    entries = [entry("help", 0.9), entry("interpreter", 0.03), entry("cold_start", 9.0, compiling=5.0)]
    for scale in (0.05, 0.1, 0.3, 1.0, 3.0):
        people = int(1e6 * scale)
        entries.append(entry("run", 1.5 * scale, scale=scale, people_rows=people, quarters=60))
        entries.append(entry("memory", 9.0, scale=scale, peak_megabytes=200.0 + 500.0 * scale, run_megabytes=512.0))
    for people in (10_000, 100_000):
        sizes = {"population": [people * 6 // 100, people], "people_rows": people}
        entries.append(entry("columns", people * 1e-7, heavy_seconds=people * 5e-8, **sizes))
        entries.append(entry("plain_agents", people * 9e-6, heavy_seconds=people * 8e-6, **sizes))
        entries.append(entry("newcomer", people * 3e-6, **sizes))
    for workers in (1, 2):
        entries.append(entry("workers", 40.0 / workers**0.9, scale=0.1, runs=200, workers=workers))
    entries += [entry("length", 0.1 * runs, scale=0.1, runs=runs, workers=2) for runs in (200, 1000)]
    entries += [entry("firms", 0.1 * firms, firms_rows=firms) for firms in (1000, 4000)]
    entries += [entry("quarters", 0.1 * count, quarters=count) for count in (30, 60)]
    entries.append(entry("bandwidth", 1.0, scale=1.0, times_bandwidth=7.0))
    return {"benchmarks": entries, "machine_info": {"cpu": {"brand_raw": "Abacus", "count": 2}, "python_version": "3"}}


def test_goals_are_judged_by_what_was_measured() -> None:
    found = {goal.name: goal for goal in report.goals(report.rows_of(document()))}
    met = {name: goal.row()["met"] for name, goal in found.items()}
    assert [name for name, good in met.items() if not good] == ["aiplan --help"]
    assert found["growth with firms"].measured == pytest.approx(1.0)
    assert found["two workers against one, 200 runs at scale 0.1"].measured == pytest.approx(2**0.9)


def test_what_was_not_measured_is_neither_met_nor_missed() -> None:
    rows = report.rows_of({**document(), "benchmarks": []})
    assert {goal.row()["met"] for goal in report.goals(rows)} == {None}


def test_tables_figures_and_readme_are_written(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{report.START}\nold\n{report.END}\nafter\n")
    files = write(document(), tmp_path / "benchmarks", readme)
    assert {file.name for file in files} == {
        "measurements.csv", "goals.csv", "made_with.json", "cost.png", "cost.csv", "throughput.png", "throughput.csv",
        "README.md",
    }  # fmt: skip
    text = readme.read_text()
    assert text.startswith("before\n") and text.endswith(f"{report.END}\nafter\n") and "old" not in text
    assert "| compiling everything, once a version | 5 s | ≤ 6 s |" in text
    with open(tmp_path / "benchmarks" / "cost.csv", newline="") as file:
        drawn = list(csv.DictReader(file))
    assert [float(row["value"]) for row in drawn if row["panel"] == "runs" and row["statistic"] == "median"] == [
        pytest.approx(1.5 * scale) for scale in (0.05, 0.1, 0.3, 1.0, 3.0)
    ]


def test_a_readme_without_the_markers_stays_as_it_is() -> None:
    assert report.replaced("text", "new") == "text"


def test_the_newcomers_model_has_the_dynamics_of_the_baseline() -> None:
    model = newcomer.Economy(firms=100, people=1500, adopters=400)
    for _ in range(60):
        model.step()
    firms, people = model.agents_by_type[newcomer.Firm], model.agents_by_type[newcomer.Person]
    # The baseline: firms 3,000 to 10,400, people 125,000 to 830,000, adopters 10 to 72 % from 2016 to 2030.
    assert 200 < len(firms) < 600
    assert 5_000 < len(people) < 15_000
    assert 0.5 < model.adoption_rate < 0.9
    assert sum(firms.get("staff")) == sum(person.employer is not None for person in people)
    assert len(model.datacollector.get_model_vars_dataframe()) == 60


def test_an_economy_of_a_size_has_it() -> None:
    economy = economy_of(1_000, 5_000)
    assert economy.firms.alive.sum() == pytest.approx(1_000, rel=0.01)
    assert economy.people.alive.sum() == pytest.approx(5_000, rel=0.01)
    economy.step()
    economy.close()
