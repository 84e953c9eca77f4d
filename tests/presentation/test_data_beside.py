"""The table beside a figure holds exactly what the figure draws, and that is what the result says."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from matplotlib.collections import FillBetweenPolyCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from simulation.analysis.targets import targets_table
from simulation.errors import UsageError
from simulation.inputs.variables import variables
from simulation.presentation import plot_result
from simulation.presentation.sheet import COLUMNS, Sheet

Drawn = list[tuple[Sheet, Path]]
Row = dict[str, str]


def read(folder: Path, kind: str) -> list[Row]:
    with open(folder / f"{kind}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def key(row: Row) -> str:
    return "|".join((row["panel"], row["scenario"], row["series"], row["statistic"]))


def test_lines_bands_and_marks_equal_the_table(sheets: Drawn) -> None:
    compared = 0
    for sheet, folder in sheets:
        table: dict[str, list[Row]] = {}
        for row in read(folder, sheet.kind):
            table.setdefault(key(row), []).append(row)
        for artist in sheet.figure.findobj(Line2D):
            rows = table.get(artist.get_gid() or "", [])
            if not rows or rows[0]["statistic"] in ("observed", "derived", "floor", "judgement"):
                continue
            values = [float(row["value"]) for row in rows]
            np.testing.assert_allclose(artist.get_ydata(), values, rtol=1e-12, err_msg=artist.get_gid())
            np.testing.assert_array_equal(artist.get_xdata(), [int(row["period"]) for row in rows])
            compared += len(rows)
        for area in sheet.figure.findobj(FillBetweenPolyCollection):
            rows = table[area.get_gid()]
            corners = area.get_paths()[0].vertices[:, 1]
            drawn = [float(row["low"]) for row in rows] if rows[0]["low"] else []
            for value in drawn:
                assert np.isclose(corners, value, rtol=1e-12).any(), area.get_gid()
            compared += len(drawn)
        for bar in sheet.figure.findobj(Rectangle):
            gid = bar.get_gid() or ""
            if "|median|" in gid:
                identifier, year = gid.rsplit("|", 1)
                row = next(row for row in table[identifier] if row["period"] == year)
                assert abs(bar.get_height()) == pytest.approx(float(row["value"]))
                compared += 1
    assert compared > 500


def test_every_published_mark_is_in_the_table_with_its_publisher(sheets: Drawn) -> None:
    for sheet, folder in sheets:
        if sheet.kind not in ("core", "related", "firms"):
            continue
        rows = [row for row in read(folder, sheet.kind) if row["series"] == "published"]
        assert rows and all(row["publisher"] and row["published"] and row["scope"] for row in rows)
        drawn = [line for line in sheet.figure.findobj(Line2D) if "|published|" in (line.get_gid() or "")]
        values = sorted(float(line.get_ydata()[0]) for line in drawn)
        np.testing.assert_allclose(values, sorted(float(row["value"]) for row in rows))


def test_medians_are_those_of_the_result(one_scenario: xr.Dataset, tmp_path: Path) -> None:
    plot_result(one_scenario, tmp_path, ["core"])
    rows = [row for row in read(tmp_path, "core") if row["panel"] == "core A" and row["statistic"] == "median"]
    yearly = one_scenario["core_revenue"].isel(scenario=0).values.reshape(12, 15, 4).sum(axis=2)
    np.testing.assert_allclose([float(row["value"]) for row in rows], np.median(yearly, axis=0))
    assert [row["period"] for row in rows] == [str(year) for year in range(2016, 2031)]
    outer = [row for row in read(tmp_path, "core") if row["panel"] == "core A" and row["statistic"] == "q05-q95"]
    np.testing.assert_allclose([float(row["high"]) for row in outer], np.quantile(yearly, 0.95, axis=0))


def test_targets_are_those_of_the_plan_in_the_unit_of_the_language(one_scenario: xr.Dataset, tmp_path: Path) -> None:
    for language, factor, unit in (("en", 1, "bn CNY"), ("zh", 10, "亿元")):
        plot_result(one_scenario, tmp_path / language, ["core"], language)
        rows = read(tmp_path / language, "core")
        marks = [row for row in rows if row["statistic"] == "target" and row["scope"] == "A"]
        assert [(row["period"], float(row["value"])) for row in marks] == [
            ("2020", 150 * factor),
            ("2025", 400 * factor),
            ("2030", 1000 * factor),
        ]
        assert {row["unit"] for row in marks} == {unit}


def test_verdicts_of_the_overview_are_those_of_the_target_table(four_scenarios: xr.Dataset, tmp_path: Path) -> None:
    plot_result(four_scenarios, tmp_path, ["overview"])
    shown = {
        (row["scenario"], row["series"], row["scope"]): float(row["value"])
        for row in read(tmp_path, "overview")
        if row["panel"] == "verdict"
    }
    expected = {
        (row["scenario"], f"{row['indicator']}_{row['year']}", row["scope"]): row["probability"]
        for row in targets_table(four_scenarios)
    }
    assert shown == expected


def test_first_years_add_up_and_agree_with_the_verdict(one_scenario: xr.Dataset, tmp_path: Path) -> None:
    plot_result(one_scenario, tmp_path, ["target_years"])
    rows = read(tmp_path, "target_years")
    for name in {(row["panel"], row["scope"]) for row in rows}:
        shares = {row["period"]: float(row["value"]) for row in rows if (row["panel"], row["scope"]) == name}
        assert sum(shares.values()) == pytest.approx(1.0)
    assert {row["unit"] for row in rows} == {"share of runs"}


def test_a_scope_that_ended_is_not_drawn_beyond_its_end(one_scenario: xr.Dataset, tmp_path: Path) -> None:
    plot_result(one_scenario, tmp_path, ["core"])
    rows = [row for row in read(tmp_path, "core") if row["panel"] == "core N" and row["statistic"] == "median"]
    assert max(int(row["period"]) for row in rows) == 2020


def test_the_table_has_the_documented_columns(one_scenario: xr.Dataset, tmp_path: Path) -> None:
    for path in plot_result(one_scenario, tmp_path):
        if path.suffix == ".csv":
            with open(path, encoding="utf-8") as file:
                assert tuple(file.readline().strip().split(",")) == COLUMNS


def test_one_run_and_failed_runs_can_be_drawn(one_scenario: xr.Dataset, tmp_path: Path) -> None:
    plot_result(one_scenario.isel(member=[0]), tmp_path / "one", ["core", "target_years", "overview"])
    broken = one_scenario.copy(deep=True)
    for name in broken.data_vars:
        broken[name][{"member": 3}] = np.nan
    plot_result(broken, tmp_path / "broken", ["core"])
    rows = [row for row in read(tmp_path / "broken", "core") if row["statistic"] == "median"]
    assert all(np.isfinite(float(row["value"])) for row in rows)


def test_a_shorter_run_shows_the_targets_it_reaches(one_scenario: xr.Dataset, tmp_path: Path) -> None:
    short = one_scenario.isel(time=slice(0, 40))
    plot_result(short, tmp_path)
    marks = [row for row in read(tmp_path, "core") if row["statistic"] == "target" and row["scope"] == "A"]
    assert [row["period"] for row in marks] == ["2020", "2025"]


def test_a_result_without_details_gives_the_figures_it_can(one_scenario: xr.Dataset, tmp_path: Path) -> None:
    core = one_scenario[[name for name, row in variables().items() if row.level == "core"]]
    kinds = {path.stem for path in plot_result(core, tmp_path) if path.suffix == ".png"}
    assert {"overview", "core", "related", "target_years", "talent"} <= kinds and "provinces" not in kinds
    with pytest.raises(UsageError, match="firms_by_region"):
        plot_result(core, tmp_path, ["provinces"])


def test_entries_and_exits_are_split_into_parts_that_add_up(one_scenario: xr.Dataset, tmp_path: Path) -> None:
    single = one_scenario.isel(member=[0])
    plot_result(single, tmp_path, ["firms"])
    rows = [row for row in read(tmp_path, "firms") if row["panel"] == "flow" and row["period"] == "2020"]
    entered = sum(
        float(row["value"]) for row in rows if "entries" in row["series"] or row["series"][5:] == "conversions"
    )
    yearly = single["firm_entries"].values.reshape(15, 4).sum(axis=1)
    assert entered == pytest.approx(yearly[4])
