"""The few and deliberate agents: world, government, provinces, funding channels, universities, laboratories, platforms.

They are ordinary Mesa agents, one class each.  Firms, people and adopters are many and live in columns; one firm can be
looked at as a Mesa agent through :class:`FirmView`.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from simulation.inputs.dimensions import members, size
from simulation.model.blocks import RACE

if TYPE_CHECKING:
    from simulation.model.economy import Economy


class World(mesa.Agent):
    """The world outside: the frontier per field (log level, 2017Q3 = 0). Exogenous; it decides nothing."""

    def __init__(self, model: Any) -> None:
        super().__init__(model)
        self.frontier = np.zeros(size("field"))
        self.frontier_recorded = np.zeros(size("field"))


class Government(mesa.Agent):
    """The central government: holds the plan's levers, sees late and noisy indicators and adjusts programme money.

    Attributes
    ----------
    adjustment : float
        Extra intensity of programme money set by evaluation (0 = as planned), share.
    signal, signal_recorded : tuple of float
        (expectation shift, last level of the lever); the recorded one ignores the effect parameter.
    exposure, rolled_out : ndarray (region,)
        Exposure of each province to pilot policies; share reached by roll-out.
    indicators : deque of float
        Observed annual core revenue, newest last, bn CNY.
    """

    def __init__(self, model: Any) -> None:
        super().__init__(model)
        self.adjustment = 0.0
        self.adjustment_wanted = 0.0
        self.signal = (0.0, 0.0)
        self.signal_recorded = (0.0, 0.0)
        self.exposure = np.zeros(size("region"))
        self.rolled_out = np.zeros(size("region"))
        self.indicators: deque[float] = deque(maxlen=40)
        self.evaluations_passed = 0
        self.regulation = 0.0
        self.social_risk = 0.0


def _of_race(name: str) -> property:
    """A province's place in the numbers of ``economy.race``."""
    row = RACE.index(name)

    def get(province: Province) -> float:
        return float(province.model.race.numbers[row, province.position])

    def put(province: Province, value: float) -> None:
        province.model.race.numbers[row, province.position] = value

    return property(get, put)


class Province(mesa.Agent):
    """A province: sets its own target in a race with its peers and pays for it within its fiscal space.

    The race runs over all provinces at once, so their numbers stand together in ``economy.race``; the attributes here
    are the province's place in them.

    Attributes
    ----------
    target, announced : float
        Own core-industry target that money follows, bn CNY; the announced one ignores the effect parameter.
    spending : float
        Programme money of the quarter, million CNY.
    idle_capacity : float
        Parks and compute built ahead of demand, million CNY.
    """

    def __init__(self, model: Any, position: int) -> None:
        super().__init__(model)
        self.position = position
        self.name = members("region")[position]

    target, announced, spending, idle_capacity = map(_of_race, RACE)


class FundingChannel(mesa.Agent):
    """One funding channel: its uncalled commitments and dry powder, what it has invested.

    Money in million CNY.  ``uncalled`` is promised by limited partners; ``powder`` is called and not yet invested.
    """

    def __init__(self, model: Any, position: int) -> None:
        super().__init__(model)
        self.position = position
        self.name = members("channel")[position]
        self.uncalled = 0.0
        self.powder = 0.0
        self.invested = 0.0


class UniversitySystem(mesa.Agent):
    """The universities of a province: places taken are cohorts in the pipeline and come out years later.

    The cohorts of all provinces are arrays in ``economy.education``; this is a view of one province.
    """

    def __init__(self, model: Any, position: int) -> None:
        super().__init__(model)
        self.position = position
        self.name = members("region")[position]

    @property
    def cohorts(self) -> dict[str, np.ndarray]:
        """Persons under way in each programme by quarters until they graduate, the next first; shape (lag,)."""
        return {name: cohorts[:, self.position] for name, cohorts in self.model.education.pipelines.items()}


class ResearchBase(mesa.Agent):
    """The public laboratories of one theory field: its weight in funding and the clock of the next breakthrough.

    A breakthrough falls due when the cumulative hazard passes a unit-exponential threshold, so that two scenarios with
    the same seed differ only by how fast the hazard runs.
    """

    def __init__(self, model: Any, position: int) -> None:
        super().__init__(model)
        self.position = position
        self.name = members("theory")[position]
        self.weight = 1.0
        self.hazard = 0.0
        self.threshold = 1.0
        self.breakthroughs = 0
        self.pending: list[tuple[int, float]] = []


class OpenPlatform(mesa.Agent):
    """A national open innovation platform: a field, the stable id of its host group and how many firms are members."""

    def __init__(self, model: Any, field: int, host: int) -> None:
        super().__init__(model)
        self.field = field
        self.host = host
        self.members = 0.0


class FirmView(mesa.Agent):
    """One firm of the columns, seen as a Mesa agent; its attributes read the row it stands for."""

    def __init__(self, model: Economy, uid: int) -> None:
        super().__init__(model)
        self.uid = np.uint64(uid)

    def __getattr__(self, name: str) -> Any:
        if name in ("uid", "model") or name.startswith("__"):
            raise AttributeError(name)
        firms = self.model.firms
        rows = np.flatnonzero(firms.alive & (firms.uid == self.uid))
        if rows.size == 0:
            raise LookupError(f"firm {int(self.uid)} is not alive")
        if name == "row":
            return int(rows[0])
        if name not in firms._all_fields():
            raise AttributeError(name)
        value = getattr(firms, name)[rows[0]]
        return value.copy() if isinstance(value, np.ndarray) else value.item()

    def describe(self) -> dict[str, Any]:
        """What one would ask first about a firm: where it is, what it sells, how it stands."""
        row = self.row
        firms = self.model.firms
        return {
            "uid": int(self.uid),
            "kind": ("start-up", "incumbent")[firms.kind[row]],
            "region": members("region")[firms.region[row]],
            "product": members("product")[firms.product[row]],
            "revenue_year": float(firms.revenue_quarters[row].sum()),
            "cash": float(firms.cash[row]),
            "staff": float(firms.headcount[row].sum()),
            "stage": ("unfunded", "angel", "early", "late", "listed")[firms.stage[row]],
        }
