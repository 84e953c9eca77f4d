"""Loading: files, what they extend, overrides, all mistakes at once."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from simulation.errors import InvalidInput, Problem
from simulation.inputs.reading import nearest
from simulation.inputs.registry import Registry
from simulation.inputs.registry import registry as shipped_registry
from simulation.scenario.documents import Document, read_document
from simulation.scenario.effective import bound_problems, path_of
from simulation.scenario.finding import Search, locate, split_reference
from simulation.scenario.header import VARIANTS, RunSettings, read_variants
from simulation.scenario.layers import Layer, add_setting, merge, read_run
from simulation.scenario.scenario import Scenario
from simulation.scenario.shocks import read_shocks
from simulation.scenario.tree import Mapping as TreeMapping
from simulation.scenario.tree import Mark, Node, Scalar, from_python, parse_override

OVERRIDE_FILE = "--set"
Overrides = Mapping[str, object] | Iterable[str] | None
Reference = str | os.PathLike[str]


@dataclass
class _Collector:
    """Walks ``extends`` depth first, so that a scenario shared by several branches applies once, before all of them."""

    registry: Registry
    search: Search
    problems: list[Problem]
    documents: dict[Path, Document | None] = field(default_factory=dict)
    ordered: list[tuple[Document, str]] = field(default_factory=list)

    def collect(
        self, path: Path, strength: str, mark: Mark, chain: tuple[tuple[Path, str], ...] = ()
    ) -> Document | None:
        """Read a file and, before it, everything it extends; its document, or ``None`` when it cannot be used."""
        key = Path(os.path.abspath(path))
        names = [*(name for _, name in chain), path.stem]
        if key in (visited for visited, _ in chain):
            self.problems.append(mark.problem(f"cyclic extends: {' -> '.join(names)}"))
            return None
        if key not in self.documents:
            self.documents[key] = read_document(path, self.registry, self.problems)
        document = self.documents[key]
        if document is None:
            return None
        chosen = self._strength(document, strength, mark)
        if (document, chosen) in self.ordered:
            return document
        for reference, place in document.extends:
            name, named_strength = split_reference(reference)
            found = locate(name, self.problems, place, self.search, beside=path.parent)
            if found is not None:
                self.collect(found, named_strength, place, (*chain, (key, path.stem)))
        self.ordered.append((document, chosen))
        return document

    def _strength(self, document: Document, strength: str, mark: Mark) -> str:
        if not strength:
            return document.default_strength
        if strength not in document.strengths:
            message = f"scenario '{document.id}' has no strength '{strength}'"
            valid = ", ".join(document.strengths) or "none: use the id alone"
            self.problems.append(mark.problem(message, nearest(strength, document.strengths), valid))
        return strength


def load(
    ref: Reference, overrides: Overrides = None, search: Search = None, *, registry: Registry | None = None
) -> Scenario:
    """Load a scenario by path or id.

    Parameters
    ----------
    ref : str or path
        ``plan_baseline``, ``no_plan_counterfactual:strict`` or a path to a file.
    overrides : mapping or iterable of str, optional
        Values above every file, as of ``--set``: ``{"fiscal_rd_grants": 30}`` or ``["fiscal_rd_grants=30"]``.
    search : path or sequence of paths, optional
        Folders in which ids are looked up before the working folder's ``scenarios`` and those of the program.
    registry : Registry, optional
        Parameters; those of the package by default.

    Returns
    -------
    Scenario

    Raises
    ------
    InvalidInput
        With every mistake of every file and override involved.
    """
    problems: list[Problem] = []
    known = registry if registry is not None else shipped_registry()
    collector = _Collector(known, search, problems)
    name, strength = split_reference(os.fspath(ref))
    path = locate(name, problems, search=search)
    document = collector.collect(path, strength, Mark(os.fspath(ref))) if path is not None else None
    override_layers = read_overrides(overrides, known, problems)
    if problems or document is None:
        raise InvalidInput(in_reading_order(problems))
    scenario = _assemble(document, strength, collector.ordered, override_layers, known)
    problems = bound_problems(known, scenario.layer)
    if problems:
        raise InvalidInput(problems)
    return scenario


def in_reading_order(problems: list[Problem]) -> list[Problem]:
    """Problems by file in the order in which files were read, and by place within each."""
    files = list(dict.fromkeys(problem.file for problem in problems))
    return sorted(problems, key=lambda problem: (files.index(problem.file), problem.line, problem.column))


def _assemble(
    document: Document,
    strength: str,
    ordered: list[tuple[Document, str]],
    override_layers: list[Layer],
    registry: Registry,
) -> Scenario:
    chosen = strength or document.default_strength
    inherited = [layer for other, name in ordered if other is not document for layer in _layers_of(other, name)]
    own = [*_layers_of(document, chosen), *override_layers]
    merged, history = Layer(), []
    for layer in inherited:
        merged = merge(merged, layer, registry)
        history.append(layer)
    warnings: list[Problem] = []
    for layer in own:
        above = merge(merged, layer, registry)
        warnings += unchanged(merged, layer, above, registry)
        merged = above
        history.append(layer)
    return Scenario(
        id=f"{document.id}:{strength}" if strength else document.id,
        strength=chosen,
        layer=merged,
        history=tuple(history),
        registry=registry,
        sources=tuple(dict.fromkeys([other.display for other, _ in ordered])),
        warnings=tuple(warnings),
    )


def _layers_of(document: Document, strength: str) -> list[Layer]:
    overlay = document.strengths.get(strength)
    return [document.layer] if overlay is None else [document.layer, overlay]


def unchanged(before: Layer, layer: Layer, after: Layer, registry: Registry) -> list[Problem]:
    """A warning for every override of ``layer`` that leaves things as they were in ``before``."""
    found: list[Problem] = []
    for name, setting in layer.settings.items():
        parameter, old, new = registry[name], before.settings.get(name), after.settings.get(name)
        # Two parameter sets tell an uncertain value from the constant at its median.
        same = all(
            np.array_equal(path_of(parameter, old, (), draw), path_of(parameter, new, (), draw)) for draw in (0, 1)
        )
        if same:
            source = f"set in {old.mark.origin}" if old is not None and not old.is_default else "the registry default"
            found.append(setting.mark.problem(f"the override of '{name}' changes nothing: the value is {source}"))
    for section, mark in layer.restored.items():
        if not any(registry[name].section == section for name in before.settings):
            found.append(mark.problem(f"restoring '{section}' changes nothing: no override was in force"))
    defaults = RunSettings().model_dump()
    for what, chosen, base in (("run", layer.run, before.run), ("variant of", layer.variants, before.variants)):
        for name, (value, mark) in chosen.items():
            default = defaults[name] if what == "run" else VARIANTS[name][0]
            in_force = base.get(name, (None, mark))[0]
            if (default if value is None else value) == (default if in_force is None else in_force):
                label = f"run.{name}" if what == "run" else f"the variant of '{name}'"
                found.append(mark.problem(f"the override of {label} changes nothing"))
    if layer.shocks is not None and layer.shocks_mark and layer.shocks == (before.shocks or ()):
        found.append(layer.shocks_mark.problem("the list of shocks changes nothing"))
    return found


def read_overrides(overrides: Overrides, registry: Registry, problems: list[Problem]) -> list[Layer]:
    """One layer for each override, in their order."""
    if overrides is None:
        return []
    if isinstance(overrides, str):
        overrides = [overrides]
    layers = []
    if isinstance(overrides, Mapping):
        for number, (key, value) in enumerate(overrides.items(), start=1):
            mark = Mark(OVERRIDE_FILE, number, 1)
            layers.append(_override(key, _override_node(value, mark, problems), mark, registry, problems))
        return layers
    for number, text in enumerate(overrides, start=1):
        key, equals, value = text.partition("=")
        mark = Mark(OVERRIDE_FILE, number, 1)
        if not equals or not key.strip():
            problems.append(mark.problem(f"'{text}' is not an override", valid="name=value"))
            continue
        node = _override_node(value, Mark(OVERRIDE_FILE, number, len(key) + 2), problems)
        layers.append(_override(key.strip(), node, mark, registry, problems))
    return layers


def _override_node(value: object, mark: Mark, problems: list[Problem]) -> Node | None:
    if not isinstance(value, str):
        return from_python(value, mark)
    node, found = parse_override(value, mark)
    problems.extend(found)
    if node is not None and not value.strip():
        problems.append(mark.problem("the value is empty", valid="a value, or ~ for the default"))
        return None
    return node


def _override(key: str, node: Node | None, mark: Mark, registry: Registry, problems: list[Problem]) -> Layer:
    if node is None:
        return Layer()
    head, _, rest = key.partition(".")
    if head in ("run", "variants") and rest:
        table = TreeMapping(mark, {rest: node}, {rest: mark})
        if head == "run":
            return Layer(run=read_run(_as_written(table), problems))
        return Layer(variants=read_variants(table, problems))
    if key == "shocks":
        return Layer(shocks=read_shocks(node, registry, problems), shocks_mark=mark)
    settings: dict = {}
    if key in RunSettings.model_fields or key in VARIANTS:
        group = "run" if key in RunSettings.model_fields else "variants"
        problems.append(mark.problem(f"unknown parameter '{key}'", (f"{group}.{key}",)))
    else:
        add_setting(settings, key, mark, node, registry, problems)
    return Layer(settings=settings)


def _as_written(table: TreeMapping) -> TreeMapping:
    """Numbers given as text, as a shell hands them over through Python, become numbers again."""
    entries = {
        name: from_python(int(node.value), node.mark)
        if isinstance(node, Scalar) and isinstance(node.value, str) and node.value.isdigit()
        else node
        for name, node in table.entries.items()
    }
    return TreeMapping(table.mark, entries, table.key_marks)


def validate(
    paths: Reference | Iterable[Reference],
    strict: bool = False,
    search: Search = None,
    *,
    registry: Registry | None = None,
) -> list[Problem]:
    """Check scenario files, every strength of them, and return the warnings.

    Parameters
    ----------
    paths : path, id, or iterable of them
        What to check; the bare name of a scenario with strengths stands for all of them.
    strict : bool
        Treat a warning as an error.
    search, registry
        As in :func:`load`.

    Raises
    ------
    InvalidInput
        With every mistake of all files.
    """
    problems: list[Problem] = []
    warnings: list[Problem] = []
    known = registry if registry is not None else shipped_registry()
    given = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
    for reference in [os.fspath(each) for each in given]:
        for name in _with_strengths(reference, search, known):
            try:
                warnings += load(name, search=search, registry=known).warnings
            except InvalidInput as error:
                problems += error.problems
    warnings = list(dict.fromkeys(warnings))
    if problems or (strict and warnings):
        raise InvalidInput(problems + (warnings if strict else []))
    return warnings


def _with_strengths(reference: str, search: Search, registry: Registry) -> list[str]:
    name, strength = split_reference(reference)
    path = None if strength else locate(name, [], search=search)
    document = read_document(path, registry, []) if path is not None else None
    return [f"{name}:{each}" for each in document.strengths] if document and document.strengths else [reference]
