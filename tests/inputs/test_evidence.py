"""Evidence: complete, with sources, honest about when a figure was known, silent on what judges the forecasts."""

import re
from collections import Counter
from datetime import date

import pytest

from simulation.inputs import dates, evidence
from simulation.inputs.plan import targets

# Rows of the five tables of observations as delivered; a row lost in packaging would change one of these counts.
ROWS = {"outcomes": 232, "funding": 262, "talent": 240, "sectors": 215, "regions": 81}
# National headline figures for 2024 and later are what forecasts will be judged by: no observed row may hold one.
FORBIDDEN = re.compile(
    r"^(core_industry_revenue|related_industry_revenue|ai_industry_revenue|core_firms|core_firms_new|new_ai_firms"
    r"|ai_firms|ai_vc_investment|ai_vc_deals|vc_investment|vc_deals|ai_private_investment|ai_funding|ai_talent_stock"
    r"|ai_top_talent_stock|ai_researcher_stock|ai_core_technical_talent|ai_firm_employees|genai_adoption_rate"
    r"|ai_deployed_share|ai_penetration_index)$"
)
FIRST_FORBIDDEN = date(2024, 1, 1)


def test_no_observation_was_lost():
    assert Counter(row.table for row in evidence.observations()) == ROWS


def test_every_observation_has_publisher_scope_date_address_and_quality():
    for row in evidence.observations():
        assert all((row.publisher, row.scope, row.published, row.url, row.quality, row.unit)), row


@pytest.mark.parametrize("rows", [evidence.policy_actions, evidence.facts, evidence.calibration_rows])
def test_actions_facts_and_calibration_rows_have_a_source(rows):
    for row in rows():
        address = row.address if hasattr(row, "address") else row.url
        assert address.strip(), row
        assert (row.publisher if hasattr(row, "publisher") else row.source).strip(), row


def test_channel_estimates_are_ordered_and_anchored_in_observations():
    known = set(evidence.indicators())
    for row in evidence.channel_estimates():
        assert row.low <= row.central <= row.high
        assert row.basis
        assert set(row.anchors) <= known, row


def test_poison_no_headline_figure_of_2024_or_later_is_observed():
    late = [
        row
        for row in evidence.observations()
        if row.kind in ("observed", "derived") and FORBIDDEN.match(row.indicator) and row.period_end >= FIRST_FORBIDDEN
    ]
    assert late == []


def test_poison_no_calibration_row_or_equity_estimate_lies_in_2024_or_later():
    assert all(row.day < FIRST_FORBIDDEN for row in evidence.calibration_rows())
    late = {row.channel for row in evidence.channel_estimates() if row.year >= 2024}
    assert not late & {"equity_total", "angel_seed_preA", "vc_A_to_B", "pe_growth_C_plus", "capital_market_ai_ipos"}


def test_relatives_of_headline_figures_of_2024_or_later_are_context_only():
    families = {"equity_funding", "firm_registrations", "firm_samples", "firm_staff", "talent_stock_and_demand"}
    headline = re.compile(r"^(ai_|aigc_|genai_|embodied|llm_|core_|firm_|algorithm_|rd_staff)")
    for row in evidence.observations():
        late = row.period_end is not None and row.period_end >= FIRST_FORBIDDEN
        if late and row.kind in ("observed", "derived") and row.dataset in families and headline.match(row.indicator):
            assert row.use == "context", row


def test_forecasts_and_targets_are_never_data():
    for row in evidence.observations():
        if row.note.startswith("forecast") or row.kind == "forecast":
            assert (row.kind, row.use) == ("forecast", "comparison"), row
        if row.kind == "target":
            assert row.use == "specification", row


