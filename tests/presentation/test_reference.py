"""The README's generated block."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import xarray as xr

from simulation.analysis.targets import targets_table
from simulation.presentation import reference


def test_the_block_holds_every_verdict_with_its_interval_and_caveat(one_scenario: xr.Dataset) -> None:
    manifest = {"program_version": "1", "model_version": "2", "scale": 0.1, "seed": 7}
    titles = {"scenario_titles": {"made_up": {"en": "Made up", "zh": "虚构"}}}
    result: Any = SimpleNamespace(scenarios=("made_up",), manifest=manifest | titles)
    rows = targets_table(one_scenario)
    block = reference.verdict_block(result, rows, "results/reference/made_up/overview.png")
    cells = [cell for line in block.splitlines() if line.startswith("| 20") for cell in line.split("|")[2:-1]]
    assert sum(bool(cell.strip()) for cell in cells) == len(rows) == 22
    assert "Made up, 12 runs" in block and "seed 7" in block and "iResearch 2020" in block
    first = next(row for row in rows if (row["indicator"], row["year"], row["scope"]) == ("core", 2030, "A"))
    assert f"({round(100 * first['low'])}–{round(100 * first['high'])})" in block


def test_the_readme_has_the_markers_and_the_figure_it_shows() -> None:
    root = Path(__file__).parents[2]
    text = (root / "README.md").read_text(encoding="utf-8")
    block = text.split(reference.START)[1].split(reference.END)[0]
    figure = block.split("](")[1].split(")")[0]
    assert (root / figure).is_file() and (root / figure).with_suffix(".csv").is_file()
    assert (root / figure).with_name("made_with.json").is_file()
