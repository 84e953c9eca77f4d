"""Reading an experiment file: every key, name, unit, date and distribution is checked, all mistakes at once."""

from __future__ import annotations

from collections.abc import Sequence as ListOf
from pathlib import Path
from typing import Any

import numpy as np

from simulation.errors import InvalidInput, Problem
from simulation.experiments.designs import DESIGNS, GRID, SOBOL, TABLE, Design
from simulation.experiments.factor_reading import not_applicable, read_factors, read_level
from simulation.experiments.factors import Factor, Value
from simulation.experiments.outcomes import read_outcomes
from simulation.experiments.plan import clashing
from simulation.inputs.reading import nearest
from simulation.inputs.registry import Registry
from simulation.scenario import Scenario, load
from simulation.scenario.documents import kind_of, packaged_folders, shown
from simulation.scenario.finding import ENDINGS, locate
from simulation.scenario.header import SCHEMA_VERSION, RunSettings, Texts, checked
from simulation.scenario.tree import Mapping, Mark, Node, Scalar, Sequence, plain, read_file

KIND = "experiment"
FOLDER = "experiments"
KEYS = (
    "kind", "schema_version", "title", "story", "scenarios", "factors", "outcomes", "design", "replicates", "pairing",
    "run",
)  # fmt: skip
NEEDED = ("scenarios", "factors", "design")
PAIRINGS = ("common", "independent")
# The first digits of a short Sobol sequence agree between its dimensions: a switch would look as if it did nothing.
LEAST_WITH_LEVELS = 64
DESIGN_KEYS = ("name", "n", "seed", "second_order", "points")


def experiment_folders() -> tuple[Path, ...]:
    """Folders in which an experiment's id is looked up."""
    return (Path("scenarios") / FOLDER, *(folder / FOLDER for folder in packaged_folders()))


def read_experiment(reference: str, registry: Registry, problems: list[Problem]) -> dict[str, Any] | None:
    """Content of an experiment file as arguments of :class:`~simulation.experiments.experiment.Experiment`.

    Parameters
    ----------
    reference : str
        Path, or id in ``scenarios/experiments``.
    registry : Registry
        What factors may name.
    problems : list of Problem
        Receives everything that is wrong; ``None`` is returned when the file cannot be used at all.
    """
    path = _locate(reference, problems)
    tree = read_file(path, shown(path), problems) if path is not None else None
    if path is None or tree is None or not _is_experiment(tree, problems):
        return None
    for key, mark, _ in tree:
        if key not in KEYS:
            problems.append(mark.problem(f"unknown key '{key}'", nearest(key, KEYS), ", ".join(KEYS)))
    for key in NEEDED:
        if key not in tree.entries:
            problems.append(tree.mark.problem(f"the key '{key}' is missing", valid=", ".join(KEYS)))
    settings = _run(tree.entries.get("run"), problems)
    scenarios = _scenarios(tree.entries.get("scenarios"), path, registry, problems)
    node = tree.entries.get("factors")
    factors = read_factors(node, registry, problems, _zero(scenarios, settings)) if node is not None else ()
    if isinstance(node, Mapping) and not problems:
        problems += _levels_beyond(node, factors, scenarios, settings)
    return {
        "id": path.name,
        "title": _texts(tree, "title", problems),
        "story": _texts(tree, "story", problems),
        "scenarios": scenarios,
        "factors": factors,
        "not_applicable": not_applicable(node, registry, factors) if node is not None else {},
        "outcomes": read_outcomes(tree.entries.get("outcomes"), settings["until"], problems),
        "design": _design(tree.entries.get("design"), factors, problems),
        "replicates": _replicates(tree.entries.get("replicates"), problems),
        "pairing": _pairing(tree.entries.get("pairing"), problems),
        "run": settings,
        "source": shown(path),
        "text": path.read_text(encoding="utf-8-sig"),
    }


def _locate(reference: str, problems: list[Problem]) -> Path | None:
    if reference.endswith(ENDINGS) or "/" in reference:
        return locate(reference, problems)
    for folder in experiment_folders():
        for ending in ENDINGS:
            if (folder / f"{reference}{ending}").is_file():
                return folder / f"{reference}{ending}"
    ids = sorted({path.stem for folder in experiment_folders() for path in folder.glob("*.y*ml")})
    problems.append(
        Mark(reference).problem(f"unknown experiment '{reference}'", nearest(reference, ids), ", ".join(ids))
    )
    return None


def is_experiment(reference: str) -> bool:
    """Whether a path holds an experiment, or an id names one and no scenario."""
    path = Path(reference)
    if not (reference.endswith(ENDINGS) or "/" in reference):
        if locate(reference, []) is not None:
            return False
        path = _locate(reference, []) or path
    tree = read_file(path, shown(path), []) if path.is_file() else None
    return tree is not None and kind_of(tree) == KIND


