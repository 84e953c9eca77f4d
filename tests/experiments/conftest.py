from __future__ import annotations

from pathlib import Path

import pytest

from simulation.scenario import Scenario, load

PLAIN = """kind: scenario
schema_version: 1
title: {en: Plain, zh: 平常}
"""
GENEROUS = """kind: scenario
schema_version: 1
title: {en: Generous}
policy:
  fiscal_rd_grants: {2018Q1: 40}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def plain(folder: Path) -> Scenario:
    (folder / "plain.yaml").write_text(PLAIN, encoding="utf-8")
    return load("plain.yaml")


@pytest.fixture
def generous(folder: Path) -> Scenario:
    (folder / "generous.yaml").write_text(GENEROUS, encoding="utf-8")
    return load("generous.yaml")
