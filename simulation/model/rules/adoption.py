"""Call 4, ``adoption``: adopters decide and place orders by segment; budgets, exporters and builders order too.

Rule: Hazard of adoption (variant ``threshold``)
    Formula: h = speed_s * size speed * (p + q * peers) / 4 * 2 / (1 + exp(-b));
        b = b0 + ln(expected gain) + size + a * ln(data) + z - e * ln(price) - ln((1 - subsidy) * (1 - vouchers))
        - skill cost - legal risk + trust + demonstration + pilots + ln(weak modifiers);
        skill cost = c * wage ratio / (1 + supply / half) * (1 - vouchers) * skill_cost_by_size;
        trust = trust_gain * R - compliance_drag * R^2 - risk_drag * social risk
    Symbols: speed_s adoption_speed of the sector; size speed adoption_speed_by_size (fixed cost weighs more on the
        small); p adoption_innovation, q adoption_imitation; peers adopters' share,
        cell (sector x province) shrunk to the sector by peer_prior observations; expected gain belief_weight *
        value_belief +
        (1 - belief_weight) * ai_productivity_elasticity, over value_belief; z fixed threshold of the adopter; price
        quality-adjusted price index of the sector's basket (2016 = 1), e price_response; subsidy adoption_subsidy and
        vouchers sme_cloud_support (small adopters only), both times subsidy_take_up; supply compound_weight * graduates
        with compound skills + re-trained people; legal risk legal_risk * (1 - clarity of the sector's basket); R
        regulation in force; demonstration demonstration_effect * ln(1 + demonstrations so far / demonstrations_half),
        fed by demo_factories_per_year, in manufacturing only; pilots pilot_adoption_effect * exposure of the province;
        the trend of social_demand_growth stands among the weak modifiers; b0 benefit_intercept; size size_benefit; a
        data_returns; c skill_cost, half skill_supply_half
    Unit: per quarter
    Source: threshold model of diffusion (Granovetter 1978; Bass 1969); F54-F60; shrinkage so that speed does not depend
        on scale
    Clause: P002;P003;P006;P025;P035;P045;P046;P047;P048;P049;P050;P051;P052;P054;P057;P058;P064;P087

Rule: Hazard of adoption (variant ``bass``)
    Formula: h = speed_s * (p + q * adopted share of the sector) / 4
    Symbols: as above; one hazard for all adopters of a sector, no benefit term (the scaling step keeps its own)
    Unit: per quarter
    Source: Bass (1969); F54, F55
    Clause: P045

Rule: Depth of use
    Formula: a pilot has depth d0; it scales with hazard k * 2 / (1 + exp(-b)) a year; after scaling
        d(t) = d(t-1) + r / 4 * (1 - d(t-1))
    Symbols: d0 pilot_depth; k scaling_rate; r deepening_rate; depth 0 to 1
    Unit: share of full use
    Source: F63: about one pilot in five scales; pilots fade into scale over years
    Clause: P045;P048;P049
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simulation.inputs.dimensions import index, members
from simulation.model.blocks import Peers
from simulation.model.compiled import compiled, inlined
from simulation.model.rules import orders
from simulation.model.rules.modifiers import modifier

if TYPE_CHECKING:
    from simulation.model.economy import Economy

IS_SERVICE = np.array([name in ("education", "health", "eldercare") for name in members("sector")])
IS_SOCIAL = IS_SERVICE | (np.array(members("sector")) == "environment")
MANUFACTURING, SMALL = index("sector", "manufacturing"), index("size_class", "small")


class Organisations(NamedTuple):
    """Columns of the adopters that their decisions read and write, shape (adopter,)."""

    sector: np.ndarray
    region: np.ndarray
    size_class: np.ndarray
    cell: np.ndarray
    count_sample: np.ndarray
    data: np.ndarray
    threshold: np.ndarray
    adopted: np.ndarray
    scaled: np.ndarray
    depth: np.ndarray


class Draws(NamedTuple):
    """Uniform draws of the quarter for starting and for scaling, shape (adopter,)."""

    adopts: np.ndarray
    scales: np.ndarray


class HazardTerms(NamedTuple):
    """Terms of the decisions of one adopter."""

    adoption_innovation: float
    adoption_imitation: float
    adoption_speed: np.ndarray
    adoption_speed_by_size: np.ndarray
    peer_prior: float
    data_returns: float
    data_access: float
    pilot_adoption_effect: float
    pilot_depth: float
    scaling_rate: float
    deepening_rate: float
    bass: bool
    quarter: int


@inlined
def logistic(benefit: float) -> float:
    """Logistic response, 0 to 1."""
    return 1.0 / (1.0 + math.exp(-min(max(benefit, -40.0), 40.0)))


@inlined
def share_among_others(adopted: float, total: float, own: float, alone: float) -> float:
    """Share of adopters among the others of a group of weight ``total``, of which a row holds ``own``; ``alone`` where
    there are no others.
    """
    others = total - own
    return min(max(adopted / others, 0.0), 1.0) if others > 1e-9 * own else alone


@inlined
def peer_share(peers: Peers, cell: int, sector: int, own: float, prior: float) -> float:
    """Share of adopting peers that a row sees which has not adopted: its cell, shrunk to its sector.

    ``own`` are the organisations the row stands for; a cell counts for as many observations as it has rows, the sector
    for ``prior``.  Nobody is a peer of itself.  Both keep speed from depending on the scale: with few rows a cell is
    mostly noise, and a row would slow itself down.
    """
    in_sector = share_among_others(peers.adopted_in_sector[sector], peers.in_sector[sector], own, 0.0)
    in_cell = share_among_others(peers.adopted_in_cell[cell], peers.in_cell[cell], own, in_sector)
    observations = peers.rows_in_cell[cell]
    return (observations * in_cell + prior * in_sector) / (observations + prior)


@inlined
def note_low_draws(
    adopters: Organisations, draws: Draws, highest: np.ndarray, scaling: float, noted: np.ndarray
) -> int:
    """Rows whose draw lies below the highest hazard of adoption or of scaling, into ``noted``; returns their number.

    There is no branch, since nothing foretells who has adopted.
    """
    found = 0
    for row in range(len(noted)):
        started = adopters.adopted[row] >= 0
        draw = draws.scales[row] if started else draws.adopts[row]
        bound = scaling if started else highest[adopters.sector[row], adopters.size_class[row]]
        noted[found] = row
        found += (draw < bound) & (not adopters.scaled[row])
    return found


@compiled
def adopt(
    adopters: Organisations, terms: HazardTerms, draws: Draws, highest: np.ndarray, benefit: np.ndarray,
    exposure: np.ndarray, peers: Peers, noted: np.ndarray, new_depth: np.ndarray,
) -> None:  # fmt: skip
    """Adopters start pilots, take them to scale and deepen their use; ``new_depth`` takes what each adds (adopter,).

    ``highest`` hazard of adoption and ``benefit`` are what a sector and size class share, shape (sector, size_class);
    ``noted`` is room for row numbers.
    """
    scaling = terms.scaling_rate / 4.0 * 2.0
    for place in range(note_low_draws(adopters, draws, highest, scaling, noted)):
        row = noted[place]
        sector, size_class = adopters.sector[row], adopters.size_class[row]
        response = logistic(
            benefit[sector, size_class] + terms.data_returns * math.log(adopters.data[row] * terms.data_access)
            + adopters.threshold[row] + terms.pilot_adoption_effect * exposure[adopters.region[row]]
        )  # fmt: skip
        if adopters.adopted[row] >= 0:
            adopters.scaled[row] = draws.scales[row] < scaling * response
        else:
            seen = peer_share(peers, adopters.cell[row], sector, adopters.count_sample[row], terms.peer_prior)
            speed = terms.adoption_speed[sector] * terms.adoption_speed_by_size[size_class]
            hazard = speed * (terms.adoption_innovation + terms.adoption_imitation * seen) / 4.0 * 2.0 * response
            if terms.bass or draws.adopts[row] < hazard:
                adopters.adopted[row] = terms.quarter
                adopters.depth[row] = new_depth[row] = terms.pilot_depth
    for row in range(len(new_depth)):
        depth = adopters.depth[row]
        adopters.depth[row] += terms.deepening_rate / 4.0 * (1.0 - depth) if adopters.scaled[row] else 0.0
        new_depth[row] += adopters.depth[row] - depth


def run(economy: Economy) -> None:
    """Adopt, deepen and order."""
    price = economy.market.sector_price()
    orders.place(economy, price, _adopt_and_deepen(economy, price))


def _benefit(economy: Economy, price: np.ndarray) -> np.ndarray:
    """Part of the benefit (log) that adopters of a sector and size class share, shape (sector, size_class)."""
    p, levers, education, government = economy.parameters, economy.levers, economy.education, economy.government
    belief, own_weight = p["value_belief"], p["belief_weight"]
    gain = math.log(max(own_weight * belief + (1.0 - own_weight) * p["ai_productivity_elasticity"], 1e-6) / belief)
    regulation = government.regulation
    trust = p["trust_gain"] * regulation - p["compliance_drag"] * regulation**2
    trust -= p["risk_drag"] * government.social_risk
    weak = modifier(economy, "standards_coverage") * modifier(economy, "public_ai_literacy")
    weak *= modifier(economy, "network_coverage") * modifier(economy, "governance_maturity")
    weak *= modifier(economy, "certification_capacity")
    demand = math.log(1.0 + p.driver("social_demand_growth")) * (economy.quarter - 6) / 4.0
    clarity = economy.market.segment_mix @ levers.effective("legal_clarity")
    by_sector = (
        math.log(modifier(economy, "service_policy_fit")) * IS_SERVICE + demand * IS_SOCIAL
        - p["price_response"] * np.log(price) - p["legal_risk"] * (1.0 - clarity)
    )  # fmt: skip
    by_sector[MANUFACTURING] += p["demonstration_effect"] * math.log1p(
        education.demonstrations / p["demonstrations_half"]
    )
    subsidy, vouchers = (
        levers.effective(name) * p["subsidy_take_up"] for name in ("adoption_subsidy", "sme_cloud_support")
    )
    supply = education.compound_stock * p["compound_weight"] + education.reskilled_stock
    skill = p["skill_cost"] * economy.labour.relative_wage("applied") / (1.0 + supply / p["skill_supply_half"])
    by_size = p["benefit_intercept"] + gain + trust + math.log(weak) - math.log(1.0 - subsidy) + p["size_benefit"]
    by_size -= skill * p["skill_cost_by_size"]
    by_size[SMALL] += vouchers * skill * p["skill_cost_by_size"][SMALL] - math.log(1.0 - vouchers)
    return by_sector[:, None] + by_size


def _highest_hazard(economy: Economy) -> np.ndarray:
    """Hazard of adoption were everybody a peer and the benefit without bound; under ``bass`` the hazard of all.

    Shape (sector, size_class), per quarter.
    """
    p, peers, speed = economy.parameters, economy.adoption.peers, economy.parameters["adoption_speed"][:, None]
    by_size = p["adoption_speed_by_size"]
    if economy.variants["adoption"] == "bass":
        among = (peers.adopted_in_sector / peers.in_sector)[:, None]
        return speed * (p["adoption_innovation"] + p["adoption_imitation"] * among) / 4.0 * np.ones(len(by_size))
    return speed * by_size * ((p["adoption_innovation"] + p["adoption_imitation"]) / 4.0 * 2.0)


def _adopt_and_deepen(economy: Economy, price: np.ndarray) -> np.ndarray:
    """Decisions of the quarter; returns the depth that each adopter adds, shape (adopter,)."""
    levers, adopters, streams, t = economy.levers, economy.adopters, economy.streams, economy.quarter
    economy.education.demonstrations += levers.effective("demo_factories_per_year") / 4.0
    economy.record("demonstrations", levers.delivered("demo_factories_per_year") / 4.0)
    terms = economy.parameters.terms(
        HazardTerms, data_access=economy.market.data_access, bass=economy.variants["adoption"] == "bass", quarter=t
    )
    draws = Draws(*(streams.uniform(name, adopters.uid, t) for name in ("adopter_adopts", "adopter_scales")))
    new_depth = np.zeros(adopters.length)
    adopt(
        adopters.pick(Organisations), terms, draws, _highest_hazard(economy), _benefit(economy, price),
        economy.government.exposure, economy.adoption.peers, np.empty(adopters.length, np.int32), new_depth,
    )  # fmt: skip
    return new_depth
