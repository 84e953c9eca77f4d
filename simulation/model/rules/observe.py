"""Call 13, ``observe``: indicators of the quarter are recorded; nothing is decided here.

Rule: Concentration
    Formula: share of the n largest firms = sum of revenue of the largest firms whose weights add to n, over total
        revenue; revenue of firm i of a row = row's revenue * v(i) / sum of v; v(i) = sum over its cells of the row's
        orders there / firms of the row there
    Symbols: a row that stands for many firms is read as those firms, each in one to three of the row's cells (keyed
        draws), so that the measure is the same at every scale in expectation
    Unit: share
    Source: F38, F39
    Clause: P039;P100

Rule: Pay in the IT sector
    Formula: (software pool * software pay + AI staff * their pay) / (pool + AI staff)
    Symbols: pool software_workforce
    Unit: thousand CNY a year
    Source: NBS wage_it_sector
    Clause: P008

Rule: Employment effect
    Formula: employment effect = employment_elasticity * value-weighted depth of use
    Symbols: employment_elasticity weakly known, its prior includes zero and negative values; shown, it moves nothing
    Unit: share of employment
    Source: plan_map P065 (judgement)
    Clause: P065
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.inputs.dimensions import index, size
from simulation.model.columns import inner
from simulation.model.ledger import ACCOUNT
from simulation.model.rules import related
from simulation.model.state import ACADEMIA, INCUMBENT, OVERSEAS, SEEKING
from simulation.model.streams import hash_ids

if TYPE_CHECKING:
    from simulation.model.economy import Economy

NLP = index("field", "nlp")


def top_share(revenue: np.ndarray, weight: np.ndarray, firms: float) -> float:
    """Revenue share of the ``firms`` largest firms when rows stand for ``weight`` equal firms each."""
    total = inner(revenue, weight)
    if total <= 0.0:
        return 0.0
    order = np.argsort(-revenue, kind="stable")
    room = np.clip(firms - (np.cumsum(weight[order]) - weight[order]), 0.0, weight[order])
    return inner(revenue[order], room) / total


def draws_of_cells(count: np.ndarray, owner: np.ndarray, row: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """Position that each draw of a firm of a row falls on, in proportion to counts; -1 for a row without any.

    Parameters: ``count`` and ``owner`` (position,) with owners ascending; ``row`` and ``draws`` (firm,), draws in 0-1.
    """
    total = np.concatenate([[0.0], np.cumsum(count)])
    first, last = (np.searchsorted(owner, row, side=side) for side in ("left", "right"))
    place = np.searchsorted(total, total[first] + draws * (total[last] - total[first]), side="right") - 1
    return np.where(last > first, np.clip(place, first, np.maximum(last - 1, first)), -1)


def run(economy: Economy) -> None:
    """Record the indicators of the quarter."""
    related.run(economy)
    _industry(economy)
    _concentration(economy)
    _listed_and_seen(economy)
    _people(economy)
    _adoption(economy)
    _money(economy)


def _industry(economy: Economy) -> None:
    firms, market = economy.firms, economy.market
    alive, national = firms.alive, firms.revenue * firms.weight * firms.alive / 1000.0
    economy.record("core_revenue", float(national.sum()))
    economy.record("core_final_sales", float(national.sum()) - economy.now.get("core_to_core_sales", 0.0))
    economy.record("core_exports", float((firms.export_share * national).sum()))
    for name, column, dimension in (
        ("core_revenue_by_segment", firms.segment, "segment"), ("core_revenue_by_region", firms.region, "region"),
        ("core_revenue_by_layer", firms.layer, "layer"),
    ):  # fmt: skip
        economy.record(name, np.bincount(column, national, size(dimension)))
    by_buyer = market.sales_by_cell.reshape(-1, size("product")).sum(axis=1) / 1000.0
    economy.record("core_revenue_by_sector", by_buyer[: size("sector")])
    economy.record("unserved_imports", float(market.imports.sum()) / 1000.0)
    economy.record("backlog", firms.total(firms.backlog) / 1000.0)
    counts = firms.weight * alive
    economy.record("firms_alive", float(counts.sum()))
    economy.record("firms_recognised", float((counts * firms.recognised).sum()))
    economy.record("listed_firms", float((counts * firms.listed).sum()))
    economy.record("firms_by_region", np.bincount(firms.region, counts, size("region")))
    economy.record("price_index_by_product", np.exp(market.log_price))
    economy.record("research_spending", firms.total(firms.research_spending) / 1000.0)
    economy.record("capacity_utilisation", float(national.sum() * 1000.0 / max(firms.total(firms.capacity), 1e-9)))


def _as_firms(economy: Economy) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Revenue of four quarters, weight (one, but for rounding) and row of all living firms."""
    firms, positions, streams = economy.firms, economy.positions, economy.streams
    living, year = firms.rows(), firms.revenue_year()
    many = living[firms.weight[living] > 1.0]
    number = np.maximum(np.round(firms.weight[many]), 1.0).astype(np.int64)
    row = np.repeat(many, number)
    ids = hash_ids(firms.uid[row], np.arange(len(row)) - np.repeat(np.cumsum(number) - number, number))
    mine = np.flatnonzero(firms.weight[positions.firm] > 1.0)
    mine = mine[np.argsort(positions.firm[mine], kind="stable")]
    count, owner = positions.count[mine], positions.firm[mine]
    worth = np.append(positions.share[mine] * economy.market.orders[positions.cell[mine]] / count, 0.0)
    cells = 1 + (3.0 * streams.uniform("firm_market", ids, 0, 7)).astype(np.int64)
    value = np.zeros(len(row))
    for draw in range(3):
        place = draws_of_cells(count, owner, row, streams.uniform("firm_market", ids, 0, 8 + draw))
        value += np.where(cells > draw, worth[place], 0.0)
    total = np.bincount(row, value, firms.length)[row]
    # A row none of whose draws has sold anything is shared equally.
    part = np.where(total > 0.0, value / np.maximum(total, 1e-300), (1.0 / np.repeat(number, number)))
    weight = firms.weight[row] / np.repeat(number, number)
    single = living[firms.weight[living] <= 1.0]
    revenue = np.concatenate([year[single], year[row] * firms.weight[row] * part / weight])
    return revenue, np.concatenate([firms.weight[single], weight]), np.concatenate([single, row])


