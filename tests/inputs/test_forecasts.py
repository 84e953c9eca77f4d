"""Files of forecasts, claims and later figures: what is right is read, what is wrong is named with its line."""

from __future__ import annotations

from datetime import date

import pytest

from simulation.calibration.horizon import statistics
from simulation.errors import InvalidInput
from simulation.inputs.claims import COLUMNS as CLAIM_COLUMNS
from simulation.inputs.claims import claim, claims
from simulation.inputs.evidence import CALIBRATION_COLUMNS, OBSERVATION_COLUMNS, calibration_rows, observations
from simulation.inputs.forecasts import COLUMNS, SCOPES, UNITS, UNPUBLISHED, forecasts, read_forecasts
from simulation.inputs.observation_files import published_scopes, read_later_figures
from tests.analysis.hindcast.stand_in import made_up, write

QUANTILES = ",".join(str(1.0 + 0.1 * n) for n in range(99))
GOOD = f"0123456789abcdef,aiplan,real_time,conditional,2020,core_revenue,A,2022-12-31,bn CNY a year,{QUANTILES}"
ROW = "core_revenue,2024-12-31,700,,,0.1,bn CNY a year,A,2025,holdout,made up,nobody,nowhere,"
FLOOR = "core_firms,2024-06-30,5000,5000,,0.1,firms,wide list,2024,holdout,made up,nobody,nowhere,"
SEEN = "outcomes,core_industry_revenue,2024,700,bn_cny,core industry (CAICT),CAICT,2025,nowhere,official,observed,"
TAIL = "validation,made_up,"


def _file(folder, header, *lines):
    path = folder / "file.csv"
    path.write_text("\n".join([",".join(header), *lines]) + "\n", encoding="utf-8")
    return path


def _problems(call, *arguments):
    with pytest.raises(InvalidInput) as raised:
        call(*arguments)
    return [(problem.line, problem.message) for problem in raised.value.problems]


def test_forecasts_come_back_as_they_were_written(tmp_path):
    rows = made_up((2020,))
    assert read_forecasts(write(tmp_path / "file.csv", rows)) == rows


def test_no_file_of_forecasts_means_none(tmp_path):
    assert forecasts(tmp_path / "missing.csv") == ()


def test_the_series_that_are_forecast_are_those_of_the_evidence():
    for row in calibration_rows():
        if row.series in UNITS:
            assert row.unit == UNITS[row.series] and row.scope in SCOPES[row.series]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("real_time", "realtime", "unknown information 'realtime'"),
        (",conditional", ",known", "unknown drivers 'known'"),
        ("core_revenue", "core_revenues", "unknown series 'core_revenues'"),
        (",A,", ",C,", "unknown scope 'C'"),
        ("bn CNY a year", "bn USD", "the unit is 'bn USD'"),
        ("2022-12-31", "soon", "'soon' is not a date"),
        (",1.0,", ",-1.0,", "a quantile is not positive and finite"),
        (",1.5,", ",9.5,", "the quantiles fall"),
        (",1.5,", ",much,", "q06 is not a number: 'much'"),
    ],
)
def test_a_wrong_forecast_is_named_with_its_line(tmp_path, old, new, message):
    other = GOOD.replace("2022-12-31", "2021-12-31")
    found = _problems(read_forecasts, _file(tmp_path, COLUMNS, other, GOOD.replace(old, new, 1)))
    assert (3, message) in found


def test_claims_are_exploratory_until_a_table_says_otherwise(tmp_path):
    assert claims(tmp_path / "missing.csv") == {}
    assert claim("core", "no such scope") == "exploratory"
    path = _file(
        tmp_path, CLAIM_COLUMNS, "core,A,projection,1,1,bass,2,9,4,,real_time,all is well", "core,I,certain,,,,,0,0,,,"
    )
    assert (3, "unknown claim 'certain'") in _problems(claims, path)


