"""Figures of a sweep say what they show, in both languages; nothing is cut off or on top of other text."""

from __future__ import annotations

import csv
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest

from simulation.analysis.swept import Swept
from simulation.experiments.executors import InProcess
from simulation.experiments.experiment import load_experiment
from simulation.experiments.sweep import run_sweep
from simulation.presentation import sensitivity
from simulation.presentation.figures import drawing
from simulation.presentation.sheet import Sheet
from tests.experiments.stand_in import Steady
from tests.presentation.test_sheets import TEXTS, boxes, covered, texts_of

HEAD = "kind: experiment\nschema_version: 1\ntitle: {en: Made up}\nscenarios: [plan_baseline]\n"
TAIL = "outcomes: [{variable: core_revenue, year: 2019, scope: A}]\nrun: {scale: 0.002, until: 2019}\n"
MORRIS = "factors: {every: {levers: {distribution: 'uniform(0.5, 1.5)', as: multiply}, variants: all}}\n"
SOBOL = "factors: {award_beta: prior, scaling_rate: prior, conversion_rate: prior, deepening_rate: prior}\n"
DESIGNS = {
    "morris": f"{HEAD}{MORRIS}{TAIL}design: {{name: morris, n: 8}}\n",
    "sobol": f"{HEAD}{SOBOL}{TAIL}design: {{name: sobol, n: 64}}\nreplicates: 2\n",
    "latin_hypercube": f"{HEAD}{SOBOL}{TAIL}design: {{name: latin_hypercube, n: 80}}\nreplicates: 2\n",
}
KINDS = {
    "morris": ("morris", "tornado", "convergence", "over_time"),
    "sobol": ("tornado", "convergence", "over_time"),
    "latin_hypercube": ("tornado",),
}
NAME = "core_revenue_2019_A"


class Responsive(Steady):
    """Every lever and constant matters, some much more than others."""

    def run(self) -> None:
        super().run()
        inputs = {**self.effective.values, **{name: path[-1] for name, path in self.effective.paths.items()}}
        effect = sum(
            (zlib.crc32(name.encode()) % 1000 / 1000.0) ** 8
            * float(np.mean(value))
            / (1.0 + abs(float(np.mean(value))))
            for name, value in inputs.items()
        )
        self.records["core_revenue"] = self.records["core_revenue"] * np.exp(effect)


@pytest.fixture(scope="module", params=list(DESIGNS))
def swept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Swept:
    folder = tmp_path_factory.mktemp("swept")
    (folder / "own.yaml").write_text(DESIGNS[request.param], encoding="utf-8")
    run_sweep(load_experiment(folder / "own.yaml"), out=folder / "out", executor=InProcess(), economy=Responsive)
    return Swept(folder / "out")


def sheets(swept: Swept, language: str) -> list[Sheet]:
    """Every figure of the design, settled."""
    view = sensitivity.SweptView(swept, NAME, language)
    with drawing():
        found = [getattr(sensitivity, kind)(view) for kind in KINDS[swept.experiment.design.name]]
        for sheet in found:
            sheet.settle()
    return found


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_is_cut_off_or_covered_and_everything_is_told(swept: Swept, language: str) -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="Glyph.*missing")
        drawn = sheets(swept, language)
    for sheet in drawn:
        texts = texts_of(sheet)
        assert set(texts) == set(TEXTS), sheet.kind
        assert (
            "own" in texts["notes"]
            and "aiplan" in texts["notes"]
            and str(swept.experiment.design.n) in texts["subtitle"]
        )
        width, height = sheet.figure.get_size_inches() * sheet.figure.dpi
        for text, box in boxes(sheet):
            assert box.x0 > 0 and box.y0 > 0 and box.x1 < width and box.y1 < height, f"{sheet.kind}: {text!r}"
        assert not covered(boxes(sheet)), sheet.kind


def test_files_hold_the_table_that_is_drawn(swept: Swept, tmp_path: Path) -> None:
    paths = sensitivity.plot_sensitivity(swept, tmp_path, [NAME])
    assert {path.stem for path in paths} == {f"{kind}-{NAME}" for kind in KINDS[swept.experiment.design.name]}
    rows = swept.sensitivity(swept.outcomes()[0])
    measure = sensitivity.MEASURE.get(swept.experiment.design.name, "pawn_median")
    with open(tmp_path / f"tornado-{NAME}.csv", encoding="utf-8", newline="") as file:
        drawn = {row["series"]: float(row["value"]) for row in csv.DictReader(file) if row["statistic"] == measure}
    assert drawn == pytest.approx({row["factor"]: row[measure] for row in rows})
