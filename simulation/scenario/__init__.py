"""Scenarios: stories as files, checked before anything runs, and the effective inputs a run sees of them.

>>> from simulation import scenario
>>> baseline = scenario.load("plan_baseline")
>>> baseline.effective(until=2030).paths["fiscal_rd_grants"].shape
(60,)
"""

from simulation.scenario.difference import diff
from simulation.scenario.effective import Effective
from simulation.scenario.finding import Found, discover
from simulation.scenario.header import VARIANTS
from simulation.scenario.loading import load, validate
from simulation.scenario.publishing import json_schema, write_starter
from simulation.scenario.scenario import Scenario

__all__ = [
    "VARIANTS",
    "Effective",
    "Found",
    "Scenario",
    "diff",
    "discover",
    "json_schema",
    "load",
    "validate",
    "write_starter",
]
