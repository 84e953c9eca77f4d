"""Blocks of aggregate state that rules share: market, labour, education, research, compute, race, venture capital."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from simulation.inputs.dimensions import index, size
from simulation.model.state import CELLS

# Who puts money into funds; one million CNY each at the start, so that shares are always defined.
COMMITTERS = ("rest_domestic", "rest_world", "parents", "local_government")

# Numbers of a province that stand in ``Race``, in the order of its rows.
RACE = ("target", "announced", "spending", "idle_capacity")


@dataclass
class Market:
    """Orders and sales by cell (buyer x product, million CNY a quarter), prices and technology weights by product;
    ``focus`` is the weight of a field over the largest weight in the product, shape (product, field).
    """

    product_mix: np.ndarray
    product_technology: np.ndarray
    base_margin: np.ndarray
    segment_mix: np.ndarray
    orders: np.ndarray = field(default_factory=lambda: np.zeros(CELLS))
    orders_placed: np.ndarray = field(default_factory=lambda: np.zeros(CELLS))
    sales: np.ndarray = field(default_factory=lambda: np.zeros(0))
    sales_by_cell: np.ndarray = field(default_factory=lambda: np.zeros(CELLS))
    imports: np.ndarray = field(default_factory=lambda: np.zeros(CELLS))
    log_price: np.ndarray = field(default_factory=lambda: np.zeros(size("product")))
    log_quality_gain: np.ndarray = field(default_factory=lambda: np.zeros(size("product")))
    cumulative_output: np.ndarray = field(default_factory=lambda: np.zeros(size("product")))
    initial_output: np.ndarray = field(default_factory=lambda: np.ones(size("product")))
    initial_quality: np.ndarray | None = None
    initial_revenue: float = 1.0
    data_access: float = 1.0
    core_imports: float = 0.0
    order_history: deque = field(default_factory=lambda: deque(maxlen=5))
    focus: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        largest = self.product_technology.max(axis=1, keepdims=True)
        self.focus = self.product_technology / np.maximum(largest, 1e-12)

    def sector_price(self) -> np.ndarray:
        """Quality-adjusted price of each sector's basket, 2016Q1 = 1, shape (sector,)."""
        return np.exp(self.product_mix @ self.log_price)

    def orders_growth(self) -> float:
        """Orders of the quarter over those of a year ago, between 0.5 and 2."""
        if len(self.order_history) < 5:
            return 1.25
        return min(max(self.order_history[-1] / max(self.order_history[0], 1e-9), 0.5), 2.0)


class Uses(NamedTuple):
    """What adopters have come to: sums over those who have adopted, by sector and size class."""

    organisations: np.ndarray  # shape (sector,)
    organisations_by_size: np.ndarray  # shape (size_class,)
    value: np.ndarray  # their share of the sector's value added, shape (sector,)
    depth: np.ndarray  # depth of use weighted by that share, shape (sector,)
    scaled_depth: np.ndarray  # the part of it past the scale step, shape (sector,)
    spending: np.ndarray  # AI spending of the quarter, million CNY, shape (sector,)


class Peers(NamedTuple):
    """Rows in each cell (sector in a province), and sample weights of all rows and of those that have adopted."""

    rows_in_cell: np.ndarray
    in_cell: np.ndarray
    adopted_in_cell: np.ndarray
    in_sector: np.ndarray
    adopted_in_sector: np.ndarray


@dataclass
class Adoption:
    """Use of AI by sector and size class, measured when adopters have ordered, and what shares of them refer to.

    Attributes
    ----------
    uses : Uses
        Sums over those who have adopted.
    organisations, organisations_by_size, value : ndarray (sector,), (size_class,), (sector,)
        Organisations and shares of value added of all adopters.
    value_added : ndarray (sector,)
        Value added of the adopters at the start, the weights of national measures, bn CNY a year.
    peers : Peers
        Where adopters look for peers.
    """

    uses: Uses
    organisations: np.ndarray
    organisations_by_size: np.ndarray
    value: np.ndarray
    value_added: np.ndarray
    peers: Peers

    def national(self, by_sector: np.ndarray) -> float:
        """Share that a sum by sector has in the country, weighted by the value added of the start."""
        return float(by_sector @ self.value_added / (self.value @ self.value_added))

    def mean_depth(self) -> float:
        """Depth of use, every sector counting the same (share of full use)."""
        return float(self.uses.depth.sum() / self.value.sum())


