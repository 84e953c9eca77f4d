"""The plan as data: its six targets and its one hundred clauses with what models them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from simulation.errors import InvalidInput, Problem
from simulation.inputs.reading import read_table, split

TARGET_COLUMNS = (
    "id", "indicator", "year", "clause", "unit", "threshold", "label_en", "label_zh", "source", "published",
)  # fmt: skip
CLAUSE_COLUMNS = (
    "id", "section", "kind", "model_name", "mechanism", "unit_and_range", "time_profile", "measured_by", "class",
    "label_en", "label_zh", "ids",
)  # fmt: skip
VARIABLE = "variable:"


@dataclass(frozen=True)
class Target:
    """One scale target of the plan: the yearly value of ``indicator`` must be more than ``threshold``.

    Parameters
    ----------
    id, indicator, clause : str
        ``core_2020``; ``core`` or ``related``; plan clause.
    year : int
        Calendar year that is judged.
    unit : str
        ``bn_cny/year``.
    threshold : float
        Bound, in ``unit``.
    label_en, label_zh, source, published : str
        Wording in two languages, section of the plan and date.
    """

    id: str
    indicator: str
    year: int
    clause: str
    unit: str
    threshold: float
    label_en: str
    label_zh: str
    source: str
    published: str

    def label(self, language: str = "en") -> str:
        """Label in ``en`` or ``zh``."""
        return self.label_zh if language == "zh" else self.label_en


@dataclass(frozen=True)
class Clause:
    """One clause of the plan and the registry ids or recorded variables that model it.

    Parameters
    ----------
    id, section, kind : str
        ``P001`` to ``P100``; section of the plan; what kind of model element it is.
    model_name, mechanism, unit_and_range, time_profile, measured_by : str
        How it enters the model, as the design states it.
    plan_class : {'E', 'S', 'W', 'O', 'M'}
        Essential, standard, weak modifier, optional and off, measured.
    label_en, label_zh : str
        Short labels.
    ids : tuple of str
        Registry ids, and output variables with the prefix ``variable:``.
    """

    id: str
    section: str
    kind: str
    model_name: str
    mechanism: str
    unit_and_range: str
    time_profile: str
    measured_by: str
    plan_class: str
    label_en: str
    label_zh: str
    ids: tuple[str, ...]

    def label(self, language: str = "en") -> str:
        """Label in ``en`` or ``zh``."""
        return self.label_zh if language == "zh" else self.label_en

    @property
    def parameters(self) -> tuple[str, ...]:
        """Registry ids among ``ids``."""
        return tuple(name for name in self.ids if not name.startswith(VARIABLE))

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of output variables among ``ids``."""
        return tuple(name.removeprefix(VARIABLE) for name in self.ids if name.startswith(VARIABLE))


@lru_cache(maxsize=1)
def targets() -> tuple[Target, ...]:
    """The six scale targets: core 2020, 2025, 2030, then related; ``InvalidInput`` for a malformed table."""
    problems: list[Problem] = []
    found = []
    for row in read_table("plan/targets.csv", TARGET_COLUMNS, key=("id",)):
        year = row.number("year", problems)
        threshold = row.number("threshold", problems)
        found.append((row, year, threshold))
    if problems:
        raise InvalidInput(problems)
    return tuple(
        Target(row["id"], row["indicator"], int(year), row["clause"], row["unit"], threshold,
               row["label_en"], row["label_zh"], row["source"], row["published"])
        for row, year, threshold in found
    )  # fmt: skip


@lru_cache(maxsize=1)
def clauses() -> tuple[Clause, ...]:
    """The one hundred clauses in the plan's order; ``InvalidInput`` for a malformed table."""
    return tuple(
        Clause(
            id=row["id"],
            section=row["section"],
            kind=row["kind"],
            model_name=row["model_name"],
            mechanism=row["mechanism"],
            unit_and_range=row["unit_and_range"],
            time_profile=row["time_profile"],
            measured_by=row["measured_by"],
            plan_class=row["class"],
            label_en=row["label_en"],
            label_zh=row["label_zh"],
            ids=split(row["ids"]),
        )
        for row in read_table("plan/clauses.csv", CLAUSE_COLUMNS, key=("id",))
    )


def clause(name: str) -> Clause:
    """Clause of an id such as ``P073``; ``KeyError`` for an unknown one."""
    for candidate in clauses():
        if candidate.id == name:
            return candidate
    raise KeyError(f"no clause {name!r}; valid: P001 to P{len(clauses()):03d}")
