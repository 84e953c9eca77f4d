"""One small calibration of the stand-in, made once for all tests of this folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simulation.calibration import calibrate
from simulation.calibration.design import Design, Specification, simulate_design
from simulation.experiments import InProcess
from tests.calibration.stand_in import Analytic

SPECIFICATION = Specification("conditional", points=512, repeated=16, repeats=4, until="2023Q4")
FITTED = ("spend_share", "venture_constant", "recognition_rate", "initial_software_wage", "wage_tightness")


@pytest.fixture(scope="session")
def design_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the simulated design."""
    return tmp_path_factory.mktemp("design")


@pytest.fixture(scope="session")
def design(design_folder: Path) -> Design:
    """The design, simulated with the stand-in."""
    return simulate_design(SPECIFICATION, design_folder, executor=InProcess(), economy=Analytic)


@pytest.fixture(scope="session")
def prepared(design: Design) -> Any:
    """Calibration, recovery and rounds of 20 truths; one candidate moves no series at all."""
    sampled = SPECIFICATION.factors()
    return calibrate.prepare(design, sampled, FITTED, truths=20, groups=32, sets=1024)
