"""Which statistic answers which fact."""

from __future__ import annotations

from functools import lru_cache

from simulation.analysis.facts import companies, diffusion, firms, funding, lifetimes, markets
from simulation.analysis.facts.known import NOT_IN_THE_MODEL, STATISTICS, Statistic
from simulation.inputs.evidence import Fact, facts

__all__ = ["companies", "diffusion", "find", "firms", "funding", "known", "lifetimes", "markets"]
NO_STATISTIC = "no statistic of this id, text or name is known"


def known() -> tuple[Statistic, ...]:
    """All known statistics; a file of facts may ask for them by name."""
    return tuple(STATISTICS.values())


@lru_cache(maxsize=1)
def _by_fact() -> dict[str, Statistic]:
    return {each.fact: each for each in STATISTICS.values() if each.fact}


@lru_cache(maxsize=1)
def _shipped() -> dict[str, Fact]:
    return {fact.id: fact for fact in facts()}


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def find(fact: Fact) -> Statistic | str:
    """The statistic that answers a fact, or why there is none.

    A fact of the package is known by its text, or by id and unit; any known statistic by its name in the column
    ``statistic``.  An id alone is not enough: another file may number other facts in the same way.
    """
    asked = _plain(fact.statistic)
    if asked in STATISTICS:
        return STATISTICS[asked]
    same_text = [shipped.id for shipped in _shipped().values() if _plain(shipped.statistic) == asked]
    same_id = [fact.id] if fact.id in _shipped() and _shipped()[fact.id].unit == fact.unit else []
    for identity in (*same_text, *same_id):
        if identity in _by_fact():
            return _by_fact()[identity]
        if identity in NOT_IN_THE_MODEL:
            return NOT_IN_THE_MODEL[identity]
    return NO_STATISTIC