def _is_experiment(tree: Mapping, problems: list[Problem]) -> bool:
    kind = tree.entries.get("kind")
    if kind is None or plain(kind) != KIND:
        written = f"kind is '{plain(kind)}', not '{KIND}'" if kind is not None else "the key 'kind' is missing"
        problems.append((kind.mark if kind is not None else tree.mark).problem(written, valid=f"kind: {KIND}"))
        return False
    version = tree.entries.get("schema_version")
    if version is None or plain(version) != SCHEMA_VERSION or isinstance(plain(version), bool):
        said = "the key 'schema_version' is missing" if version is None else "this schema_version is not supported"
        place = tree.mark if version is None else version.mark
        problems.append(place.problem(said, valid=f"schema_version: {SCHEMA_VERSION}"))
    return True


def _texts(tree: Mapping, key: str, problems: list[Problem]) -> dict[str, str]:
    if key not in tree.entries:
        return {}
    texts = checked(Texts, key, tree.entries[key], problems)
    return {name: text for name, text in texts.model_dump().items() if text} if texts else {}


def _run(node: Node | None, problems: list[Problem]) -> dict[str, Any]:
    settings = checked(RunSettings, "run", node, problems) if node is not None else RunSettings()
    if isinstance(node, Mapping) and "replicates" in node.entries:
        mark = node.key_mark("replicates")
        problems.append(mark.problem("the runs at each point are said by 'replicates' beside 'run'"))
    told = (settings or RunSettings()).model_dump()
    return {key: told[key] for key in ("seed", "scale", "until")}


def _scenarios(node: Node | None, path: Path, registry: Registry, problems: list[Problem]) -> tuple[Any, ...]:
    if node is None:
        return ()
    items = node.items if isinstance(node, Sequence) else (node,)
    found = []
    for item in items:
        if not isinstance(item, Scalar) or not isinstance(item.value, str):
            problems.append(item.mark.problem("'scenarios' names scenarios by id or path", valid="[plan_baseline]"))
            continue
        try:
            beside = path.parent / item.value
            reference = beside if item.value.endswith(ENDINGS) and beside.is_file() else item.value
            found.append(load(reference, search=path.parent, registry=registry))
        except InvalidInput as error:
            problems.append(item.mark.problem(f"scenario '{item.value}' cannot be used"))
            problems.extend(error.problems)
    clash = clashing([scenario.id for scenario in found])
    if clash:
        problems.append(node.mark.problem(clash))
    return tuple(found)


def _zero(scenarios: ListOf[Scenario], settings: dict[str, Any]) -> frozenset[str]:
    """Ids of the paths that are zero in every quarter of every scenario."""
    zero: list[set[str]] = []
    for scenario in scenarios:
        try:
            paths = scenario.effective(settings["until"], 0, settings["seed"]).paths
        except InvalidInput:  # told where the scenario is run; nothing is known of its paths
            return frozenset()
        zero.append({name for name, path in paths.items() if not np.any(path)})
    return frozenset(set.intersection(*zero)) if zero else frozenset()


def _levels_beyond(
    node: Mapping, factors: ListOf[Factor], scenarios: ListOf[Scenario], settings: dict[str, Any]
) -> list[Problem]:
    """Levels that would take a path beyond its bounds, where it would be cut and the level not be what it says."""
    found = []
    marks = {name: mark for name, mark, _ in node}
    for scenario in scenarios:
        effective = scenario.effective(settings["until"], 0, settings["seed"])
        for factor in factors:
            row = factor.parameter
            if row is None or not factor.levels or factor.name not in marks:
                continue
            default = row.path(effective.quarters) if row.id in effective.paths else row.values
            path = np.asarray(effective.paths.get(row.id, effective.values.get(row.id)), dtype=float)
            for level in factor.levels:
                moved = factor.moved(path, np.asarray(default, dtype=float), float(level))
                furthest = moved.max() if moved.max() > row.high else moved.min()
                if not row.low <= furthest <= row.high:
                    text = f"level {level:g} takes {factor.name} to {furthest:g} in {scenario.id}, beyond its bounds"
                    found.append(marks[factor.name].problem(text, valid=f"{row.low:g} to {row.high:g} {row.unit}"))
    return found


def _whole(node: Node, what: str, least: int, problems: list[Problem]) -> int | None:
    value = plain(node)
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        text = getattr(node, "text", value)
        problems.append(node.mark.problem(f"{what}: '{text}' is not a whole number from {least}"))
        return None
    return value


def _replicates(node: Node | None, problems: list[Problem]) -> int:
    return 1 if node is None else _whole(node, "replicates", 1, problems) or 1