@dataclass
class Labour:
    """Posted wages (million CNY a year) and tightness by tier; output per head by product (million CNY a quarter);
    academics (persons by tier) and their pay (million CNY a year) after matching.
    """

    wage: np.ndarray
    software_wage: float
    tier_mix: np.ndarray
    output_per_head: np.ndarray
    tightness: np.ndarray = field(default_factory=lambda: np.full(size("tier"), 2.0))
    vacancies: np.ndarray = field(default_factory=lambda: np.zeros(size("tier")))
    seekers: np.ndarray = field(default_factory=lambda: np.zeros(size("tier")))
    academia_desired: np.ndarray = field(default_factory=lambda: np.zeros(size("tier")))
    academia_vacancies: np.ndarray = field(default_factory=lambda: np.zeros(size("tier")))
    academics: np.ndarray = field(default_factory=lambda: np.zeros(size("tier")))
    academic_pay: float = 0.0
    initial_premium: float = 1.0
    initial_software_wage: float = 1.0
    initial_real_wage: np.ndarray = field(default_factory=lambda: np.ones(size("tier")))
    initial_relative: np.ndarray = field(default_factory=lambda: np.ones(size("tier")))

    def premium(self) -> float:
        """Mean wage of engineers and applied staff over software pay (ratio)."""
        engineer, applied = self.wage[2:].tolist()
        return float((engineer + applied) / 2.0 / self.software_wage)

    def wage_drift(self) -> np.ndarray:
        """Wage of each tier against an engineer's, relative to the start, shape (tier,)."""
        engineer = index("tier", "engineer")
        return self.wage / self.wage[engineer] / (self.initial_relative / self.initial_relative[engineer])

    def real_wage(self) -> np.ndarray:
        """Posted wages relative to software pay, by tier."""
        return self.wage / self.software_wage

    def relative_wage(self, tier: str) -> float:
        """Wage of a tier over software pay, relative to the start."""
        place = index("tier", tier)
        return float(self.wage[place] / self.software_wage / self.initial_relative[place])


@dataclass
class Education:
    """Places and stocks outside the people table: postgraduate places, cohorts under way, compound skills, re-trained
    staff, demonstrations.

    Attributes
    ----------
    pipelines : dict of ndarray (lag, region)
        Persons under way in each programme, those who graduate next first.
    """

    graduate_places: float
    graduate_places_recorded: float
    compound_stock: float = 0.0
    reskilled_stock: float = 0.0
    demonstrations: float = 0.0
    flexible: float = 0.0
    pipelines: dict[str, np.ndarray] = field(default_factory=dict)

    def enrol(self, programme: str, places: np.ndarray) -> float:
        """Enrol a cohort by province and return the persons who graduate now, in all provinces."""
        cohorts = self.pipelines[programme]
        graduates = float(cohorts[0].sum())
        cohorts[:-1] = cohorts[1:]
        cohorts[-1] = places
        return graduates


@dataclass
class Research:
    """Levels by field (log): best domestic firm, public laboratories, common pool; and the relative level of China."""

    best: np.ndarray
    public_level: np.ndarray
    pool: np.ndarray
    relative_level: float = 1.0
    initial_relative_level: float = 1.0
    initial_frontier: np.ndarray = field(default_factory=lambda: np.zeros(size("field")))
    opened: float = 0.0


@dataclass
class Compute:
    """Compute stock (2016Q1 = 1), its use, the domestic share of goods, and the investment planned for the next
    quarter.
    """

    domestic_share: float
    capacity: float = 1.0
    utilisation: float = 0.4
    reference: float | None = None
    access_reference: float | None = None
    relative_access: float = 1.0
    initial_depth: float = 1.0
    domestic_platform: float = 0.0
    domestic_public: float = 0.0
    platform_ordered: float = 0.0
    imports: dict[str, float] = field(default_factory=lambda: {"parents": 0.0, "local_government": 0.0})
    buildings: dict[str, float] = field(default_factory=lambda: {"parents": 0.0, "local_government": 0.0})
    imports_due: dict[str, float] = field(default_factory=lambda: {"parents": 0.0, "local_government": 0.0})
    buildings_due: dict[str, float] = field(default_factory=lambda: {"parents": 0.0, "local_government": 0.0})
    public_idle: float = 0.0
    public_idle_due: float = 0.0

    def initial_access(self, access: float) -> float:
        """Access at the first call, the norm of later ones."""
        if self.access_reference is None:
            self.access_reference = access
        return self.access_reference


@dataclass
class Race:
    """The race of provinces, one row a number (``RACE``), shape (number, region): targets that money follows and that
    are announced whatever the effect parameter (bn CNY); programme money of the quarter and idle capacity (million
    CNY).
    """

    numbers: np.ndarray = field(default_factory=lambda: np.zeros((len(RACE), size("region"))))


@dataclass
class Venture:
    """State of private equity: log flow (bn CNY a year), promises, origins of the money, guidance-fund shadows."""

    log_flow: float
    slow_flow: float
    uncalled: float
    history: list[float] = field(default_factory=list)
    origin: dict[str, float] = field(default_factory=dict)
    exit_rate: float = 0.0
    committed: dict[str, float] = field(default_factory=lambda: dict.fromkeys(COMMITTERS, 1.0))
    called: float = 0.0
    guidance_recorded: float = 0.0
    guidance_carry: float = 0.0
    guidance_invested: float = 0.0
