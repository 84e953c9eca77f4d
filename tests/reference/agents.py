"""The economy as ordinary Mesa agents: one object per firm, person, adopter and market position.

Attributes have the names of the columns of ``simulation.model.state``; blocks and institutions are plain namespaces
with the names of ``simulation.model.blocks`` and ``institutions``, their arrays lists.  Quantities of a firm are per
firm that the object represents; a national total multiplies by ``weight``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import mesa

from simulation.inputs.dimensions import index
from tests.reference.draws import draw_each
from tests.reference.ledger import PlainLedger
from tests.reference.names import CHANNELS, FIELD_ORDER, INCUMBENT


class Firm(mesa.Agent):
    """A core firm; ``row`` is its place in the table of firms, which a later entrant may take over."""

    row: int
    uid: int
    alive: bool

    def revenue_year(self) -> float:
        """Revenue of the last four quarters, per firm."""
        return sum(self.revenue_quarters)

    def staff(self) -> float:
        """Head count over all tiers, per firm."""
        return sum(self.headcount)


class Person(mesa.Agent):
    """An AI-skilled person; ``employer`` is the row of a firm or ``SEEKING``, ``ACADEMIA``, ``OVERSEAS``."""

    uid: int


class Adopter(mesa.Agent):
    """An adopting organisation or group of households."""

    uid: int


class Position(mesa.Agent):
    """A firm's place in a cell of the market: ``firm`` (its row), ``cell``, ``share``, ``count``, ``sales``.

    ``sales`` are those of the whole row in the cell in the quarter, million CNY.
    """

    firm: int
    cell: int


class PlainEconomy(mesa.Model):
    """The state of an economy at one moment; the plain rules move it on.

    Built by :func:`tests.reference.bridge.mirror`.  Populations are made into agents when a rule first asks for them.
    """

    def __init__(self, streams: Any, loaders: dict[str, Callable[[PlainEconomy], list]]) -> None:
        super().__init__(rng=0)
        self.streams = streams
        self.now: dict[str, Any] = {}
        self.ledger = PlainLedger()
        self.delivered_levers: dict[str, Any] = {}
        self.effective_levers: dict[str, Any] = {}
        self._loaders = loaders
        self._loaded: dict[str, list] = {}

    # -- populations --------------------------------------------------------------------------------------------------

    def population(self, name: str) -> list:
        """Agents of a table, made at the first call."""
        if name not in self._loaded:
            self._loaded[name] = self._loaders[name](self)
        return self._loaded[name]

    def loaded(self) -> dict[str, list]:
        """Populations that some rule has asked for."""
        return self._loaded

    @property
    def rows(self) -> list[Firm]:
        """All rows of the table of firms, the dead among them; ``person.employer`` is a place in this list."""
        return self.population("rows")

    @property
    def firms(self) -> list[Firm]:
        """Living firms in the order of their rows."""
        return [firm for firm in self.rows if firm.alive]

    @property
    def people(self) -> list[Person]:
        """Everybody, in the order of rows."""
        return self.population("people")

    @property
    def adopters(self) -> list[Adopter]:
        """All adopters, in the order of rows."""
        return self.population("adopters")

    @property
    def positions(self) -> list[Position]:
        """All market positions, in the order of the table."""
        return self.population("positions")

    def keep_positions(self, condition: Callable[[Position], bool]) -> None:
        """Drop the positions that do not meet ``condition``."""
        self._keep("positions", condition)

    def remove_people(self, gone: list[Person]) -> None:
        """Let people leave the workforce."""
        leaving = set(gone)
        self._keep("people", lambda person: person not in leaving)

    def _keep(self, name: str, condition: Callable[[Any], bool]) -> None:
        population = self.population(name)
        for agent in population:
            if not condition(agent):
                agent.remove()
        self._loaded[name] = [agent for agent in population if condition(agent)]

    def add_person(self, uid: int, **values: Any) -> Person:
        """A new person."""
        person = Person(self)
        person.uid = uid
        vars(person).update(values)
        self.people.append(person)
        return person

    def add_position(self, firm: Firm, cell: int, share: float, count: float) -> Position:
        """A new market position of a firm."""
        position = Position(self)
        position.firm, position.cell, position.share, position.count = firm.row, cell, share, count
        position.sales = 0.0
        self.positions.append(position)
        return position

    def add_firm(self, uid: int, **values: Any) -> Firm:
        """A new firm in the first free row; what is not given begins at zero."""
        row = next((place for place, firm in enumerate(self.rows) if not firm.alive), len(self.rows))
        firm = Firm(self)
        for name, blank in self.blank_firm.items():
            setattr(firm, name, list(blank) if isinstance(blank, list) else blank)
        firm.row, firm.uid, firm.alive = row, uid, True
        vars(firm).update(values)
        if row == len(self.rows):
            self.rows.append(firm)
        else:
            self.rows[row] = firm
        return firm

    def remove_firm(self, firm: Firm) -> None:
        """Close a firm; its row stays until an entrant takes it."""
        firm.alive = False

    def firm_at(self, row: int) -> Firm:
        """The firm of a row."""
        return self.rows[row]

    def national(self, quantity: Callable[[Firm], float]) -> float:
        """National total of a per-firm quantity over living firms."""
        return sum(quantity(firm) * firm.weight for firm in self.firms)

    # -- inputs -------------------------------------------------------------------------------------------------------

    def value(self, name: str) -> Any:
        """A constant of the section ``model``."""
        return self.values[name]

    def driver(self, name: str) -> Any:
        """An outside driver in the quarter."""
        return self.paths[name][self.quarter]

    def path(self, name: str) -> list:
        """The whole path of a driver or planned lever."""
        return self.paths[name]

    def delivered(self, lever: str) -> Any:
        """What government (or the outside world) puts in place of a lever."""
        return self.delivered_levers[lever]

    def effective(self, lever: str) -> Any:
        """The part of a lever that reaches its purpose."""
        return self.effective_levers[lever]

    def modifier(self, name: str) -> float:
        """Multiplier of a weak lever: 1 + weight * intensity."""
        return 1.0 + self.value("modifier_weight")[index("modifier", name)] * self.effective(name)

    # -- draws --------------------------------------------------------------------------------------------------------

    def uniform(self, stream: str, uid: int, index: int = 0, quarter: int | None = None) -> float:
        """A uniform draw of an agent, in the present quarter unless told."""
        return self.uniforms(stream, [uid], index, quarter)[0]

    def normal(self, stream: str, uid: int, index: int = 0, quarter: int | None = None) -> float:
        """A standard normal draw of an agent."""
        return self.normals(stream, [uid], index, quarter)[0]

    def uniforms(self, stream: str, agents: Sequence, index: int = 0, quarter: int | None = None) -> list[float]:
        """Uniform draws of many agents (or stable ids), one each: the numbers of :meth:`uniform`, faster."""
        return self._each("uniform", stream, agents, index, quarter)

    def normals(self, stream: str, agents: Sequence, index: int = 0, quarter: int | None = None) -> list[float]:
        """Standard normal draws of many agents (or stable ids)."""
        return self._each("normal", stream, agents, index, quarter)

    def _each(self, kind: str, stream: str, agents: Sequence, index: int, quarter: int | None) -> list[float]:
        ids = [agent if isinstance(agent, int) else agent.uid for agent in agents]
        return draw_each(self.streams, kind, stream, ids, self.quarter if quarter is None else quarter, index)

    # -- records ------------------------------------------------------------------------------------------------------

    def record(self, name: str, value: Any) -> None:
        """Note a variable of the quarter."""
        self.now[name] = value

    def record_channel(self, channel: int, amount: float) -> None:
        """Add money that reached firms through a funding channel, million CNY."""
        by_channel = self.now.setdefault("funding_by_channel", [0.0 for _ in CHANNELS])
        by_channel[channel] += amount / 1000.0

    def open_platform(self) -> None:
        """Open the next national platform: fields in turn, hosted by the groups in turn."""
        place = len(self.platforms)
        groups = [firm for firm in self.firms if firm.kind == INCUMBENT]
        field, host = FIELD_ORDER[place % len(FIELD_ORDER)], groups[place % len(groups)].uid
        self.platforms.append(SimpleNamespace(field=field, host=host, members=0.0))

    def close(self) -> None:
        """Let go of what Mesa keeps for the model."""
        self.remove_all_agents()
        getattr(mesa.Agent, "_ids", {}).pop(self, None)
