"""Call 13, plain: indicators of the quarter are recorded; nothing is decided here."""

from __future__ import annotations

import math
from collections.abc import Callable

from simulation.inputs.dimensions import index
from tests.reference.agents import Adopter, Firm, Person, PlainEconomy
from tests.reference.names import (
    ACADEMIA,
    ACCOUNTS,
    BUYERS,
    FLOWS,
    INCUMBENT,
    LAYERS,
    OVERSEAS,
    PRODUCTS,
    REGIONS,
    SECTORS,
    SEEKING,
    SEGMENTS,
    SIZE_CLASSES,
    TIERS,
    cell_of,
)
from tests.reference.rules.concentration import measure_concentration
from tests.reference.rules.related import attribute_related_revenue

EQUITY_CHANNELS = ("angel", "venture", "growth", "corporate", "foreign", "guidance_funds")
GOVERNMENTS = ("central_government", "local_government")


def run(plain: PlainEconomy) -> None:
    """Record the indicators of the quarter."""
    attribute_related_revenue(plain)
    record_sales(plain)
    record_firms(plain)
    record_concentration(plain)
    record_listed(plain)
    record_people(plain)
    record_pay(plain)
    record_adoption(plain)
    record_money(plain)


# -- Firms ------------------------------------------------------------------------------------------------------------


def firms_sum(
    plain: PlainEconomy, places: range, place: Callable[[Firm], int], amount: Callable[[Firm], float]
) -> list:
    """National totals of a per-firm amount by province, segment or layer."""
    totals = [0.0 for _ in places]
    for firm in plain.firms:
        totals[place(firm)] += amount(firm) * firm.weight
    return totals


def record_sales(plain: PlainEconomy) -> None:
    """Revenue, exports, imports and capacity of the industry."""
    revenue = plain.national(lambda firm: firm.revenue) / 1000.0
    plain.record("core_revenue", revenue)
    plain.record("core_final_sales", revenue - plain.now.get("core_to_core_sales", 0.0))
    plain.record("core_exports", plain.national(lambda firm: firm.export_share * firm.revenue) / 1000.0)
    for name, places in (("segment", SEGMENTS), ("region", REGIONS), ("layer", LAYERS)):
        totals = firms_sum(plain, places, lambda firm, name=name: getattr(firm, name), lambda firm: firm.revenue)
        plain.record(f"core_revenue_by_{name}", [total / 1000.0 for total in totals])
    sales = plain.market.sales_by_cell
    by_buyer = [sum(sales[cell_of(buyer, product)] for product in PRODUCTS) / 1000.0 for buyer in BUYERS]
    plain.record("core_revenue_by_sector", [by_buyer[sector] for sector in SECTORS])
    plain.record("unserved_imports", sum(plain.market.imports) / 1000.0)
    plain.record("backlog", plain.national(lambda firm: firm.backlog) / 1000.0)
    plain.record("price_index_by_product", [math.exp(price) for price in plain.market.log_price])
    plain.record("research_spending", plain.national(lambda firm: firm.research_spending) / 1000.0)
    capacity = plain.national(lambda firm: firm.capacity)
    plain.record("capacity_utilisation", 1000.0 * revenue / max(capacity, 1e-9))


def record_firms(plain: PlainEconomy) -> None:
    """How many firms there are, where, and how many of them list makers see."""
    plain.record("firms_alive", plain.national(lambda firm: 1.0))
    plain.record("firms_recognised", plain.national(lambda firm: firm.recognised))
    plain.record("listed_firms", plain.national(lambda firm: firm.listed))
    plain.record("firms_by_region", firms_sum(plain, REGIONS, lambda firm: firm.region, lambda firm: 1.0))
    seen = firms_sum(plain, REGIONS, lambda firm: firm.region, lambda firm: float(firm.recognised))
    plain.record("top5_province_share_firms", 100.0 * sum(sorted(seen)[-5:]) / max(sum(seen), 1e-9))


def record_concentration(plain: PlainEconomy) -> None:
    """Concentration is measured at the end of each year (and in the first quarter); the last value stands."""
    if plain.quarter % 4 == 3 or not getattr(plain, "concentration", None):
        plain.concentration = measure_concentration(plain)
    for name, share in plain.concentration.items():
        plain.record(name, share)


def record_listed(plain: PlainEconomy) -> None:
    """Margin, research and losses of listed firms and of groups."""
    listed = [firm for firm in plain.firms if firm.listed or firm.kind == INCUMBENT]

    def percent(quantity: Callable[[Firm], float]) -> float:
        weight = sum(firm.weight for firm in listed)
        return 100.0 * sum(quantity(firm) * firm.weight for firm in listed) / weight if listed else math.nan

    plain.record("gross_margin_listed", percent(lambda firm: firm.margin))
    plain.record("rd_intensity_listed", percent(research_share_of_group))
    plain.record("loss_share_listed", percent(lambda firm: firm.profit < 0.0))


def research_share_of_group(firm: Firm) -> float:
    """Research over revenue of a firm with the group around it, at most 1.5."""
    revenue = firm.group_revenue + firm.revenue_year()
    research = firm.group_research_intensity * firm.group_revenue + 4.0 * firm.research_spending
    return min(research / max(revenue, 1e-9), 1.5)


