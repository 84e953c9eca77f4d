"""Where scenario files lie: by path, or by id in the working folder first and then among those of the program."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from simulation.errors import Problem
from simulation.inputs.reading import nearest
from simulation.scenario.documents import DEFAULT_KEY, KIND, kind_of, packaged_folders, shown
from simulation.scenario.tree import Mapping, Mark, Node, plain, read_file

ENDINGS = (".yaml", ".yml")
Search = Sequence[str | os.PathLike[str]] | str | os.PathLike[str] | None


@dataclass(frozen=True)
class Found:
    """A scenario that can be loaded by its id.

    Parameters
    ----------
    id : str
        Name of the file without its ending.
    path : Path
        The file.
    title, story : dict of str to str
        By language, ``en`` and ``zh``.
    extends : tuple of str
        Scenarios it builds on.
    strengths : tuple of str
        Names to write after a colon; ``default_strength`` is what the bare id means.
    problem : str
        Why the file cannot be used; empty when it can.
    """

    id: str
    path: Path
    title: dict[str, str]
    story: dict[str, str]
    extends: tuple[str, ...] = ()
    strengths: tuple[str, ...] = ()
    default_strength: str = ""
    problem: str = ""

    def as_dict(self) -> dict[str, object]:
        """The same as plain data, for ``--json``."""
        return {
            **vars(self),
            "path": shown(self.path),
            "extends": list(self.extends),
            "strengths": list(self.strengths),
        }


def folders(search: Search = None, beside: Path | None = None) -> tuple[Path, ...]:
    """Folders in the order in which ids are looked up.

    Parameters
    ----------
    search : path or sequence of paths, optional
        Folders to look in first.
    beside : Path, optional
        Folder of the file that names the id; looked up last.
    """
    given = [search] if isinstance(search, (str, os.PathLike)) else list(search or ())
    listed = [*(Path(folder) for folder in given), Path("scenarios"), *packaged_folders()]
    return tuple(dict.fromkeys(listed + ([beside] if beside else [])))


def split_reference(reference: str) -> tuple[str, str]:
    """``no_plan_counterfactual:strict`` as name and strength; the strength is empty when none is named."""
    match = re.fullmatch(r"(.{2,}):([A-Za-z_]\w*)", reference)
    return (match[1], match[2]) if match else (reference, "")


def locate(
    reference: str, problems: list[Problem], mark: Mark | None = None, search: Search = None, beside: Path | None = None
) -> Path | None:
    """File of a reference without strength, or ``None`` after noting that there is none.

    Parameters
    ----------
    reference : str
        Path (has a separator or ends in ``.yaml``) or id.
    problems : list of Problem
        Receives the complaint.
    mark : Mark, optional
        Place of the reference in the file that names it.
    search, beside
        As in :func:`folders`; a relative path is relative to ``beside``.
    """
    place = mark or Mark(reference)
    if reference.endswith(ENDINGS) or "/" in reference or os.sep in reference:
        path = (beside or Path()) / reference
        if path.is_file():
            return path
        siblings = [item.name for item in path.parent.glob("*.y*ml")] if path.parent.is_dir() else []
        what = "is a folder, not a file" if path.is_dir() else "does not exist"
        message = f"the file '{reference}' {what}" if mark else f"the file {what}"
        problems.append(
            place.problem(message, nearest(path.name, siblings), "an existing scenario file or a scenario id")
        )
        return None
    looked = folders(search, beside)
    for folder in looked:
        for ending in ENDINGS:
            if (folder / f"{reference}{ending}").is_file():
                return folder / f"{reference}{ending}"
    ids = sorted({path.stem for folder in looked for path in _files(folder)})
    problems.append(place.problem(f"unknown scenario '{reference}'", nearest(reference, ids), ", ".join(ids)))
    return None


def discover(search: Search = None) -> list[Found]:
    """All scenarios that ids reach, by id; a file that hides one of the same id further down is listed once.

    Files that cannot be read are listed with their problem, so that a list never fails because of one bad file.
    """
    found: dict[str, Found] = {}
    for folder in folders(search):
        for path in _files(folder):
            entry = _describe(path) if path.stem not in found else None
            if entry is not None:
                found[path.stem] = entry
    return [found[name] for name in sorted(found)]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.y*ml") if path.suffix in ENDINGS) if folder.is_dir() else []


def _describe(path: Path) -> Found | None:
    problems: list[Problem] = []
    tree = read_file(path, shown(path), problems)
    if tree is None:
        return Found(path.stem, path, {}, {}, problem=str(problems[0]) if problems else "")
    if kind_of(tree) != KIND:
        return None
    extends = plain(tree.entries["extends"]) if "extends" in tree.entries else ()
    strengths = tree.entries.get("strengths")
    names = strengths.entries if isinstance(strengths, Mapping) else {}
    return Found(
        id=path.stem,
        path=path,
        title=_texts(tree.entries.get("title")),
        story=_texts(tree.entries.get("story")),
        extends=tuple(map(str, extends)) if isinstance(extends, (list, tuple)) else (str(extends),),
        strengths=tuple(name for name in names if name != DEFAULT_KEY),
        default_strength=str(plain(names[DEFAULT_KEY])) if DEFAULT_KEY in names else "",
        problem=str(problems[0]) if problems else "",
    )


def _texts(node: Node | None) -> dict[str, str]:
    texts = plain(node) if node is not None else {}
    return {str(key): str(text).strip() for key, text in texts.items()} if isinstance(texts, dict) else {}
