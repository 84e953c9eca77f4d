"""One scenario file as a document: its header, its layer and its strengths."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from simulation.errors import Problem
from simulation.inputs.reading import nearest
from simulation.inputs.registry import Registry
from simulation.scenario.header import SCHEMA_VERSION
from simulation.scenario.layers import CONTENT_KEYS, Layer, read_layer
from simulation.scenario.tree import Mapping, Mark, Node, Scalar, Sequence, plain, read_file

KIND = "scenario"
FILE_KEYS = ("kind", "schema_version", "extends", *CONTENT_KEYS, "strengths")
DEFAULT_KEY = "default"


@dataclass(frozen=True)
class Document:
    """What a scenario file holds.

    Parameters
    ----------
    path : Path
        The file.
    display : str
        How messages name it.
    extends : tuple of (str, Mark)
        References to the scenarios it builds on, left to right.
    layer : Layer
        Its content.
    strengths : dict of str to Layer
        Named overlays.
    default_strength : str
        The overlay that the bare id means; empty without strengths.
    """

    path: Path
    display: str
    extends: tuple[tuple[str, Mark], ...] = ()
    layer: Layer = field(default_factory=Layer)
    strengths: dict[str, Layer] = field(default_factory=dict)
    default_strength: str = ""

    @property
    def id(self) -> str:
        """Name of the file without its ending."""
        return self.path.stem


def shown(path: Path) -> str:
    """Path as messages and provenance name it: relative to the working folder, or from ``scenarios/`` on."""
    resolved = path.resolve()
    try:
        return resolved.relative_to(Path.cwd().resolve()).as_posix()
    except ValueError:
        pass
    if resolved.parent in (Path(folder).resolve() for folder in packaged_folders()):
        return f"scenarios/{resolved.name}"
    return str(path)


@lru_cache(maxsize=1)
def packaged_folders() -> tuple[Path, ...]:
    """Folders of the scenarios that come with the program: inside a wheel, or beside the package in a checkout."""
    package = Path(__file__).resolve().parents[1]
    candidates = (package / "_scenarios", package.parent / "scenarios")
    return tuple(folder for folder in candidates if folder.is_dir())[:1]


def read_document(path: Path, registry: Registry, problems: list[Problem]) -> Document | None:
    """Document of a file; ``None`` when the file as a whole cannot be used. Problems are noted, never raised."""
    display = shown(path)
    tree = read_file(path, display, problems)
    if tree is None or not _is_scenario(tree, problems):
        return None
    for key, mark, _ in tree:
        if key not in FILE_KEYS:
            problems.append(mark.problem(f"unknown key '{key}'", nearest(key, FILE_KEYS), ", ".join(FILE_KEYS)))
    strengths, default = _strengths(tree, registry, problems)
    layer = read_layer(tree, registry, problems)
    return Document(Path(os.path.abspath(path)), display, _extends(tree, problems), layer, strengths, default)


def kind_of(tree: Mapping) -> object:
    """Value of the key ``kind``."""
    return plain(tree.entries["kind"]) if "kind" in tree.entries else None


def _is_scenario(tree: Mapping, problems: list[Problem]) -> bool:
    if kind_of(tree) != KIND:
        written = f"kind is '{kind_of(tree)}', not '{KIND}'" if "kind" in tree.entries else "the key 'kind' is missing"
        place = tree.entries["kind"].mark if "kind" in tree.entries else tree.mark
        near = nearest(str(kind_of(tree)), [KIND]) if "kind" in tree.entries else ()
        problems.append(place.problem(written, near, f"kind: {KIND}"))
        # A file of another kind would only bring unrelated complaints; a forgotten line should not hide the rest.
        return "kind" not in tree.entries
    valid = f"schema_version: {SCHEMA_VERSION}"
    version = tree.entries.get("schema_version")
    if version is None:
        problems.append(tree.mark.problem("the key 'schema_version' is missing", valid=valid))
    elif plain(version) != SCHEMA_VERSION or isinstance(plain(version), bool):
        text = getattr(version, "text", plain(version))
        problems.append(version.mark.problem(f"schema_version '{text}' is not supported", valid=valid))
    return True


def _extends(tree: Mapping, problems: list[Problem]) -> tuple[tuple[str, Mark], ...]:
    node = tree.entries.get("extends")
    if node is None or (isinstance(node, Scalar) and node.value is None):
        return ()
    found = []
    for item in node.items if isinstance(node, Sequence) else (node,):
        if isinstance(item, Scalar) and isinstance(item.value, str) and item.value:
            found.append((item.value, item.mark))
        else:
            message = "'extends' names scenarios by id or path"
            problems.append(item.mark.problem(message, valid="plan_baseline, or a list of names"))
    return tuple(found)


def _strengths(tree: Mapping, registry: Registry, problems: list[Problem]) -> tuple[dict[str, Layer], str]:
    node = tree.entries.get("strengths")
    if node is None:
        return {}, ""
    valid = "default: moderate, and one mapping for each strength"
    if not isinstance(node, Mapping):
        problems.append(node.mark.problem("'strengths' must be a mapping", valid=valid))
        return {}, ""
    layers: dict[str, Layer] = {}
    for name, mark, item in node:
        if name == DEFAULT_KEY:
            continue
        if not name.replace("_", "a").isalnum() or name != name.lower():
            problems.append(mark.problem(f"'{name}' is not a name for a strength", valid="lower-case words"))
        layers[name] = _strength(name, item, registry, problems)
    default = node.entries.get(DEFAULT_KEY)
    chosen = plain(default) if default is not None else None
    if default is None:
        problems.append(node.mark.problem("'strengths' does not state its default", valid=valid))
    elif chosen not in layers:
        message = f"the default strength '{chosen}' does not exist"
        problems.append(default.mark.problem(message, nearest(str(chosen), layers), ", ".join(layers)))
    return layers, str(chosen) if chosen in layers else ""


def _strength(name: str, node: Node, registry: Registry, problems: list[Problem]) -> Layer:
    if isinstance(node, Scalar) and node.value is None:
        return Layer()
    if not isinstance(node, Mapping):
        problems.append(node.mark.problem(f"strength '{name}' must be a mapping", valid=", ".join(CONTENT_KEYS)))
        return Layer()
    for key, mark, _ in node:
        if key not in CONTENT_KEYS:
            message = f"unknown key '{key}' in strength '{name}'"
            problems.append(mark.problem(message, nearest(key, CONTENT_KEYS), ", ".join(CONTENT_KEYS)))
    return read_layer(node, registry, problems)
