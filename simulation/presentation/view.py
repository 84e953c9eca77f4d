"""What figures need to know of a result: labels, units, scope, provenance and the annual bands to draw."""

from __future__ import annotations

import json
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulation.analysis import bands as statistics
from simulation.analysis.frames import members
from simulation.analysis.targets import targets_table
from simulation.errors import UsageError
from simulation.inputs import dimensions
from simulation.inputs.variables import Variable, variables
from simulation.presentation import wording
from simulation.results.dataset import read_dataset
from simulation.results.store import ENSEMBLE
from simulation.scenario.header import VARIANTS

if TYPE_CHECKING:
    import xarray as xr

FEW_RUNS = 20


class View:
    """A result seen for drawing in one language.

    Parameters
    ----------
    source : Result, xarray.Dataset or path
        A stored result, its dataset, or a folder or file that holds one.
    language : {'en', 'zh'}
        Language of labels and sentences.
    """

    def __init__(self, source: Any, language: str = "en") -> None:
        if language not in wording.LANGUAGES:
            raise UsageError(f"no such language: {language}; there are {', '.join(wording.LANGUAGES)}")
        self.language = language
        self.left_out = 0  # scenarios of the result that are not shown
        self.dataset: xr.Dataset = _dataset(source)
        self.table = variables()
        self.annual = lru_cache(maxsize=None)(self._annual)

    def first(self, most: int) -> View:
        """This view with the first scenarios alone where there are more than ``most``; its notes say so."""
        if len(self.scenarios) <= most:
            return self
        view = View(self.dataset.isel(scenario=slice(most)), self.language)
        view.left_out = len(self.scenarios) - most
        return view

    # what the result is -------------------------------------------------------------------------------------------
    @property
    def scenarios(self) -> tuple[str, ...]:
        """Ids of the scenarios in the result."""
        return tuple(str(name) for name in self.dataset["scenario"].values)

    @property
    def runs(self) -> int:
        """Number of runs of each scenario that have values; the smallest where some failed."""
        name = "core_revenue" if self.has("core_revenue") else next(iter(self.dataset.data_vars))
        values = self.dataset[name]
        others = [dim for dim in values.dims if dim not in ("scenario", "member")]
        return int(values.notnull().any(dim=others).sum(dim="member").min())

    @property
    def members(self) -> tuple[tuple[int, int], ...]:
        """Parameter set and replicate of each member."""
        return members(self.dataset)

    @cached_property
    def verdicts(self) -> dict[tuple[str, str, int, str], dict[str, Any]]:
        """Rows of the target table by scenario, indicator, year and scope."""
        rows = targets_table(self.dataset)
        return {(row["scenario"], row["indicator"], row["year"], row["scope"]): row for row in rows}

    @property
    def version(self) -> str:
        """Version of the program that made the result."""
        return str(self.attribute("program_version") or self.attribute("version") or "unknown")

    def attribute(self, name: str) -> Any:
        """An attribute of the dataset, JSON text decoded; None where it is missing."""
        value = self.dataset.attrs.get(name)
        if isinstance(value, str) and value[:1] in "{[":
            return json.loads(value)
        return value

    def scenario_label(self, scenario: str) -> str:
        """Title of a scenario with its strength in the language of the view, or its id in plain words."""
        titles = self.attribute("scenario_titles") or {}
        title = titles.get(scenario)
        if isinstance(title, dict):
            title = title.get(self.language) or title.get("en")
        name, _, strength = scenario.partition(":")
        words = str(title) if title else name.replace("_", " ").capitalize()
        if not strength:
            return words
        # The strengths of one scenario share its title and would carry the same name without this.
        return self.say("with_strength", name=words, strength=wording.strength(strength, self.language))

    def headline(self, text: str) -> str:
        """A title whose number is that of the first scenario, which it names where there are several."""
        if len(self.scenarios) == 1:
            return text
        return self.say("of_scenario", text=text, name=self.scenario_label(self.scenarios[0]))

    # words --------------------------------------------------------------------------------------------------------
    def say(self, key: str, **values: object) -> str:
        """A sentence of :mod:`simulation.presentation.wording` in the language of the view."""
        return wording.say(key, self.language, **values)

    def variable(self, name: str) -> Variable:
        """Row of the variable table."""
        return self.table[name]

    def has(self, *names: str) -> bool:
        """Whether the result holds all these variables."""
        return all(name in self.dataset for name in names)

    def label(self, name: str) -> str:
        """Label of a variable."""
        return str(getattr(self.table[name], f"label_{self.language}"))

    def member(self, dimension: str, identifier: str) -> str:
        """Label of a dimension's member."""
        return dimensions.label(dimension, identifier, self.language)

    def unit(self, name: str) -> wording.Unit:
        """Shown unit of a variable."""
        return wording.unit(self.table[name].unit, self.language)

    def share(self, value: float) -> str:
        """A share as text."""
        return wording.share_text(value, self.language)

    def subtitle(self, unit: str, statistic: str, *more: str) -> str:
        """Line under the title: unit, what else matters (scope, price basis), statistic and runs, scenarios."""
        scenarios = wording.names([self.scenario_label(name) for name in self.scenarios], self.language)
        parts = [unit, *more, self.say(statistic, runs=self.runs), self.say("scenario", names=scenarios)]
        return "  |  ".join(part for part in parts if part)

    def provenance(self) -> str:
        """Note at the foot of every figure: program, scenarios, runs, scale and how to read it."""
        sets = len({parameter_set for parameter_set, _ in self.members})
        scale = self.attribute("scale")
        text = self.say(
            "provenance",
            version=self._versions(),
            ids=", ".join(self.scenarios),
            runs=self.runs,
            sets=self.say("members" if sets > 1 else "members_one", sets=sets, seeds=max(len(self.members) // sets, 1)),
            scale="–" if scale is None else f"{float(scale):g}",
        )
        few = self.say("few_runs", runs=self.runs) if self.runs < FEW_RUNS else ""
        many = len(self.scenarios)
        rest = self.say("left_out", shown=many, all=many + self.left_out) if self.left_out else ""
        return " ".join(part for part in (text, rest, self._variants(), few) if part)

    def _variants(self) -> str:
        """Rule variants in force that are not the default ones, by scenario."""
        found = []
        for entry in self.attribute("scenarios") or ():
            chosen = {rule: name for rule, name in entry.get("variants", {}).items() if name != VARIANTS[rule][0]}
            if chosen:
                found.append(f"{entry['id']} ({', '.join(f'{rule} {name}' for rule, name in chosen.items())})")
        return self.say("variants", list="; ".join(found)) if found else ""

    def _versions(self) -> str:
        """Program version, with the versions of model and data where the result names them."""
        parts = [
            f"{self.say(word)} {value}"
            for word, value in (("model", self.attribute("model_version")), ("data", self.attribute("data_version")))
            if value
        ]
        return f"{self.version} ({', '.join(parts)})" if parts else self.version

    # numbers ------------------------------------------------------------------------------------------------------
    def _annual(self, name: str) -> xr.DataArray:
        """Annual values of a variable in its shown unit, dimensions scenario, member, year and its own."""
        values = statistics.annual(self.dataset[name], self.table[name].kind) * self.unit(name).factor
        return values

    def bands(self, name: str, scenario: str, **selection: str) -> xr.DataArray:
        """Quantiles over members of a variable's annual values, in its shown unit."""
        return statistics.quantiles(self.annual(name).sel({"scenario": scenario, **selection}))

    def years(self, name: str) -> tuple[int, int]:
        """First and last complete year of the result."""
        years = self.annual(name)["year"].values
        return int(years[0]), int(years[-1])

    def medians(self, name: str, year: int) -> dict[str, float]:
        """Median of a variable in a year for each scenario, in its shown unit."""
        middle = statistics.quantiles(self.annual(name).sel(year=year), (0.5,)).isel(quantile=0)
        return {scenario: float(middle.sel(scenario=scenario)) for scenario in self.scenarios}

    def extremes(self, medians: dict[str, float]) -> dict[str, str]:
        """Lowest and highest of some medians with the scenarios' names, as texts for a title."""
        low, high = min(medians, key=lambda name: medians[name]), max(medians, key=lambda name: medians[name])
        return {
            "low": wording.number(medians[low]),
            "low_name": self.scenario_label(low),
            "high": wording.number(medians[high]),
            "high_name": self.scenario_label(high),
        }


def _dataset(source: Any) -> xr.Dataset:
    if isinstance(source, (str, Path)):
        path = Path(source)
        source = read_dataset(path / ENSEMBLE if path.is_dir() else path)
    dataset = getattr(source, "dataset", source)
    if callable(dataset):
        dataset = dataset()
    if "scenario" not in dataset.dims:
        dataset = dataset.expand_dims("scenario")
    if "member" not in dataset.dims:
        dataset = dataset.expand_dims("member", axis=1)
    return dataset
