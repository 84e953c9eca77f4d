"""A small registry and a folder of its own for every test: shipped tables and scenarios play no part here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simulation.inputs.reading import Row
from simulation.inputs.registry import Parameter, Registry
from simulation.scenario import Scenario, load


def parameter(name: str, section: str = "policy", **changes: Any) -> Parameter:
    """A registry row with sensible fields and the changes given."""
    fields: dict[str, Any] = {
        "id": name, "section": section, "kind": "parameter" if section == "model" else "lever", "dim": "",
        "default": "10", "low": 0.0, "high": 100.0, "trend": 0.0, "unit": "bn_cny/year", "prior": None,
        "grade": "judgement", "plan_class": "E", "clauses": ("P073",), "rules": ("finance",), "starts": "",
        "moves": (), "sign": "+", "horizon": 6, "carrier": "finance", "label_en": name, "label_zh": name,
        "source": "test", "address": "", "description": "A parameter of the tests.", "row": Row({}, "test.csv", 1, ()),
    }  # fmt: skip
    return Parameter(**{**fields, **changes})


@pytest.fixture(scope="session")
def registry() -> Registry:
    """Scalars and vectors of every section; ``grants`` and ``tilt`` are plan levers."""
    return Registry(
        [
            parameter("grants", starts="2017Q3", trend=0.05),
            parameter("subsidy", starts="2017Q3", default="0", high=0.4, unit="share"),
            parameter("tilt", starts="2017Q3", dim="layer", default="0.1|0.2|0.3", high=1.0, unit="share"),
            parameter("tax", default="0.5", high=1.5, unit="share"),
            parameter("window", "external", default="0.3", high=1.0, unit="index"),
            parameter("wages", "external", dim="tier", default="200", high=5000.0, unit="thousand_cny/year"),
            parameter("elasticity", "model", default="1.2", low=0.8, high=1.6, unit="ratio"),
            parameter("levels", "model", dim="layer", default="1|2|3", high=5.0, unit="ratio"),
        ]
    )


class Folder:
    """Writes scenario files and loads them with the small registry."""

    def __init__(self, path: Path, registry: Registry) -> None:
        self.path = path
        self.registry = registry

    def write(self, name: str, text: str, header: bool = True) -> Path:
        """A file of the folder; the two header lines are added unless told otherwise."""
        path = self.path / f"{name}.yaml"
        path.write_text(("kind: scenario\nschema_version: 1\n" if header else "") + text, encoding="utf-8")
        return path

    def load(self, text_or_name: str, overrides: Any = None) -> Scenario:
        """The scenario of a text, or of a file written before."""
        if "\n" in text_or_name or ":" in text_or_name.removesuffix(":strict"):
            self.write("case", text_or_name)
            text_or_name = "case"
        return load(text_or_name, overrides, search=self.path, registry=self.registry)


@pytest.fixture
def folder(tmp_path: Path, registry: Registry, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return Folder(tmp_path, registry)
