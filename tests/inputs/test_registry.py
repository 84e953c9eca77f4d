"""The registry: consistent, resolvable by every spelling, and bad rows refused with file and line."""

import shutil

import numpy as np
import pytest

from simulation.errors import InvalidInput
from simulation.inputs import checks, paths, quarters, reading
from simulation.inputs import registry as registry_module
from simulation.inputs.registry import registry
from simulation.inputs.variables import variables


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """The tables in a folder of their own, with the caches of their readers emptied around the test."""
    folder = tmp_path / "tables"
    shutil.copytree(reading.TABLES, folder)
    monkeypatch.setattr(reading, "TABLES", folder)
    monkeypatch.setattr(paths, "FILE", folder / "paths.csv")
    caches = (registry, variables, paths.paths)
    for cache in caches:
        cache.cache_clear()
    yield folder
    for cache in caches:
        cache.cache_clear()


def _change(folder, table, name, **cells):
    """Replace cells of the row called ``name`` and return its line."""
    import csv

    path = folder / table
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    next(row for row in rows if row["id"] == name).update(cells)
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_the_shipped_registry_is_consistent():
    assert checks.check_registry() == []


def test_ids_are_unique_and_in_the_order_of_the_sections():
    sections = [parameter.section for parameter in registry().values()]
    assert sections == sorted(sections, key=registry_module.SECTIONS.index)
    assert len(registry()) > 150


def test_every_spelling_resolves_to_the_same_parameter():
    known = registry()
    vector = next(parameter for parameter in known.values() if parameter.dim)
    element = vector.elements[1]
    for text in (vector.id, f"{vector.section}.{vector.id}"):
        assert known.resolve(text) == (vector, None)
    for text in (f"{vector.id}.{element}", f"{vector.section}.{vector.id}.{element}"):
        assert known.resolve(text) == (vector, 1)


def test_a_misspelt_id_names_the_nearest():
    with pytest.raises(KeyError, match="fiscal_rd_grants"):
        registry().resolve("policy.fiscal_rd_grant")
    with pytest.raises(KeyError, match="section policy"):
        registry().resolve("external.fiscal_rd_grants")
    with pytest.raises(KeyError, match="scalar"):
        registry().resolve("fiscal_rd_grants.beijing")
    with pytest.raises(KeyError):
        registry()["fiscal_rd_grant"]


def test_default_paths_have_the_shape_of_their_dimension_and_pass_the_default_at_the_plans_start():
    span = quarters.span()
    start = span.index(quarters.PLAN_START)
    for parameter in registry().values():
        if parameter.is_path:
            path = parameter.path(span)
            assert path.shape == ((60, parameter.size) if parameter.dim else (60,))
            assert np.allclose(path[start], parameter.values), parameter.id


def test_a_trend_grows_a_default_by_its_rate_each_year():
    grants = registry()["fiscal_rd_grants"]
    path = grants.path(("2017Q3", "2018Q3", "2019Q3"))
    assert np.allclose(path[1:] / path[:-1], 1 + grants.trend)


def test_priors_never_leave_the_bounds():
    for parameter in registry().values():
        if parameter.prior is not None:
            values = parameter.quantile(np.linspace(0, 1, 11))
            assert np.all((values >= parameter.low) & (values <= parameter.high)), parameter.id


def test_additionality_may_be_zero_or_negative():
    row = registry()["fiscal_additionality"]
    assert row.low < 0
    assert row.quantile(0.02) < 0


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"default": "plenty"}, "not a number"),
        ({"low": "-"}, "not a number"),
        ({"prior": "gamma(1,2)"}, "not a prior"),
        ({"grade": "guess"}, "unknown grade"),
        ({"dim": "planet"}, "unknown dimension"),
        ({"starts": "2017"}, "not a quarter"),
        ({"default": "1|2"}, "2 elements"),
        ({"section": "external"}, "in the table of policy"),
    ],
)
def test_a_malformed_row_is_refused_with_file_and_line(copied, cells, message):
    _change(copied, "parameters/policy.csv", "fiscal_rd_grants", **cells)
    with pytest.raises(InvalidInput, match=message) as caught:
        registry()
    problem = caught.value.problems[0]
    assert problem.file.endswith("parameters/policy.csv")
    assert problem.line == 2


def test_an_id_in_two_sections_is_refused(copied):
    _change(copied, "parameters/external.csv", "ipo_window", id="fiscal_rd_grants")
    with pytest.raises(InvalidInput, match="is also in"):
        registry()


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"default": "1e9"}, "outside"),
        ({"unit": "furlongs"}, "unknown unit"),
        ({"clause": "P999"}, "unknown clause"),
        ({"rules": "weather"}, "unknown call"),
        ({"moves": "grants_payed"}, "unknown variable"),
        ({"sign": ""}, "sign"),
        ({"horizon": ""}, "quarters"),
        ({"carrier": ""}, "carrier"),
        ({"source": " "}, "source is empty"),
        ({"prior": "uniform(1e6,2e6)"}, "no probability"),
        ({"default": "@nowhere"}, "no path"),
    ],
)
def test_the_check_finds_each_inconsistency(copied, cells, message):
    _change(copied, "parameters/policy.csv", "fiscal_rd_grants", **cells)
    found = checks.check_registry()
    assert len(found) >= 1
    assert message in found[0]
    assert "policy.csv:2" in found[0]


def test_paths_interpolate_for_drivers_step_for_levers_and_hold_outside(copied):
    (copied / "paths.csv").write_text(
        "id,element,period,value\nlabour,,2018Q1,10\nlabour,,2019Q1,20\nby_tier,top,2018Q1,1\nby_tier,,2018Q1,2\n"
    )
    over = ("2017Q1", "2018Q1", "2018Q3", "2019Q1", "2020Q1")
    assert np.allclose(paths.path("labour", over), [10, 10, 15, 20, 20])
    assert np.allclose(paths.path("labour", over, step=True), [10, 10, 10, 20, 20])
    assert np.allclose(paths.path("labour", over, trend=0.1)[-1], 22)
    assert np.allclose(paths.path("by_tier", over, "tier")[0], [1, 2, 2, 2])
    with pytest.raises(KeyError, match="labour"):
        paths.path("labours", over)
    with pytest.raises(InvalidInput, match="no points for medium"):
        paths.path("by_size", over, "size_class") if _append(copied) else None


def _append(folder):
    with open(folder / "paths.csv", "a") as file:
        file.write("by_size,small,2018Q1,1\nby_size,large,2018Q1,1\n")
    paths.paths.cache_clear()
    return True


def test_a_yearly_path_keeps_its_yearly_mean_where_it_is_linear(copied):
    rows = "".join(f"steady,,{year},{10 * (year - 2015)}\n" for year in range(2016, 2022))
    (copied / "paths.csv").write_text("id,element,period,value\n" + rows)
    values = paths.path("steady", quarters.span("2018Q1", "2018Q4"))
    assert values.mean() == pytest.approx(30)


def test_every_variable_has_labels_a_known_unit_and_known_dimensions():
    table = variables()
    assert {"core_revenue", "related_revenue_r1", "related_revenue_r2", "related_revenue_r3"} <= set(table)
    for variable in table.values():
        assert variable.label("en") and variable.label("zh"), variable.name
        assert all(size > 0 for size in variable.shape)


def test_a_bad_variable_row_is_refused(copied):
    path = copied / "variables.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[1] = lines[1].replace(",flow,", ",river,").replace(",stock,", ",river,").replace(",rate,", ",river,")
    path.write_text("".join(lines), encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"variables\.csv:2.*river"):
        variables()
