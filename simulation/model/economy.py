"""The economy: one object that lives through the quarters.

``Economy.step()`` is one page: thirteen named calls in the order of economic causality, each a rule in its own file.
"""

from __future__ import annotations

import time
from collections import deque
from typing import Any

import mesa
import numpy as np

from simulation.inputs.dimensions import index, members, size
from simulation.model import institutions
from simulation.model.blocks import Compute, Education, Labour, Market, Race, Research, Venture
from simulation.model.clock import Clock
from simulation.model.columns import inner
from simulation.model.initial.adopters import build_adopters, measure_adoption
from simulation.model.initial.cells import choose_cells
from simulation.model.initial.firms import build_firms, set_initial_shares
from simulation.model.initial.people import build_people
from simulation.model.ledger import Ledger
from simulation.model.parameters import Levers, Parameters, Reads
from simulation.model.records import Records
from simulation.model.rules import (
    accounts,
    adoption,
    compute,
    education_and_migration,
    evaluation,
    exit_and_entry,
    finance,
    labour,
    market,
    observe,
    policy,
    research,
    world,
)  # fmt: skip
from simulation.model.state import CORE_BUYER, INCUMBENT, PRODUCT_SEGMENT, Firms
from simulation.model.streams import Streams

# Fields of the open platforms in the order of the first national ones: speech and language, vision, driving, city.
FIELD_ORDER = tuple(
    index("field", name)
    for name in (
        "nlp", "cross_media_reasoning", "autonomous_systems", "knowledge_computing", "ai_chips", "hybrid_architecture",
        "swarm_tech", "vr_modelling",
    )
)  # fmt: skip
CALLS = (
    ("world", world), ("policy", policy), ("education_and_migration", education_and_migration), ("adoption", adoption),
    ("market", market), ("labour", labour), ("research", research), ("compute", compute), ("finance", finance),
    ("accounts", accounts), ("exit_and_entry", exit_and_entry), ("evaluation", evaluation), ("observe", observe),
)  # fmt: skip


