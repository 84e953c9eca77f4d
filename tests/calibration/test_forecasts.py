"""Forecasts on a stand-in: the past conditions them, the future cannot, and what is frozen stays."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from simulation.calibration import freezing, products
from simulation.calibration.calibrate import Vintage
from simulation.calibration.design import Specification, simulate_design
from simulation.calibration.emulator import emulate
from simulation.calibration.forecasts import forecast
from simulation.calibration.horizon import Wanted, judged, statistics, wanted_after
from simulation.errors import StoreConflict
from simulation.experiments import InProcess
from simulation.inputs.evidence import calibration_rows
from tests.calibration.stand_in import Analytic

MONEY = "bn CNY a year"
REVENUE = Wanted("core_revenue", "A", date(2023, 12, 31), MONEY)


def vintage(year: int, published: bool = True) -> Vintage:
    return Vintage(f"{year}", date(year, 12, 31), published)


def made_for(made, chosen, *wanted):
    return forecast(made, chosen, made.emulated, [each.figure(chosen.figures()) for each in wanted])


def changed(monkeypatch, change):
    """Evidence in which ``change`` makes another row of a row."""
    rows = tuple(change(row) for row in calibration_rows())
    monkeypatch.setattr("simulation.calibration.likelihood.calibration_rows", lambda: rows)


def test_figures_narrow_the_forecast_and_draw_it_to_them(prepared, monkeypatch):
    made, _, _ = prepared
    before = made_for(made, Vintage("nothing", date(2015, 12, 31)), REVENUE)
    after = made_for(made, vintage(2023), REVENUE)
    assert after.exact.std() < 0.5 * before.exact.std()
    changed(monkeypatch, lambda row: replace(row, value=row.value * 0.7) if row.series == "core_revenue" else row)
    lower = made_for(made, vintage(2023), REVENUE)
    assert 0.05 < np.median(after.exact) - np.median(lower.exact) < -np.log(0.7), "towards the figures, not beyond"


def test_what_an_origin_may_not_know_changes_no_bit(prepared, monkeypatch):
    made, _, _ = prepared
    held = made_for(made, vintage(2020), REVENUE, Wanted("core_revenue", "N", date(2022, 12, 31), MONEY))
    used = {each.key for each in vintage(2020).figures()}

    def poison(row):
        key = f"{row.series}/{row.scope}/{row.day}"
        return row if key in used else replace(row, value=row.value * 1e6, sigma_log=row.sigma_log * 3)

    changed(monkeypatch, poison)
    again = made_for(made, vintage(2020), REVENUE, Wanted("core_revenue", "N", date(2022, 12, 31), MONEY))
    assert np.array_equal(held.draws, again.draws)


def test_the_table_of_an_origin_does_not_know_later_figures(long, monkeypatch):
    made, designs = long
    held = [row for row in products.forecast_rows(made, designs) if row["origin"] == 2020]
    used = {each.key for published in (True, False) for each in vintage(2020, published).figures()}

    def poison(row):
        key = f"{row.series}/{row.scope}/{row.day}"
        return row if key in used else replace(row, value=row.value * 1e6, sigma_log=row.sigma_log * 3)

    rows = tuple(poison(row) for row in calibration_rows())
    for module in ("likelihood", "horizon", "calibrate"):
        monkeypatch.setattr(f"simulation.calibration.{module}.calibration_rows", lambda: rows)
    again = [row for row in products.forecast_rows(made, designs) if row["origin"] == 2020]
    assert held and [row for row in again if row["information"] == "pseudo_real_time"] == [
        row for row in held if row["information"] == "pseudo_real_time"
    ]
    used = {each.key for each in vintage(2020).figures()}
    rows = tuple(poison(row) for row in calibration_rows())
    again = [row for row in products.forecast_rows(made, designs) if row["origin"] == 2020]
    real = [row for row in again if row["information"] == "real_time"]
    assert real and real == [row for row in held if row["information"] == "real_time"]


def test_a_scope_of_which_nothing_was_published_cannot_be_forecast(prepared):
    made, _, _ = prepared
    narrow = Wanted("core_revenue", "N", date(2022, 12, 31), MONEY)
    nothing = Vintage("nothing", date(2015, 12, 31))
    assert not nothing.figures()
    assert made_for(made, nothing, narrow, REVENUE).estimable.tolist() == [False, True]
    assert made_for(made, vintage(2019), narrow).estimable.tolist() == [True]


def test_parts_of_the_variance_add_up_and_scope_counts_only_where_there_is_one(prepared):
    made, _, _ = prepared
    other = Wanted("core_revenue", "I", date(2023, 12, 31), MONEY)
    found = made_for(made, vintage(2021), REVENUE, other)
    assert sum(found.shares.values()) == pytest.approx(1.0)
    assert found.shares["scope"][0] == 0.0 < found.shares["scope"][1]
    assert not found.shares["drivers"].any(), "the outside drivers are given"
    assert found.draws.std(axis=0)[0] > found.exact.std(axis=0)[0], "a publisher's noise is added"


def test_every_statistic_is_forecast_once_a_year():
    wanted = wanted_after(2021, 2024)
    ends = [each for each in wanted if each.day.month == 12]
    assert len(ends) == 3 * (len(statistics()) - 1), "scope N came to an end in 2020"
    assert len(set(wanted)) == len(wanted)
    assert {each.day for each in wanted if each.day.month != 12} == {date(2022, 10, 31), date(2023, 10, 31)}


def test_targets_are_decided_by_the_package_alone():
    told = {(each.indicator, each.year, each.scope): each.reached for each in judged()}
    assert len(told) == 22
    assert told.pop(("core", 2020, "A")) is True
    assert set(told.values()) == {None}, "a floor below the threshold decides nothing, nor does a year without figure"


@pytest.fixture(scope="module")
def long(prepared, tmp_path_factory):
    """The stand-in's designs to 2030, as the tables need them."""
    specification = Specification("conditional", points=256, repeated=8, repeats=2)
    design = simulate_design(specification, tmp_path_factory.mktemp("long"), executor=InProcess(), economy=Analytic)
    emulated = emulate(design, specification.factors(), design.columns, ["linear"])
    made = replace(prepared[0], emulated=emulated, sampled=specification.factors())
    return made, products.Designs({"conditional": design}, {"conditional": emulated})