# -- People and pay ---------------------------------------------------------------------------------------------------


def record_people(plain: PlainEconomy) -> None:
    """How many people there are, what they do and where."""

    def number(condition: Callable[[Person], bool]) -> float:
        return sum(1 for person in plain.people if condition(person)) * plain.person_weight

    home = [person for person in plain.people if person.employer != OVERSEAS]
    by_tier, by_region = [0.0 for _ in TIERS], [0.0 for _ in REGIONS]
    for person in home:
        by_tier[person.tier] += plain.person_weight
        by_region[person.region] += plain.person_weight
    plain.record("talent_by_tier", by_tier)
    plain.record("talent_by_region", by_region)
    plain.record("talent_total", len(home) * plain.person_weight)
    plain.record("talent_overseas", number(lambda person: person.employer == OVERSEAS))
    plain.record("talent_in_academia", number(lambda person: person.employer == ACADEMIA))
    plain.record("talent_seeking", number(lambda person: person.employer == SEEKING))
    plain.record("talent_graduates", plain.people_flows["graduates"])
    plain.record("talent_converted", plain.people_flows["conversion"])
    plain.record("talent_exits", plain.people_flows["exits"])
    vacancies, seekers = plain.labour.vacancies, plain.labour.seekers
    plain.record("vacancies_by_tier", list(vacancies))
    plain.record("vacancy_ratio_by_tier", [seekers[tier] / max(vacancies[tier], 1e-9) for tier in TIERS])


def record_pay(plain: PlainEconomy) -> None:
    """What firms pay and offer, and pay in the whole IT sector; thousand CNY a year."""
    labour = plain.labour
    employed = [person for person in plain.people if person.employer >= 0]
    mean = list(labour.wage)
    for tier in TIERS:
        wages = [person.wage for person in employed if person.tier == tier]
        mean[tier] = sum(wages) / len(wages) if wages else labour.wage[tier]
    plain.record("wage_by_tier", [1000.0 * wage for wage in mean])
    plain.record("posted_wage_by_tier", [1000.0 * wage for wage in labour.wage])
    plain.record("wage_software", 1000.0 * labour.software_wage)
    pool = 1e6 * plain.driver("software_workforce")
    paid = pool * labour.software_wage + sum(person.wage for person in employed) * plain.person_weight
    plain.record("wage_it_sector", 1000.0 * paid / (pool + len(employed) * plain.person_weight))


# -- Adoption and its effect on employment ----------------------------------------------------------------------------


def mean_of(adopters: list[Adopter], weight: str, quantity: Callable[[Adopter], float]) -> float:
    """Mean of a quantity over adopters by number (``count``), value in all or value within the sector."""
    weights = [getattr(adopter, weight) for adopter in adopters]
    return sum(w * quantity(adopter) for w, adopter in zip(weights, adopters, strict=True)) / sum(weights)


def has_adopted(adopter: Adopter) -> float:
    """One for an adopter that uses AI."""
    return float(adopter.adopted >= 0)


def depth_of(adopter: Adopter) -> float:
    """Depth of use."""
    return adopter.depth


def record_adoption(plain: PlainEconomy) -> None:
    """How many adopters use AI, how deeply, and what that may do to employment."""
    everybody = plain.adopters
    sectors = [[adopter for adopter in everybody if adopter.sector == sector] for sector in SECTORS]
    classes = [[adopter for adopter in everybody if adopter.size_class == size] for size in SIZE_CLASSES]
    plain.record("adoption_rate_by_sector", [mean_of(group, "count", has_adopted) for group in sectors])
    plain.record("adoption_depth_by_sector", [mean_of(group, "value_share", depth_of) for group in sectors])
    plain.record("adoption_rate_by_size", [mean_of(group, "count", has_adopted) for group in classes])
    plain.record("adoption_rate", mean_of(everybody, "count", has_adopted))
    plain.record("adoption_rate_by_value", mean_of(everybody, "value_total", has_adopted))
    depth = mean_of(everybody, "value_total", depth_of)
    plain.record("adoption_depth", depth)
    plain.record("employment_effect", plain.value("employment_elasticity") * depth)


# -- Money ------------------------------------------------------------------------------------------------------------


def record_money(plain: PlainEconomy) -> None:
    """Equity, public spending, deposits and payments, bn CNY."""
    ledger, venture = plain.ledger, plain.venture
    plain.record("equity_funding_broad", (venture.called + venture.guidance_invested) / 1000.0)
    by_channel = plain.now["funding_by_channel"]
    plain.record("equity_funding_core", sum(by_channel[index("channel", name)] for name in EQUITY_CHANNELS))
    plain.record("funding_by_region", [amount / 1000.0 for amount in plain.funding_by_region])
    plain.record("public_spending", sum(ledger.paid_by(name) for name in GOVERNMENTS) / 1000.0)
    plain.record("balances", [ledger.balances[account] / 1000.0 for account in ACCOUNTS])
    plain.record("transaction_flows", [ledger.flow(flow) / 1000.0 for flow in FLOWS])