def _pairing(node: Node | None, problems: list[Problem]) -> str:
    value = PAIRINGS[0] if node is None else plain(node)
    if value not in PAIRINGS:
        assert node is not None  # the default is valid
        problems.append(
            node.mark.problem(f"unknown pairing '{value}'", nearest(str(value), PAIRINGS), ", ".join(PAIRINGS))
        )
        return PAIRINGS[0]
    return str(value)


def _design(node: Node | None, factors: ListOf[Factor], problems: list[Problem]) -> Design:
    if node is None:
        return Design(GRID)
    if not isinstance(node, Mapping):
        problems.append(
            node.mark.problem("'design' must be a mapping", valid="{name: latin_hypercube, n: 100, seed: 1}")
        )
        return Design(GRID)
    for key, mark, _ in node:
        if key not in DESIGN_KEYS:
            message = f"unknown key '{key}' in 'design'"
            problems.append(mark.problem(message, nearest(key, DESIGN_KEYS), ", ".join(DESIGN_KEYS)))
    name = plain(node.entries["name"]) if "name" in node.entries else None
    if name not in DESIGNS:
        place = node.entries["name"].mark if "name" in node.entries else node.mark
        problems.append(place.problem(f"unknown design '{name}'", nearest(str(name), DESIGNS), ", ".join(DESIGNS)))
        return Design(GRID)
    seed = _whole(node.entries["seed"], "design.seed", 0, problems) if "seed" in node.entries else 1
    points = _points(node.entries.get("points", node), factors, problems) if name == TABLE else ()
    size = 0
    if name not in (GRID, TABLE):
        size = _size(node, str(name), problems)
    if name == SOBOL and size < LEAST_WITH_LEVELS and any(factor.levels for factor in factors):
        message = f"design.n: {size} is too small for factors with levels: some would never switch between the samples"
        problems.append(node.key_mark("n").problem(message, valid=f"{LEAST_WITH_LEVELS} or a higher power of two"))
    if name == GRID:
        _needs_levels(factors, node.mark, problems)
    second = plain(node.entries["second_order"]) if "second_order" in node.entries else False
    if not isinstance(second, bool):
        message = f"design.second_order: '{second}' is neither true nor false"
        problems.append(node.entries["second_order"].mark.problem(message, valid="true, false"))
    return Design(str(name), size, seed or 0, bool(second), points)


def _size(node: Mapping, name: str, problems: list[Problem]) -> int:
    if "n" not in node.entries:
        problems.append(node.mark.problem(f"the design '{name}' needs its size 'n'"))
        return 1
    size = _whole(node.entries["n"], "design.n", 2, problems) or 2
    if name == SOBOL and size & (size - 1):
        near = 2 ** (size.bit_length() - 1)
        message = f"design.n: {size} is not a power of two, which the sequence needs to be balanced"
        problems.append(node.entries["n"].mark.problem(message, valid=f"{near} or {2 * near}"))
    return size


def _needs_levels(factors: ListOf[Factor], mark: Mark, problems: list[Problem]) -> None:
    for factor in factors:
        if not factor.levels:
            message = f"a grid takes factors with levels; {factor.name} has a distribution"
            problems.append(mark.problem(message, valid=f"{factor.name}: {{levels: [...]}}, or another design"))


def _points(node: Node, factors: ListOf[Factor], problems: list[Problem]) -> tuple[tuple[Value, ...], ...]:
    """Points of a table: a list of mappings from factor to value; every factor is named at every point."""
    if not isinstance(node, Sequence) or not node.items:
        valid = "points: [{" + ", ".join(f"{factor.name}: ..." for factor in factors) + "}, ...]"
        problems.append(node.mark.problem("a table needs 'points', a list of mappings", valid=valid))
        return ()
    names = [factor.name for factor in factors]
    rows: list[tuple[Value, ...]] = []
    for item in node.items:
        if not isinstance(item, Mapping) or sorted(item.entries) != sorted(names):
            problems.append(item.mark.problem("a point gives one value to every factor", valid=", ".join(names)))
            continue
        rows.append(tuple(_point_value(factor, item.entries[factor.name], problems) for factor in factors))
    return tuple(rows)


def _point_value(factor: Factor, node: Node, problems: list[Problem]) -> Value:
    value = plain(node)
    if factor.is_variant:
        if value not in factor.levels:
            problems.append(
                node.mark.problem(f"{factor.name} has no variant '{value}'", valid=", ".join(map(str, factor.levels)))
            )
        return str(value)
    assert factor.parameter is not None  # only a variant has none
    number = read_level(factor.name, factor.parameter, factor.action, node, problems)
    return 0.0 if number is None else number