def _concentration(economy: Economy) -> None:
    firms = economy.firms
    revenue, weight, rows = _as_firms(economy)
    economy.record("largest_firm_share", top_share(revenue, weight, 1.0))
    economy.record("top300_share", top_share(revenue, weight, 300.0))
    speech = (firms.product[rows] == index("product", "application")) & (firms.specialty[rows] == NLP)
    economy.record("cr4_speech_language", 100.0 * top_share(revenue[speech], weight[speech], 4.0))
    platform = firms.product[rows] == index("product", "platform")
    economy.record("cr5_platform", 100.0 * top_share(revenue[platform], weight[platform], 5.0))


def _listed_and_seen(economy: Economy) -> None:
    firms = economy.firms
    rows = firms.rows()
    revenue, weight = firms.revenue_year()[rows], firms.weight[rows]
    seen = firms.recognised[rows]
    share = np.bincount(firms.region[rows[seen]], weight[seen], size("region"))
    economy.record("top5_province_share_firms", 100.0 * np.sort(share)[-5:].sum() / max(share.sum(), 1e-9))
    listed = firms.listed[rows] | (firms.kind[rows] == INCUMBENT)
    margin = np.average(firms.margin[rows[listed]], weights=weight[listed]) if listed.any() else np.nan
    economy.record("gross_margin_listed", 100.0 * float(margin))
    group = firms.group_revenue[rows[listed]] + revenue[listed]
    spent = firms.group_research_intensity[rows[listed]] * firms.group_revenue[rows[listed]]
    spent = spent + 4.0 * firms.research_spending[rows[listed]]
    intensity = (
        np.average(np.minimum(spent / np.maximum(group, 1e-9), 1.5), weights=weight[listed]) if listed.any() else np.nan
    )
    economy.record("rd_intensity_listed", 100.0 * float(intensity))
    losses = np.average(firms.profit[rows[listed]] < 0.0, weights=weight[listed]) if listed.any() else np.nan
    economy.record("loss_share_listed", 100.0 * float(losses))