def test_no_row_serves_calibration_and_validation_at_once():
    fitted = {(row.series, row.day, row.scope) for row in evidence.calibration_rows() if row.fitted}
    held = {(row.series, row.day, row.scope) for row in evidence.calibration_rows() if not row.fitted}
    assert fitted and held and not fitted & held
    facts = {fact.id: fact.use for fact in evidence.facts()}
    for row in evidence.calibration_rows():
        if row.fact:
            assert facts[row.fact] == "calibration"
    used = {row.fact for row in evidence.calibration_rows()}
    assert {fact for fact, use in facts.items() if use == "calibration"} <= used


def test_every_dataset_is_recorded_and_its_uses_are_those_of_its_rows():
    records = {record.id: record for record in evidence.datasets()}
    uses: dict[str, set[str]] = {}
    for row in evidence.observations():
        uses.setdefault(row.dataset, set()).add(row.use)
    for name, found in uses.items():
        assert set(records[name].uses) == found, name
        assert records[name].rows == sum(row.dataset == name for row in evidence.observations())
    for record in records.values():
        assert record.used_for and record.limits and record.label_zh
    assert records["policy_actions"].rows == len(evidence.policy_actions())
    assert records["stylised_facts"].rows == len(evidence.facts())
    assert records["channel_estimates"].rows == len(evidence.channel_estimates())


def test_only_figures_known_by_the_origin_are_given():
    early = evidence.observations("core_industry_revenue", before="2021-06")
    assert early
    assert all(row.known_from <= date(2021, 6, 30) for row in early)
    assert {row.value for row in evidence.observations("core_industry_revenue")} > {row.value for row in early}
    # CAICT's figure for 2022 came out in February 2023.
    assert 508.0 not in {row.value for row in evidence.observations("core_industry_revenue", before="2022")}
    assert 508.0 in {row.value for row in evidence.observations("core_industry_revenue", before=date(2023, 2, 28))}


def test_figures_without_a_date_are_known_to_no_origin():
    undated = [row for row in evidence.observations() if row.known_from is None]
    assert undated
    assert not set(undated) & set(evidence.observations(before="2026"))


def test_unknown_indicators_and_dates_are_refused():
    with pytest.raises(KeyError):
        evidence.observations("core_industry_revenues")
    with pytest.raises(ValueError, match="date"):
        evidence.observations(before="soon")


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2021", date(2021, 1, 1), date(2021, 12, 31)),
        ("2017H1", date(2017, 1, 1), date(2017, 6, 30)),
        ("2019Q1-Q3", date(2019, 1, 1), date(2019, 9, 30)),
        ("2022-02", date(2022, 2, 1), date(2022, 2, 28)),
        ("2025-12-26", date(2025, 12, 26), date(2025, 12, 26)),
        ("2012/2023H1", date(2012, 1, 1), date(2023, 6, 30)),
        ("2021/22", date(2021, 1, 1), date(2022, 12, 31)),
        ("2014-2023", date(2014, 1, 1), date(2023, 12, 31)),
        ("2022-11-30/2024-07-29", date(2022, 11, 30), date(2024, 7, 29)),
        ("after 2017-07", date(2017, 7, 1), date(2017, 7, 31)),
    ],
)
def test_periods_as_publishers_write_them(text, first, last):
    assert dates.span(text) == (first, last)


@pytest.mark.parametrize("text", ["typical", "not dated", "20 years", ""])
def test_texts_without_a_year_are_no_period(text):
    assert dates.span(text) is None


def test_dated_actions_start_within_the_known_window():
    starts = [action.start for action in evidence.policy_actions()]
    assert all(start is not None and date(2008, 1, 1) <= start <= date(2026, 12, 31) for start in starts)


def test_floors_are_the_rows_whose_lower_bound_is_the_figure():
    floors = {(row.series, row.day.year) for row in evidence.calibration_rows() if row.is_floor}
    assert floors == {("related_revenue", 2020), ("core_firms", 2021)}


def test_the_plans_targets_among_the_observations_agree_with_the_plan():
    for target in targets():
        rows = evidence.observations(f"{target.indicator}_industry_revenue_target")
        assert [row.value for row in rows if row.period == str(target.year)] == [target.threshold]
