"""A loaded scenario: what it says in total, where each value comes from, and what a run sees of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from simulation.errors import InvalidInput, Problem, UsageError
from simulation.inputs.registry import Parameter, Registry
from simulation.scenario import dates
from simulation.scenario.draws import CENTRAL_SET
from simulation.scenario.effective import Effective, digest_of, path_of, posterior_defaults
from simulation.scenario.header import VARIANTS, RunSettings
from simulation.scenario.keys import find
from simulation.scenario.layers import Layer
from simulation.scenario.settings import DATED_SECTIONS
from simulation.scenario.timelines import Array
from simulation.scenario.tree import Mark
from simulation.scenario.writing import scenario_text, setting_text, shock_text

REGISTRY_ORIGIN = "registry default"


@dataclass(frozen=True, eq=False)
class Scenario:
    """A scenario with everything it extends and every override merged.

    Parameters
    ----------
    id : str
        Name of the file, with ``:strength`` when one was named.
    strength : str
        Overlay in force; empty for a scenario without strengths.
    layer : Layer
        The merged content.
    history : tuple of Layer
        The layers it was merged from, lowest first.
    registry : Registry
        The parameters it refers to.
    sources : tuple of str
        Files it was read from, in the order in which they apply.
    warnings : tuple of Problem
        Overrides that change nothing.
    """

    id: str
    strength: str
    layer: Layer = field(repr=False)
    history: tuple[Layer, ...] = field(repr=False)
    registry: Registry = field(repr=False)
    sources: tuple[str, ...]
    warnings: tuple[Problem, ...] = ()

    @property
    def title(self) -> dict[str, str]:
        """Title by language, ``en`` and ``zh``; the id where none is written."""
        texts = self.layer.title
        return {"en": texts.get("en", self.id), "zh": texts.get("zh", texts.get("en", self.id))}

    @property
    def story(self) -> dict[str, str]:
        """Story by language, ``en`` and ``zh``; empty where none is written."""
        texts = self.layer.story
        return {"en": texts.get("en", "").strip(), "zh": texts.get("zh", texts.get("en", "")).strip()}

    @property
    def variants(self) -> dict[str, str]:
        """Rule variants in force."""
        chosen = self.layer.variants
        return {rule: (chosen[rule][0] if rule in chosen else None) or choices[0] for rule, choices in VARIANTS.items()}

    @property
    def run_settings(self) -> dict[str, Any]:
        """Replicates, seed, scale and last quarter that the scenario asks for."""
        given = {name: value for name, (value, _) in self.layer.run.items() if value is not None}
        return {**RunSettings().model_dump(), **given}

    @cached_property
    def digest(self) -> str:
        """Hash (64 hexadecimal digits) of the effective inputs until 2035; independent of file names and notation."""
        texts = [setting_text(self.registry[name], setting) for name, setting in sorted(self.layer.settings.items())]
        texts += [shock_text(shock) for shock in self.layer.shocks or ()]
        # The paths hold the medians of uncertain values: what they are medians of counts as well.
        uncertain = "|".join(text for text in texts if "distribution" in text)
        return digest_of({name: self.path(name) for name in self.registry}, {}, self.variants, uncertain)

    def path(self, name: str, parameter_set: int = CENTRAL_SET, seed: int = 1) -> Array:
        """Value of a parameter in every quarter from 2016Q1 to 2035Q4, shape (T,) or (T, n)."""
        setting = self.layer.settings.get(name)
        return path_of(self.registry[name], setting, self.layer.shocks, parameter_set, seed)

    def effective(
        self,
        until: str | int | None = None,
        parameter_set: int = CENTRAL_SET,
        seed: int = 1,
        posterior: Mapping[str, Any] | None = None,
    ) -> Effective:
        """What a run sees.

        Parameters
        ----------
        until : str or int, optional
            Last quarter, or a year; by default the scenario's own ``run.until``.
        parameter_set : int
            0 takes the median of every uncertain value, each further number another draw.
        seed : int
            Seed of those draws.
        posterior : mapping of str to float, optional
            Calibrated values by id; they stand above the registry and below every file.

        Raises
        ------
        UsageError
            When ``until`` is not a date of the model.
        InvalidInput
            When the posterior leaves a parameter's bounds.
        """
        last = dates.position(str(until or self.run_settings["until"]), end=True)
        if last is None or not dates.inside(last):
            raise UsageError(f"'{until}' is not a date of the model; valid: {dates.VALID}")
        defaults = posterior_defaults(self.registry, posterior)
        paths: dict[str, Array] = {}
        values: dict[str, float | Array] = {}
        for name, parameter in self.registry.items():
            setting, default = self.layer.settings.get(name), defaults.get(name)
            path = path_of(parameter, setting, self.layer.shocks, parameter_set, seed, default)
            if parameter.section in DATED_SECTIONS:
                paths[name] = np.ascontiguousarray(path[: last + 1])
            else:
                values[name] = float(path[0]) if path.ndim == 1 else path[0].copy()
        self._check_posterior(defaults, paths, values)
        return Effective(
            quarters=dates.AXIS[: last + 1],
            paths=paths,
            values=values,
            variants=self.variants,
            run=self.run_settings,
            scenario_id=self.id,
            digest=digest_of(paths, values, self.variants),
            origin=self.origins(posterior),
            parameter_set=parameter_set,
            seed=seed,
            warnings=self.warnings,
        )

    def _check_posterior(self, defaults: dict[str, Array], paths: dict, values: dict) -> None:
        problems = []
        for name in defaults:
            parameter = self.registry[name]
            value = paths[name] if name in paths else values[name]
            if np.any(np.less(value, parameter.low)) or np.any(np.greater(value, parameter.high)):
                valid = f"{parameter.low:g} to {parameter.high:g} {parameter.unit}"
                problems.append(Mark("posterior").problem(f"{name} is outside its bounds", valid=valid))
        if problems:
            raise InvalidInput(problems)

    def origins(self, posterior: Mapping[str, Any] | None = None) -> dict[str, str]:
        """Where the value of each parameter was written last."""
        calibrated = {self.registry.resolve(name)[0].id for name in posterior or ()}
        found = {name: "posterior" if name in calibrated else REGISTRY_ORIGIN for name in self.registry}
        for name, setting in self.layer.settings.items():
            if not setting.is_default:
                found[name] = setting.mark.origin
        for shock in self.layer.shocks or ():
            found[shock.parameter.id] = shock.mark.origin
        return found

    def explain(self, key: str, until: str | int | None = None) -> dict[str, Any]:
        """Everything about one parameter in this scenario, as plain data.

        Parameters
        ----------
        key : str
            ``id``, ``section.id``, ``id.element`` or ``section.id.element``.
        until : str or int, optional
            Last quarter shown; by default the scenario's own ``run.until``.

        Returns
        -------
        dict
            ``id``, ``element``, ``section``, ``label``, ``unit``, ``value`` (first), ``quarters`` and ``path`` (dated
            parameters; one list per element for a vector), ``origin``, ``layers`` (each source that speaks of it,
            lowest first), ``shocks``, ``default``, ``low``, ``high``, ``prior``, ``starts``, ``grade``, ``source``,
            ``address``, ``clauses``, ``rules``, ``description``.

        Raises
        ------
        InvalidInput
            For an unknown name, with the nearest valid ones.
        """
        problems: list[Problem] = []
        target = find(self.registry, key, Mark(key), problems)
        if target is None:
            raise InvalidInput(problems)
        parameter, element = target
        last = dates.position(str(until or self.run_settings["until"]), end=True) or 0
        path = self.path(parameter.id)[: last + 1]
        if element is not None:
            path = path[:, parameter.elements.index(element)]
        dated = parameter.section in DATED_SECTIONS
        return {
            "id": parameter.id,
            "element": element,
            "section": parameter.section,
            "label": {"en": parameter.label_en, "zh": parameter.label_zh},
            "unit": parameter.unit,
            "value": path[0].tolist(),
            "quarters": list(dates.AXIS[: last + 1]) if dated else [],
            "path": path.T.tolist() if dated else [],
            "elements": list(parameter.elements) if element is None else [],
            "origin": self.origins()[parameter.id],
            "layers": self._said(parameter),
            "shocks": [shock_text(shock) for shock in self.layer.shocks or () if shock.parameter.id == parameter.id],
            **_registry_row(parameter),
        }

    def _said(self, parameter: Parameter) -> list[dict[str, str]]:
        said = [{"origin": REGISTRY_ORIGIN, "value": parameter.default}]
        for layer in self.history:
            setting = layer.settings.get(parameter.id)
            if setting is not None:
                said.append({"origin": setting.mark.origin, "value": setting_text(parameter, setting)})
            elif parameter.section in layer.restored:
                said.append({"origin": layer.restored[parameter.section].origin, "value": "~"})
        return said

    def rows(self, changed_only: bool = False, until: str | int | None = None) -> list[dict[str, Any]]:
        """One row per parameter: ``id``, ``section``, ``label``, ``unit``, ``first``, ``last``, ``origin``, ``source``.

        ``first`` and ``last`` are the values in 2016Q1 and in the last quarter; ``changed_only`` leaves out the
        parameters at their registry default.
        """
        last = dates.position(str(until or self.run_settings["until"]), end=True) or 0
        rows = []
        for name, origin in self.origins().items():
            if changed_only and origin == REGISTRY_ORIGIN:
                continue
            parameter, path = self.registry[name], self.path(name)
            rows.append(
                {
                    "id": name,
                    "section": parameter.section,
                    "label": {"en": parameter.label_en, "zh": parameter.label_zh},
                    "unit": parameter.unit,
                    "first": path[0].tolist(),
                    "last": path[last].tolist(),
                    "origin": origin,
                    "source": parameter.source,
                }
            )
        return rows

    def to_yaml(self) -> str:
        """The merged scenario as one file that needs no other and has the same digest; kept beside every result."""
        return scenario_text(self.id, self.layer, self.registry, self.sources)


def _registry_row(parameter: Parameter) -> dict[str, Any]:
    names = ("default", "low", "high", "starts", "grade", "source", "address", "description")
    row: dict[str, Any] = {name: getattr(parameter, name) for name in names}
    row["prior"] = str(parameter.prior) if parameter.prior else ""
    row["clauses"], row["rules"] = list(parameter.clauses), list(parameter.rules)
    return row