def test_targets_by_vintage(long):
    rows = products.target_rows(*long)
    by = {(row["vintage"], row["indicator"], row["year"], row["scope"]): row for row in rows}
    early, late = (by[f"{year}-real_time", "core", 2020, "A"] for year in (2019, 2022))
    assert early["brier"] == pytest.approx((early["probability"] - 1.0) ** 2) and late["brier"] is None
    assert late["nowcast"] and late["probability"] >= early["probability"]
    assert all(0.0 <= row["low"] <= row["high"] <= 1.0 for row in rows if row["probability"] is not None)
    assert by["final", "core", 2030, "A"]["probability"] >= by["final", "core", 2030, "I"]["probability"]


def test_forecast_table_and_frozen_forecast(long, tmp_path):
    made, designs = long
    rows = list(products.forecast_rows(made, designs))
    levels = [f"q{level:02d}" for level in range(1, 100)]
    assert all(np.all(np.diff([row[level] for level in levels]) >= 0) for row in rows)
    assert all(date.fromisoformat(row["date"]).year > row["origin"] for row in rows)
    frozen = products.frozen_rows(made, designs)
    years = {(row["series"], row["date"][:4]) for row in frozen}
    assert {("core_revenue", str(year)) for year in range(2024, 2031)} <= years
    files = freezing.freeze(date(2026, 1, 31), frozen, products.target_rows(made, designs), tmp_path)
    told = json.loads(files[-1].read_text(encoding="utf-8"))
    assert {name: freezing.digest(tmp_path / name) for name in told["files"]} == told["files"]
    held = files[0].read_bytes()
    with pytest.raises(StoreConflict, match="not written over"):
        freezing.freeze(date(2026, 1, 31), frozen, [], tmp_path)
    assert files[0].read_bytes() == held
