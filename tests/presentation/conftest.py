"""Results for the figure tests: made up, with several shapes, and drawn once a session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import xarray as xr

from simulation.inputs.variables import variables
from simulation.presentation import figures
from simulation.presentation.sheet import Sheet
from simulation.presentation.view import View

from . import synthetic


def drawn(dataset: xr.Dataset, language: str) -> list[Sheet]:
    """Every figure of a result, not yet saved."""
    view = View(dataset, language)
    return [sheet for kind in figures.KINDS for sheet in figures.make(view, kind)]


@pytest.fixture(scope="session")
def one_scenario() -> xr.Dataset:
    """Twelve runs of one scenario."""
    return synthetic.dataset(tuple(variables()))


@pytest.fixture(scope="session")
def four_scenarios() -> xr.Dataset:
    """Six runs of each of four scenarios, one with a strength."""
    names = ("plan_baseline", "no_plan_counterfactual:strict", "funding_winter", "export_control_squeeze")
    return synthetic.dataset(tuple(variables()), names, 6)


@pytest.fixture(scope="session", params=["one-en", "one-zh", "four-en", "four-zh"])
def sheets(
    request: pytest.FixtureRequest,
    one_scenario: xr.Dataset,
    four_scenarios: xr.Dataset,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[list[tuple[Sheet, Path]]]:
    """All figures, drawn and saved: each sheet with the folder of its files."""
    count, language = request.param.split("-")
    folder = tmp_path_factory.mktemp(request.param)
    with figures.drawing():
        made = drawn(one_scenario if count == "one" else four_scenarios, language)
        for sheet in made:
            sheet.save(folder, svg=False)
        yield [(sheet, folder) for sheet in made]
