"""Call 7, plain: research budgets, new knowledge, product improvements, imitation; then theory and levels."""

from __future__ import annotations

import math

from tests.reference.agents import Firm, PlainEconomy
from tests.reference.names import FIELDS, START_UP, UNFUNDED
from tests.reference.rules.theory import advance_theory, measure_levels

LEAST_INPUT = 1e-3


def run(plain: PlainEconomy) -> None:
    """Plan and do research for one quarter."""
    set_budgets(plain)
    new = produce_knowledge(plain)
    improve_products(plain, new)
    imitate(plain)
    advance_theory(plain)
    measure_levels(plain)


# -- Research budget of a firm ----------------------------------------------------------------------------------------


def user_cost(tax: float, deduction: float) -> float:
    """What a yuan of research costs after tax, against a yuan of other spending."""
    return (1.0 - tax * (1.0 + deduction)) / (1.0 - tax)


def set_budgets(plain: PlainEconomy) -> None:
    """Every firm plans its research from sales, cash to burn and grants."""
    for firm in plain.firms:
        for_the_quarter = firm.research_induced / (4.0 * plain.value("grant_project_years"))
        firm.research_induced -= for_the_quarter
        planned = own_research(plain, firm) + cash_to_burn(plain, firm) + for_the_quarter
        firm.research_budget = max(planned, 0.0)
    salaries = plain.value("research_wage_share") * plain.national(lambda firm: firm.research_budget)
    plain.record("talent_cost_deducted", plain.delivered("talent_cost_deduction") * salaries / 1000.0)


def own_research(plain: PlainEconomy, firm: Firm) -> float:
    """Research paid from sales: intensity, user cost (where there is profit) and relief for the cost of talent."""
    relief = 1.0 + plain.value("talent_cost_weight") * plain.effective("talent_cost_deduction")
    return firm.research_intensity / 4.0 * firm.revenue_year() * tax_response(plain, firm) * relief


def tax_response(plain: PlainEconomy, firm: Firm) -> float:
    """Factor by which the tax rules of the quarter raise research above that under the rules of the reference."""
    if firm.profit <= 0.0:
        return 1.0
    ordinary = plain.value("profit_tax_rate")
    tax_now = plain.effective("hnte_tax_rate") if firm.certified else ordinary
    tax_then = plain.value("reference_certified_tax") if firm.certified else ordinary
    cost_now = user_cost(tax_now, plain.effective("rd_super_deduction"))
    cost_then = user_cost(tax_then, plain.value("reference_deduction"))
    return (cost_now / cost_then) ** -plain.value("research_tax_elasticity")


def cash_to_burn(plain: PlainEconomy, firm: Firm) -> float:
    """Funded start-ups that are not listed spend their cash over the years of burn."""
    if firm.kind != START_UP or firm.stage <= UNFUNDED or firm.listed:
        return 0.0
    return max(firm.cash, 0.0) / (4.0 * plain.value("burn_years"))


# -- New knowledge ----------------------------------------------------------------------------------------------------


def produce_knowledge(plain: PlainEconomy) -> dict[int, float]:
    """Every firm adds new knowledge to what it keeps; returns the new knowledge by the firm's stable id."""
    plain.market.data_access = data_access(plain)
    allied, on_platform = alliance_members(plain), platform_members(plain)
    new = {}
    for firm in plain.firms:
        spill = spill_over(plain, firm.uid in allied, firm.uid in on_platform)
        new[firm.uid] = new_knowledge(plain, firm, spill)
        kept = 1.0 - plain.value("knowledge_decay")[firm.layer] / 4.0
        firm.knowledge = kept * firm.knowledge + new[firm.uid]
    total = plain.national(lambda firm: new[firm.uid])
    plain.research.opened = plain.effective("open_source_rate")
    plain.record("knowledge_produced", total)
    plain.record("knowledge_opened", plain.delivered("open_source_rate") * total)
    record_shared_inputs(plain)
    return new


def data_access(plain: PlainEconomy) -> float:
    """What a firm can use of data, against its own data: public and shared sector data add to it."""
    public = plain.value("public_data_gain") * plain.effective("public_data_openness")
    shared = plain.value("data_infrastructure_gain") * plain.effective("data_infrastructure")
    return 1.0 + public + shared