class Economy(mesa.Model):
    """One run of the national AI economy.

    Parameters
    ----------
    effective : simulation.scenario.Effective
        Values and paths in force, variants, horizon.
    seed, replicate : int
        Name of the randomness; equal pairs share it across scenarios.
    scale : float
        1 is one row per firm and per person; smaller scales thin the small and keep the large.
    frozen : tuple of str
        Names of calls that are skipped (a tool of tests and attribution: what a call carries vanishes with it).
    extra_firms : int
        Further start-ups at the start, for the test that one more agent disturbs nobody.
    note_reads : bool
        Whether ``reads`` tells afterwards which registry ids each call has read.
    """

    def __init__(
        self, effective: Any, seed: int = 1, replicate: int = 0, scale: float = 0.1, frozen: tuple[str, ...] = (),
        extra_firms: int = 0, note_reads: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(rng=seed)
        unknown = set(frozen) - {name for name, _ in CALLS}
        if unknown:
            raise ValueError(
                f"unknown calls {sorted(unknown)}; the calls of a quarter are {[name for name, _ in CALLS]}"
            )
        self.effective, self.scale, self.frozen, self.extra_firms = (
            effective,
            float(scale),
            frozenset(frozen),
            extra_firms,
        )
        self.variants = dict(effective.variants)
        self.streams = Streams(seed, replicate)
        self.reads = Reads(note_reads)
        self.parameters = Parameters(effective, self.reads)
        self.levers = Levers(self.reads)
        self.quarter = 0
        self.quarters = tuple(effective.quarters)
        self.person_weight = 1.0 / self.scale
        self.firm_weight = 1.0 / self.scale
        self.clock = Clock([name for name, _ in CALLS], len(self.quarters))
        self.ledger = Ledger(size("channel"))
        self.records = Records(len(self.quarters))
        self.now: dict[str, Any] = {}
        self._build_institutions()
        self._build_populations()
        self.clock.built()

    # -- building -----------------------------------------------------------------------------------------------------

    def _build_institutions(self) -> None:
        p = self.parameters
        self.world = institutions.World(self)
        self.government = institutions.Government(self)
        self.race = Race()
        self.provinces = [institutions.Province(self, r) for r in range(size("region"))]
        self.channels = [institutions.FundingChannel(self, c) for c in range(size("channel"))]
        self.universities = [institutions.UniversitySystem(self, r) for r in range(size("region"))]
        self.research_bases = [institutions.ResearchBase(self, b) for b in range(size("theory"))]
        for base in self.research_bases:
            base.threshold = -np.log(self.streams.one("theory_breakthrough", 0, base.position, 0))
        self.world.frontier -= 1.5 * p["frontier_before"]
        self.world.frontier_recorded -= 1.5 * p["frontier_before"]
        self.timetable = policy.Timetable(self)
        self.government.regulation = self.timetable.pre_plan("regulation_intensity")
        self.regulation_recorded = self.government.regulation
        self.platforms: list[institutions.OpenPlatform] = []
        self.public_funds = dict.fromkeys(("basic", "common", "mission", "related", "teams"), 0.0)
        self.support = {"subsidies": 0.0, "vouchers": 0.0}
        self.ppp_stock = self.fiscal_squeeze = self.entries = self.adjustments_ordered = 0.0
        self.reviews = 0
        self.revenue_history: list[float] = []
        self.depth_history: list[np.ndarray] = []
        self.entry_history: deque[np.ndarray] = deque(maxlen=8)
        self.expected_entries = np.zeros(size("region"))
        self.entries_before_pilots = np.zeros((2, size("region")))
        self.carrying = p["carrying_initial"].copy()
        self.concentration: dict[str, float] = {}
        self.public_by_region = np.ones(size("region"))
        self.funding_by_region = np.zeros(size("region"))
        self.people_flows: dict[str, float] = dict.fromkeys(("graduates", "conversion", "overseas", "exits"), 0.0)

    def _build_populations(self) -> None:
        p = self.parameters
        mix = np.stack([p[f"product_share_{name}"] for name in members("product")], axis=1)
        mix = mix / mix.sum(axis=1, keepdims=True)
        technology = np.stack([p[f"technology_{name}"] for name in members("field")], axis=1)
        technology = technology / technology.sum(axis=1, keepdims=True)
        segments = np.zeros((size("sector"), size("segment")))
        for product, segment in enumerate(PRODUCT_SEGMENT):
            segments[:, segment] += mix[:, product]
        self.market = Market(mix, technology, p["gross_margin_by_product"], segments)
        tiers = np.stack([p[f"staff_mix_{name}"] for name in members("layer")])
        self.labour = Labour(
            p["initial_wage"] / 1000.0, p["initial_software_wage"] / 1000.0, tiers / tiers.sum(axis=1, keepdims=True),
            np.ones(size("product")),
        )  # fmt: skip
        self._note_initial_wages()
        self.initial_levels = start = np.log(p["init_tech_level"]) - 1.5 * p["frontier_before"]
        self.research = Research(start.copy(), start - p["public_gap"], start - p["pool_gap"])
        self.research.initial_frontier = self.world.frontier.copy()
        self.compute = Compute(p["domestic_capex_share"])
        self.venture = Venture(
            np.log(p["initial_venture_flow"]), 1000.0 * p["initial_venture_flow"], 1300.0 * p["initial_venture_flow"]
        )
        self.venture.history = [self.venture.log_flow - 0.1 * k for k in (4, 3, 2, 1)]
        self.education = Education(p["initial_graduates"] * 1.1**2.5, p["initial_graduates"] * 1.1**2.5)
        self.adopters = build_adopters(self)
        self.adoption = measure_adoption(self)
        self.compute.initial_depth = inner(self.adopters.value_share, self.adopters.depth)
        self.firms = Firms(16)
        self._first_orders()
        self.firms, self.positions, staff = build_firms(self)
        set_initial_shares(self, staff)
        self._size_firms(staff)
        self.people = build_people(self, staff)
        self._fill_pipelines()
        self.region_firm_share = np.bincount(
            self.firms.region, self.firms.weight * self.firms.alive, size("region")
        ) / self.firms.total(np.ones(self.firms.length))
        self.local_strength = self.region_firm_share - 1.0 / size("region")
        labour.count(self)
        with self.reads.during("research"):
            research.measure(self)
        self.research.initial_relative_level = self.research.relative_level
        carriers = technology[[index("product", name) for name in observe.related.CARRIERS]]
        self.initial_carrier_gap = carriers @ (self.research.best - self.world.frontier)
        self.now = {}

    def _note_initial_wages(self) -> None:
        labour_ = self.labour
        labour_.initial_premium = labour_.premium()
        labour_.initial_software_wage = labour_.software_wage
        labour_.initial_real_wage = labour_.real_wage().copy()
        labour_.initial_relative = labour_.wage / labour_.software_wage

    def _first_orders(self) -> None:
        """Orders of the first quarter at the starting depth, to size firms; core orders are a share of the others."""
        p = self.parameters
        with self.reads.during("policy"):
            policy.run(self)
        self.compute.domestic_platform = (
            250.0 * float(p.driver("platform_capex")) * p["capex_goods_share"] * self.compute.domestic_share
        )
        with self.reads.during("adoption"):
            adoption.orders.place(self, self.market.sector_price(), 0.02 * self.adopters.depth)
        orders = self.market.orders.reshape(-1, size("product"))
        mix = p["core_to_core_mix"] / p["core_to_core_mix"].sum()
        orders[CORE_BUYER] = p["core_to_core_share"] * orders.sum() * mix
        self.market.sales_by_cell = self.market.orders.copy()
        self.government.exposure[:] = 0.0
        self.government.signal = self.government.signal_recorded = (0.0, 0.0)

    def _size_firms(self, staff: np.ndarray) -> None:
        """Revenue of the year before, output per head, deposits and claims at the start."""
        p, firms, market_ = self.parameters, self.firms, self.market
        sales = self.positions.share * market_.orders[self.positions.cell]
        revenue = np.bincount(self.positions.firm, sales, firms.length) / np.maximum(firms.weight, 1e-300)
        firms.revenue[:] = revenue
        firms.expected_orders[:] = revenue * 1.05
        firms.revenue_quarters[:] = revenue[:, None] * np.array([0.9, 0.93, 0.96, 1.0])
        firms.turnover[:] = 4.0 * revenue
        firms.group_revenue[:] = np.where(firms.kind == 1, p["group_revenue_ratio"] * 4.0 * revenue, 0.0)
        firms.research_budget[:] = firms.research_intensity * revenue
        weights = self.labour.tier_mix @ p["production_weight"]
        research = p["research_staff_share"][firms.layer]
        firms.research_share[:] = research
        heads = (
            staff
            * weights[firms.layer]
            * (1.0 - research)
            * firms.weight
            * np.exp(p["efficiency_output"] * firms.efficiency)
        )
        by_product = np.bincount(firms.product, heads, size("product"))
        orders = np.bincount(firms.product, revenue * firms.weight, size("product"))
        self.labour.output_per_head = orders / np.maximum(p["initial_utilisation"] * by_product, 1e-9)
        # A product nobody makes yet will be made as well as the others are, measured by the norm of each.
        made, norm = by_product > 0.0, p["output_per_head_by_product"]
        usual = float((self.labour.output_per_head[made] / norm[made]).mean())
        self.labour.output_per_head[~made] = usual * norm[~made]
        market_.initial_revenue = firms.total(firms.revenue)
        # What nobody makes at home yet has been learnt abroad on the same demand.
        wanted = market_.orders.reshape(-1, size("product")).sum(axis=0)
        market_.initial_output = np.where(made, orders, wanted) * 4.0 * p["prior_output_years"] + 1e-6
        market_.cumulative_output = market_.initial_output.copy()
        cost = staff * 0.25 * 1.5 / 4.0
        cash = np.where(firms.alive, p["initial_runway_quarters"] * cost + 0.15 * firms.cumulative_funding, 0.0)
        self.ledger.firms_receive("founders_equity", "households", firms, cash)
        spread = {"angel": 0.1, "venture": 0.4, "growth": 0.25, "foreign": 0.25}
        for name, share in spread.items():
            firms.equity[:, index("channel", name)] = share * firms.cumulative_funding
        self.ledger.equity += np.einsum("i,ij->j", firms.weight * firms.alive, firms.equity)

    def _fill_pipelines(self) -> None:
        p = self.parameters
        lags = education_and_migration.LAGS
        pipelines = self.education.pipelines = {name: np.zeros((lag, size("region"))) for name, lag in lags.items()}
        growth = 1.1 ** (np.arange(lags["postgraduate"]) / 4.0)
        share = p["education_share"] / p["education_share"].sum()
        pipelines["postgraduate"][:] = np.outer(growth, p["initial_graduates"] / 4.0 * share)

    # -- living -------------------------------------------------------------------------------------------------------

    def step(self) -> None:
        """One quarter: thirteen calls in the order of economic causality."""
        self._open_quarter()
        seconds = self.clock.seconds[self.quarter]
        for place, (name, rule) in enumerate(CALLS):
            if name in self.frozen:
                continue
            self.reads.current = name
            started = time.perf_counter()
            rule.run(self)
            seconds[place] += time.perf_counter() - started
        self._close_quarter()

    def run(self) -> Records:
        """Live through all quarters; returns the records, one array per variable with time first."""
        while self.quarter < len(self.quarters):
            self.step()
        return self.records

    def _open_quarter(self) -> None:
        self.parameters.quarter = self.quarter
        self.now = {"funding_by_channel": np.zeros(size("channel"))}
        self.ledger.open_quarter()
        self.entries = 0.0
        self.funding_by_region = np.zeros(size("region"))
        self.venture.called = self.venture.guidance_invested = 0.0
        compute_ = self.compute
        compute_.imports_due, compute_.buildings_due = dict(compute_.imports), dict(compute_.buildings)
        compute_.public_idle_due = compute_.public_idle
        compute_.platform_ordered = compute_.domestic_platform

    def _close_quarter(self) -> None:
        self.records.note(self.quarter, self.now)
        tables = (self.firms.alive, self.people.alive, self.adopters.alive)
        self.clock.count(self.quarter, *(int(np.count_nonzero(alive)) for alive in tables), len(self.positions.firm))
        self.quarter += 1

    def record(self, name: str, value: Any) -> None:
        """Note the value of a variable for the quarter (unit and dimensions as in the variable table)."""
        self.now[name] = value

    def record_channel(self, channel: int, amount: float) -> None:
        """Add money that reached firms through a funding channel, million CNY."""
        self.now["funding_by_channel"][channel] += amount / 1000.0

    def join_market(self, rows: np.ndarray) -> None:
        """Give entrants a foot, with share zero, in the cells they serve."""
        owner, cell, count = choose_cells(self, self.firms, rows)
        self.positions.add(owner, cell, np.zeros(len(owner)), count)

    def open_platform(self) -> None:
        """Open the next platform: fields in turn, hosted by the next largest group (stable id order of the start)."""
        place = len(self.platforms)
        hosts = np.flatnonzero(self.firms.alive & (self.firms.kind == INCUMBENT))
        host = int(self.firms.uid[hosts[place % len(hosts)]])
        self.platforms.append(institutions.OpenPlatform(self, FIELD_ORDER[place % len(FIELD_ORDER)], host))

    @property
    def profile(self) -> dict[str, float]:
        """Seconds spent so far in each call."""
        return dict(zip(self.clock.calls, self.clock.seconds.sum(axis=0).tolist(), strict=True))

    # -- looking ------------------------------------------------------------------------------------------------------

    def firm(self, uid: int) -> institutions.FirmView:
        """One firm by stable id, seen as a Mesa agent; ``LookupError`` when no living firm has the id."""
        if not np.any(self.firms.alive & (self.firms.uid == np.uint64(uid))):
            raise LookupError(f"no living firm has the id {uid}")
        for agent in self.agents_by_type.get(institutions.FirmView, []):
            if agent.uid == np.uint64(uid):
                return agent
        return institutions.FirmView(self, uid)

    def close(self) -> None:
        """Free the columns and the references that Mesa keeps, so that memory stays flat over many runs."""
        self.remove_all_agents()
        getattr(mesa.Agent, "_ids", {}).pop(self, None)
        for name in ("world", "government", "provinces", "channels", "universities", "research_bases", "platforms",
                     "timetable", "adopters", "firms", "people", "positions", "market"):  # fmt: skip
            self.__dict__.pop(name, None)