def test_later_figures_in_the_calibration_format(tmp_path):
    found = read_later_figures(_file(tmp_path, CALIBRATION_COLUMNS, ROW, FLOOR))
    assert [(row.series, row.scope, row.value, row.is_floor) for row in found.rows] == [
        ("core_revenue", "A", 700.0, False), ("core_firms", "wide list", 5000.0, True),
    ]  # fmt: skip


def test_the_table_of_the_package_is_such_a_file_and_other_series_are_told():
    from simulation.inputs.reading import TABLES

    found = read_later_figures(TABLES / "evidence" / "calibration.csv")
    assert len(found.rows) == sum(row.series in UNITS for row in calibration_rows())
    assert len(found.rows) + len(found.left_out) == len(calibration_rows())
    assert any("nothing forecasts wage_it_sector" in text for text in found.left_out)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("core_revenue", "core_revenu", "unknown series 'core_revenu'"),
        (",A,", ",Z,", "unknown scope 'Z'"),
        ("bn CNY a year", "bn USD a year", "unknown unit 'bn USD a year'"),
        ("700", "seven", "value is not a number: 'seven'"),
        ("700", "-7", "value is -7"),
        ("0.1", "0", "sigma_log is 0"),
        ("2024-12-31", "later", "'later' is not a date"),
        ("holdout", "secret", "unknown role 'secret'"),
    ],
)
def test_a_wrong_later_figure_is_named_with_its_line(tmp_path, old, new, message):
    path = _file(tmp_path, CALIBRATION_COLUMNS, FLOOR, ROW.replace(old, new, 1))
    assert (3, message) in _problems(read_later_figures, path)


def test_a_file_of_another_kind_is_refused(tmp_path):
    ((line, message),) = _problems(read_later_figures, _file(tmp_path, ("year", "value"), "2024,1"))
    assert line == 1 and "the header is" in message
    assert "does not exist" in _problems(read_later_figures, tmp_path / "missing.csv")[0][1]


def test_observations_are_read_in_the_publishers_words(tmp_path):
    path = _file(
        tmp_path, OBSERVATION_COLUMNS, SEEN + TAIL,
        (SEEN + TAIL).replace("observed", "forecast"),
        (SEEN + TAIL).replace("core industry (CAICT)", "another scope"),
        (SEEN + TAIL).replace(",2024,", ",2024H1,"),
        (SEEN + TAIL).replace("bn_cny", "bn_usd"),
        SEEN.replace("700", "800") + TAIL + "'>' bound",
    )  # fmt: skip
    found = read_later_figures(path)
    assert [(row.value, row.day, row.is_floor) for row in found.rows] == [
        (700.0, date(2024, 12, 31), False), (800.0, date(2024, 12, 31), True),
    ]  # fmt: skip
    assert [text.split(":")[1] for text in found.left_out] == ["3", "4", "5", "6"]


def test_a_wrong_observation_is_named_with_its_line(tmp_path):
    path = _file(tmp_path, OBSERVATION_COLUMNS, SEEN + TAIL, (SEEN + TAIL).replace("observed", "seen"))
    assert (3, "unknown kind 'seen'") in _problems(read_later_figures, path)


def test_every_scope_that_is_mapped_is_one_that_was_published():
    published = {(row.indicator, row.scope, row.unit) for row in observations()}
    for (indicator, text), (series, scope, unit) in published_scopes().items():
        assert (indicator, text, unit) in published
        assert scope in SCOPES[series]


def test_what_the_calibration_writes_is_read_and_what_nobody_publishes_is_left_out(tmp_path):
    """Every statistic that a calibration forecasts is either scored or known to be published by nobody."""
    told = {(series, scope) for series, scope, _ in statistics()}
    scored = {(series, scope) for series, scopes in SCOPES.items() for scope in scopes}
    assert told == scored | UNPUBLISHED
    units = {(series, scope): unit for series, scope, unit in statistics()}
    lines = [
        f"0123456789abcdef,aiplan,real_time,conditional,2020,{series},{scope},2022-12-31,{unit},{QUANTILES}"
        for (series, scope), unit in units.items()
    ]
    found = read_forecasts(_file(tmp_path, COLUMNS, *lines))
    assert {(each.series, each.scope) for each in found} == scored