def record_shared_inputs(plain: PlainEconomy) -> None:
    """What was opened, shared and joined in the quarter."""
    own_data = plain.national(lambda firm: firm.data)
    recognised = plain.national(lambda firm: float(firm.recognised))
    opened = plain.value("public_data_gain") * plain.delivered("public_data_openness")
    shared = plain.value("data_infrastructure_gain") * plain.delivered("data_infrastructure")
    plain.record("public_data_opened", opened * own_data)
    plain.record("shared_sector_data", shared * own_data)
    plain.record("alliance_members", plain.delivered("alliance_membership") * recognised)
    plain.record("cooperation_links", plain.delivered("coop_network_density") * recognised)


def new_knowledge(plain: PlainEconomy, firm: Firm, spill: float) -> float:
    """Knowledge from the research of a quarter: money, and staff, compute and data that only partly replace each
    other.
    """
    pay_index = plain.labour.software_wage / plain.labour.initial_software_wage
    budget = firm.research_budget / pay_index
    staff = sum(w * heads for w, heads in zip(plain.value("research_weight"), firm.headcount, strict=True))
    composite = combine(
        plain,
        max(staff * firm.research_share, LEAST_INPUT),
        max(budget * firm.compute, LEAST_INPUT),
        max(firm.data * plain.market.data_access, LEAST_INPUT),
    )
    returns = plain.value("research_returns")
    talent = math.exp(plain.value("research_efficiency") * firm.efficiency)
    return talent * budget**returns * composite ** (1.0 - returns) * (1.0 + spill)


def combine(plain: PlainEconomy, staff: float, compute: float, data: float) -> float:
    """Composite of the three inputs with constant elasticity of substitution (Cobb-Douglas at one)."""
    given = plain.value("research_input_shares")
    shares = [share / sum(given) for share in given]
    inputs = (staff, compute, data)
    sigma = plain.value("research_substitution")
    power = (sigma - 1.0) / sigma
    if abs(power) < 1e-6:
        return math.prod(amount**share for amount, share in zip(inputs, shares, strict=True))
    return sum(share * amount**power for amount, share in zip(inputs, shares, strict=True)) ** (1.0 / power)


def spill_over(plain: PlainEconomy, allied: bool, on_platform: bool) -> float:
    """What a firm learns from partners, open platforms and people who hold two posts, as a share of its own."""
    density = plain.effective("coop_network_density")
    alliance = 1.0 + plain.value("alliance_gain") * allied
    partners = plain.value("spill_over") * math.log2(1.0 + density / 2.0) * alliance
    platform = plain.value("platform_gain") * on_platform
    flexible = plain.value("flexible_gain") * math.log1p(plain.education.flexible / 100.0)
    weak = plain.modifier("patent_pool_share") * plain.modifier("foreign_rd_presence")
    return (partners + platform + flexible) * weak


def alliance_members(plain: PlainEconomy) -> set[int]:
    """Stable ids of the recognised firms in the alliance; a firm's draw is fixed for life."""
    recognised = [firm for firm in plain.firms if firm.recognised]
    draws = plain.uniforms("alliance_member", recognised, quarter=0)
    share = plain.effective("alliance_membership")
    return {firm.uid for firm, draw in zip(recognised, draws, strict=True) if draw < share}


def platform_members(plain: PlainEconomy) -> set[int]:
    """Open the platforms in force and let small start-ups of their fields join; stable ids of those who did."""
    wanted = round(plain.effective("open_platforms"))
    while len(plain.platforms) < wanted:
        plain.open_platform()
    small = [firm for firm in plain.firms if is_small_start_up(plain, firm)]
    number = max(sum(firm.weight for firm in small), 1.0)
    joining = share_joining(plain, plain.effective("open_platforms"), number)
    served = {platform.field for platform in plain.platforms[:wanted]}
    able = [firm for firm in small if firm.specialty in served]
    draws = plain.uniforms("platform_member", able, quarter=0)
    chosen = [firm for firm, draw in zip(able, draws, strict=True) if draw < joining]
    for opened in plain.platforms:
        rivals = sum(other.field == opened.field for other in plain.platforms)
        opened.members = sum(firm.weight for firm in chosen if firm.specialty == opened.field) / rivals
    plain.record("platform_members", share_joining(plain, plain.delivered("open_platforms"), number) * number)
    return {firm.uid for firm in chosen}


def is_small_start_up(plain: PlainEconomy, firm: Firm) -> bool:
    """Whether a firm is the kind that open platforms serve."""
    return firm.kind == START_UP and firm.revenue_year() < plain.value("small_firm_revenue")


