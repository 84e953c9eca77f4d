"""One small watched economy for all tests of this folder."""

from __future__ import annotations

import pytest

from simulation.analysis.facts.ensemble import UNTIL
from simulation.analysis.facts.history import History
from simulation.analysis.facts.observer import observe
from simulation.scenario import Effective, load

SCALE = 0.05


@pytest.fixture(scope="session")
def inputs() -> Effective:
    return load("historical_actual").effective(UNTIL, 0, 1)


@pytest.fixture(scope="session")
def history(inputs: Effective) -> History:
    return observe(inputs, 1, 0, SCALE)
