"""YAML 1.2 text as a tree that knows the line and column of every key and value.

The text is composed by ruamel.yaml, which follows YAML 1.2 (``1e12`` is a number, ``NO`` is text), and turned into
three plain node kinds. Nothing is raised for a repeated key: it becomes one problem among the others, so that a reader
sees every mistake of a file at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from simulation.errors import Problem

TOO_DEEP = "not valid YAML: an alias contains itself or the nesting is too deep"


@dataclass(frozen=True)
class Mark:
    """A place in a file: line and column counted from 1."""

    file: str
    line: int = 0
    column: int = 0

    def problem(self, message: str, nearest: tuple[str, ...] = (), valid: str = "") -> Problem:
        """A problem at this place."""
        return Problem(self.file, self.line, self.column, message, nearest, valid)

    @property
    def origin(self) -> str:
        """``file:line``, or ``--set`` for an override of the command line."""
        return self.file if self.file.startswith("--") or not self.line else f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Scalar:
    """One value: text, number, truth value or nothing; ``text`` is what was written."""

    mark: Mark
    value: str | int | float | bool | None
    text: str


@dataclass(frozen=True)
class Sequence:
    """A list of nodes."""

    mark: Mark
    items: tuple[Node, ...]


@dataclass(frozen=True)
class Mapping:
    """Keys, each with the place of the key, and their nodes, in the order of the file."""

    mark: Mark
    entries: dict[str, Node]
    key_marks: dict[str, Mark] = field(compare=False)

    def __iter__(self) -> Iterator[tuple[str, Mark, Node]]:
        return ((key, self.key_marks[key], node) for key, node in self.entries.items())

    def key_mark(self, key: str) -> Mark:
        """Place of a key, or of the mapping when the key is absent."""
        return self.key_marks.get(key, self.mark)


Node = Scalar | Sequence | Mapping


def read_file(path: Path, display: str, problems: list[Problem]) -> Mapping | None:
    """Tree of a scenario file, or ``None`` after noting why there is none.

    Parameters
    ----------
    path : Path
        File to read.
    display : str
        How messages name it.
    problems : list of Problem
        Receives what is wrong with the file as a whole and every repeated key.
    """
    whole = Mark(display)
    try:
        content = path.read_bytes()
    except OSError as error:
        problems.append(whole.problem(f"the file cannot be read: {error.strerror or error}"))
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problems.append(whole.problem(f"not a text file: byte {error.start} is not UTF-8", valid="UTF-8 text in YAML"))
        return None
    if "\0" in text:
        message = f"not a text file: byte {text.index(chr(0))} is a zero byte"
        problems.append(whole.problem(message, valid="UTF-8 text in YAML"))
        return None
    node, found = parse_text(text, display)
    problems.extend(found)
    if node is None:
        if not found:
            problems.append(whole.problem("the file is empty", valid="a mapping that begins with 'kind: scenario'"))
        return None
    if not isinstance(node, Mapping):
        message = "a scenario file must be a mapping of keys to values"
        problems.append(node.mark.problem(message, valid="kind: scenario"))
        return None
    return node


@lru_cache(maxsize=256)
def parse_text(text: str, display: str) -> tuple[Node | None, tuple[Problem, ...]]:
    """Tree of a YAML text and the problems met on the way; ``(None, ())`` for a text without content."""
    yaml = YAML(typ="safe", pure=True)
    try:
        composed = yaml.compose(text)
    except MarkedYAMLError as error:
        place = error.problem_mark or error.context_mark
        mark = Mark(display, place.line + 1, place.column + 1) if place else Mark(display)
        return None, (mark.problem(f"not valid YAML: {' '.join(str(error.problem or error.context).split())}"),)
    except YAMLError as error:
        return None, (Mark(display).problem(f"not valid YAML: {' '.join(str(error).split())}"),)
    except RecursionError:
        return None, (Mark(display).problem(TOO_DEEP),)
    if composed is None:
        return None, ()
    problems: list[Problem] = []
    try:
        return _convert(composed, display, problems), tuple(problems)
    except RecursionError:
        return None, (Mark(display).problem(TOO_DEEP),)


def parse_override(text: str, mark: Mark) -> tuple[Node | None, list[Problem]]:
    """Tree of the value of one ``--set``; every place is that of the override itself."""
    node, problems = parse_text(text, mark.file)
    if problems:
        return None, [mark.problem(problem.message, problem.nearest, problem.valid) for problem in problems]
    return (Scalar(mark, None, "") if node is None else _moved(node, mark)), []


def from_python(value: object, mark: Mark) -> Node:
    """Tree of a plain Python value (dict, list, number, text, ``None``), all at one place."""
    if isinstance(value, dict):
        entries = {str(key): from_python(item, mark) for key, item in value.items()}
        return Mapping(mark, entries, dict.fromkeys(entries, mark))
    if isinstance(value, (list, tuple)):
        return Sequence(mark, tuple(from_python(item, mark) for item in value))
    if value is None or isinstance(value, (str, bool, int, float)):
        return Scalar(mark, value, str(value))
    return from_python(value.item() if hasattr(value, "item") else str(value), mark)


def plain(node: Node) -> object:
    """The node as plain Python data, places dropped."""
    if isinstance(node, Mapping):
        return {key: plain(item) for key, item in node.entries.items()}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return node.value


def _moved(node: Node, mark: Mark) -> Node:
    if isinstance(node, Mapping):
        entries = {key: _moved(item, mark) for key, item in node.entries.items()}
        return Mapping(mark, entries, dict.fromkeys(entries, mark))
    if isinstance(node, Sequence):
        return Sequence(mark, tuple(_moved(item, mark) for item in node.items))
    return Scalar(mark, node.value, node.text)


def _convert(node: object, display: str, problems: list[Problem]) -> Node:
    mark = Mark(display, node.start_mark.line + 1, node.start_mark.column + 1)  # type: ignore[attr-defined]
    if isinstance(node, ScalarNode):
        return Scalar(mark, _scalar_value(node), node.value)
    if isinstance(node, SequenceNode):
        return Sequence(mark, tuple(_convert(item, display, problems) for item in node.value))
    if not isinstance(node, MappingNode):
        raise TypeError(f"unexpected YAML node {node!r}")
    entries: dict[str, Node] = {}
    marks: dict[str, Mark] = {}
    for key_node, value_node in node.value:
        key_mark = Mark(display, key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        if not isinstance(key_node, ScalarNode):
            problems.append(key_mark.problem("a key must be one word or date"))
            continue
        key = key_node.value
        if key in entries:
            problems.append(key_mark.problem(f"duplicate key '{key}', first written on line {marks[key].line}"))
            continue
        entries[key] = _convert(value_node, display, problems)
        marks[key] = key_mark
    return Mapping(mark, entries, marks)


def _scalar_value(node: ScalarNode) -> str | int | float | bool | None:
    """Value by the YAML 1.2 core tags; anything else (a calendar date, say) stays the text that was written."""
    tag = str(node.tag).rsplit(":", 1)[-1]
    text = node.value
    if tag == "null":
        return None
    if tag == "bool":
        return str(text).lower() == "true"
    try:
        if tag == "int":
            return int(text.replace("_", ""), 0 if text.lstrip("+-")[:2] in ("0x", "0o", "0b") else 10)
        if tag == "float":
            return float(text.replace("_", "").replace(".inf", "inf").replace(".nan", "nan").replace(".Inf", "inf"))
    except ValueError:
        return str(text)
    return str(text)