def share_joining(plain: PlainEconomy, platforms: float, small_firms: float) -> float:
    """Part of the small firms that so many platforms draw in."""
    return 1.0 - math.exp(-platforms * plain.value("members_per_platform") / small_firms)


# -- Product improvement ----------------------------------------------------------------------------------------------


def field_focus(plain: PlainEconomy, firm: Firm) -> list[float]:
    """Weight of each field in a firm's work: its product's against the largest, and all of its specialty."""
    weights = plain.market.product_technology[firm.product]
    focus = [weight / max(*weights, 1e-12) for weight in weights]
    focus[firm.specialty] = 1.0
    return focus


def improve_products(plain: PlainEconomy, new: dict[int, float]) -> None:
    """A firm that draws an improvement steps up in the fields it works on, as far as there is room."""
    kept = 1.0 - plain.value("open_source_cost") * plain.research.opened
    for name in ("ip_strength", "exploratory_share", "dual_use_spillover"):
        kept *= plain.modifier(name)
    for firm, draw in zip(plain.firms, plain.uniforms("firm_improvement", plain.firms), strict=True):
        chance = 1.0 - math.exp(-plain.value("improvement_rate") / 4.0 * math.log1p(new[firm.uid]))
        if draw < chance:
            focus = field_focus(plain, firm)
            for field in FIELDS:
                room = headroom(plain, field, firm.capability[field])
                firm.capability[field] += plain.value("improvement_step") * kept * focus[field] * room


def headroom(plain: PlainEconomy, field: int, level: float) -> float:
    """Share of a step that is still open below what can be reached."""
    reach = max(plain.world.frontier[field], plain.research.public_level[field]) + plain.value("reach_beyond")
    return 1.0 - math.exp(-max(0.0, reach - level))


# -- Imitation and transfer -------------------------------------------------------------------------------------------


def imitate(plain: PlainEconomy) -> None:
    """Firms learn from what is ahead of them abroad, at home, in the open pool and in public laboratories."""
    absorbed = 0.0
    for firm in plain.firms:
        absorb = absorption(plain, firm)
        focus = field_focus(plain, firm)
        for field in FIELDS:
            level, taken = firm.capability[field], focus[field] * absorb / 4.0
            abroad = gap_abroad(plain, field, level)
            absorbed += abroad * taken * firm.weight
            firm.capability[field] += taken * pull(plain, field, level, abroad)
    firms = sum(firm.weight for firm in plain.firms)
    admitted = plain.delivered("international_coop") * (1.0 - plain.driver("foreign_screening"))
    plain.record("foreign_knowledge_absorbed", admitted * absorbed / max(firms, 1.0))


def absorption(plain: PlainEconomy, firm: Firm) -> float:
    """How fast a firm learns: its own knowledge against a half-way mark that rises as the frontier moves on."""
    moved = [now - then for now, then in zip(plain.world.frontier, plain.research.initial_frontier, strict=True)]
    progress = sum(moved) / len(moved)
    half = plain.value("absorption_half") * math.exp(plain.value("absorption_burden") * progress)
    return plain.value("absorption_floor") + firm.knowledge / (firm.knowledge + half)


def gap_abroad(plain: PlainEconomy, field: int, level: float) -> float:
    """Distance to the frontier abroad that can be imitated: easier in some fields, less under import limits."""
    limits = plain.effective("compute_import_restriction") * plain.value("restriction_exposure")[field]
    ahead = max(plain.world.frontier[field] - level, 0.0)
    return plain.value("imitation_ease")[field] * (1.0 - limits) * ahead


def pull(plain: PlainEconomy, field: int, level: float, abroad: float) -> float:
    """What draws a firm up in a field, before its power to absorb."""
    foreign = plain.value("foreign_absorption") + plain.effective("international_coop")
    foreign *= 1.0 - plain.driver("foreign_screening")
    links = math.log2(1.0 + plain.effective("coop_network_density") / 2.0)
    domestic = plain.value("domestic_imitation") * links
    research = plain.research
    return (
        foreign * abroad
        + domestic * max(research.best[field] - level, 0.0)
        + plain.value("open_pool_absorption") * max(research.pool[field] - level, 0.0)
        + plain.effective("tech_transfer_rate") * max(research.public_level[field] - level, 0.0)
    )