def _people(economy: Economy) -> None:
    people, labour, p = economy.people, economy.labour, economy.parameters
    rows = people.rows()
    state, tier, weight = people.employer[rows], people.tier[rows], economy.person_weight
    home = state != OVERSEAS
    economy.record("talent_by_tier", np.bincount(tier[home], minlength=size("tier")) * weight)
    economy.record("talent_total", float(home.sum()) * weight)
    economy.record("talent_overseas", float((~home).sum()) * weight)
    economy.record("talent_in_academia", float((state == ACADEMIA).sum()) * weight)
    economy.record("talent_seeking", float((state == SEEKING).sum()) * weight)
    economy.record("talent_by_region", np.bincount(people.region[rows[home]], minlength=size("region")) * weight)
    employed = state >= 0
    paid = np.bincount(tier[employed], people.wage[rows[employed]], size("tier"))
    count = np.bincount(tier[employed], minlength=size("tier"))
    economy.record("wage_by_tier", 1000.0 * np.where(count > 0, paid / np.maximum(count, 1), labour.wage))
    economy.record("posted_wage_by_tier", 1000.0 * labour.wage)
    economy.record("wage_software", 1000.0 * labour.software_wage)
    pool = 1e6 * p.driver("software_workforce")
    bill = pool * labour.software_wage + float(people.wage[rows[employed]].sum()) * weight
    economy.record("wage_it_sector", 1000.0 * bill / (pool + float(employed.sum()) * weight))
    economy.record("vacancies_by_tier", labour.vacancies)
    economy.record("vacancy_ratio_by_tier", labour.seekers / np.maximum(labour.vacancies, 1e-9))
    flows = economy.people_flows
    economy.record("talent_graduates", flows["graduates"])
    economy.record("talent_converted", flows["conversion"])
    economy.record("talent_exits", flows["exits"])
    depth = inner(economy.adopters.value_total, economy.adopters.depth) / float(economy.adopters.value_total.sum())
    economy.record("employment_effect", p["employment_elasticity"] * depth)


def _adoption(economy: Economy) -> None:
    a = economy.adopters
    adopted = (a.adopted >= 0).astype(float)
    sectors = size("sector")
    count = np.bincount(a.sector, a.count, sectors)
    economy.record("adoption_rate_by_sector", np.bincount(a.sector, a.count * adopted, sectors) / count)
    value = np.bincount(a.sector, a.value_share, sectors)
    economy.record("adoption_depth_by_sector", np.bincount(a.sector, a.value_share * a.depth, sectors) / value)
    economy.record("adoption_rate", inner(a.count, adopted) / float(a.count.sum()))
    economy.record("adoption_rate_by_value", inner(a.value_total, adopted) / float(a.value_total.sum()))
    economy.record("adoption_depth", inner(a.value_total, a.depth) / float(a.value_total.sum()))
    by_size = np.bincount(a.size_class, a.count * adopted, size("size_class")) / np.bincount(
        a.size_class, a.count, size("size_class")
    )
    economy.record("adoption_rate_by_size", by_size)


def _money(economy: Economy) -> None:
    ledger, venture = economy.ledger, economy.venture
    economy.record("equity_funding_broad", (venture.called + venture.guidance_invested) / 1000.0)
    names = ("angel", "venture", "growth", "corporate", "foreign", "guidance_funds")
    economy.record(
        "equity_funding_core", float(sum(economy.now["funding_by_channel"][index("channel", n)] for n in names))
    )
    economy.record("funding_by_region", economy.funding_by_region / 1000.0)
    government = ("central_government", "local_government")
    outlays = sum(float(ledger.flows[:, ACCOUNT[name], :].sum()) for name in government)
    economy.record("public_spending", outlays / 1000.0)
    economy.record("balances", ledger.balances / 1000.0)
    economy.record("transaction_flows", ledger.flows.sum(axis=(1, 2)) / 1000.0)
