"""The posterior on a stand-in: known truth recovered, honest intervals, poison, determinism, the file's contract."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np
import pytest

from simulation.calibration import calibrate
from simulation.calibration.calibrate import Vintage
from simulation.calibration.design import Specification, simulate_design
from simulation.calibration.emulator import emulate, fit, held_out
from simulation.calibration.horizon import Wanted
from simulation.calibration.posterior import make_bank, quantiles, resample, write_posterior
from simulation.calibration.uncertainty import expected, split
from simulation.errors import UsageError
from simulation.experiments import InProcess
from simulation.inputs.evidence import calibration_rows
from simulation.inputs.posterior import posterior
from simulation.results.provenance import posterior_digest
from tests.calibration.conftest import SPECIFICATION
from tests.calibration.stand_in import CHANCE, Analytic

FINAL = Vintage(calibrate.FINAL)


def test_the_emulator_knows_what_it_misses(design, prepared):
    made, _, _ = prepared
    emulator = made.emulated.emulator
    rows = {row["series"]: row for row in emulator.diagnostics(made.emulated.columns)}
    revenue = rows["core_revenue@2022"]
    assert revenue["explained"] > 0.95 and 0.8 < revenue["coverage_90"] < 1.0
    assert revenue["chance"] == pytest.approx(CHANCE, rel=0.4)
    assert rows["related_revenue_r2@2022"]["explained"] < 0.3, "nothing moves it but chance"
    assert len(emulator.observed) == held_out(design.point).sum()


def test_too_few_runs_are_refused():
    with pytest.raises(UsageError, match="too few"):
        fit(np.zeros((10, 2)), np.arange(10), np.zeros((10, 1)))


def test_truths_are_recovered_and_intervals_are_honest(prepared):
    _, recovery, rounds = prepared
    last = [row for row in rounds if row["round"] == max(row["round"] for row in rounds)]
    whole = last[-1]
    assert whole["parameter"] == "all" and whole["truths"] == 20
    assert 0.8 <= whole["coverage_90"] <= 1.0
    assert all(row["median_width"] <= 0.7 for row in last)
    for name in ("spend_share", "recognition_rate"):
        mine = [row for row in recovery if row["parameter"] == name]
        assert np.corrcoef([row["value"] for row in mine], [row["median"] for row in mine])[0, 1] > 0.8


def test_a_parameter_that_no_figure_moves_leaves_the_set(prepared):
    made, _, rounds = prepared
    assert "wage_tightness" not in made.bank.fitted and len(made.bank.fitted) >= 3
    first = next(row for row in rounds if row["parameter"] == "wage_tightness")
    assert first["round"] == 1 and not first["identified"]


def test_uncalibrated_parameters_keep_their_priors(prepared):
    made, _, _ = prepared
    weight = made.weights(FINAL)
    assert weight.sum(axis=1) == pytest.approx(1.0 / len(weight)), "every draw of them counts the same"
    at = np.linspace(0.1, 0.9, 9)
    for name in set(made.bank.names) - set(made.bank.fitted):
        # Quantiles in the unit cube of the prior are the probabilities, as far as 32 draws show.
        assert np.abs(quantiles(made.bank, weight, name, at) - at).max() < 0.05, name


def test_additionality_keeps_mass_at_and_below_zero(prepared):
    rows = {row["parameter"]: row for row in calibrate.parameter_table(prepared[0], FINAL)}
    for name in ("fiscal_additionality", "co_investment_additionality"):
        assert rows[name]["not_positive"] == pytest.approx(rows[name]["prior_not_positive"], abs=1e-6)
        assert rows[name]["not_positive"] > 0.1


@pytest.mark.parametrize("vintage", calibrate.vintages()[:-1], ids=lambda vintage: vintage.name)
def test_poison_in_what_an_origin_may_not_use_changes_no_bit(prepared, vintage):
    made, _, _ = prepared
    usable = {each.key for each in vintage.figures()}
    poisoned = [
        row
        if f"{row.series}/{row.scope}/{row.day}" in usable
        else replace(row, value=1e9 * row.value, sigma_log=1e-3, lower=None, upper=None)
        for row in calibration_rows()
    ]
    assert any(row not in calibration_rows() for row in poisoned)
    assert np.array_equal(made.weights(vintage), made.weights(vintage, poisoned))
    assert np.array_equal(made.sets(vintage), made.sets(vintage, poisoned))


def test_poison_in_what_may_be_used_is_felt(prepared):
    made, _, _ = prepared
    rows = [replace(row, value=1.5 * row.value) if row.series == "core_firms" else row for row in calibration_rows()]
    assert not np.array_equal(made.weights(FINAL), made.weights(FINAL, rows))


def test_vintages_grow_with_their_origin():
    real = [set(vintage.figures()) for vintage in calibrate.vintages() if vintage.published]
    assert all(early <= late for early, late in pairwise(real))
    assert len(real[0]) < len(real[-1])


def test_the_same_design_gives_the_same_posterior(design, prepared):
    made, _, _ = prepared
    emulated = emulate(design, made.sampled, design.columns)
    bank = make_bank(design.names, made.bank.fitted, emulated, calibrate.needed_columns(), 32, 1024)
    again = replace(made, emulated=emulated, bank=bank)
    assert np.array_equal(again.sets(FINAL), made.sets(FINAL))
    assert np.array_equal(emulated.emulator.predicted, made.emulated.emulator.predicted)


def test_resampling_takes_sets_by_their_weight():
    weight = np.array([[0.5, 0.0], [0.25, 0.25]])
    assert resample(weight, 4).tolist() == [0, 0, 2, 3]


def test_the_file_is_read_back_by_the_contract(prepared, tmp_path):
    made, _, _ = prepared
    path = calibrate.write_vintage(made, FINAL, tmp_path)
    posterior.cache_clear()
    found = posterior(folder=tmp_path)
    posterior.cache_clear()
    assert path.stem == found.vintage == "final" and len(found) == 256
    assert found.matches(posterior_digest()) and sum(found.weights) == pytest.approx(1.0)
    assert set(found.values(0)) == {factor.name for factor in SPECIFICATION.factors()}


def test_values_at_a_bound_stay_within_it(tmp_path):
    write_posterior(tmp_path / "edge.csv", ["spend_share"], np.array([[0.03], [0.004]]))
    posterior.cache_clear()
    assert posterior(folder=tmp_path).values(0) == {"spend_share": 0.03}
    posterior.cache_clear()


def test_the_split_of_the_uncertainty_adds_up(prepared):
    made, _, _ = prepared
    asked = [Wanted("core_revenue", scope, date(2022, 12, 31), "bn CNY a year") for scope in ("A", "I")]
    row, narrow = split(made.bank, made.weights(FINAL), made.emulated, asked)
    parts = [f"share_{part}" for part in ("chance", "fitted", "uncalibrated", "scope")]
    assert sum(row[part] for part in parts) == pytest.approx(1.0)
    assert row["share_scope"] == 0.0 < narrow["share_scope"], "scope A is the scope of the economy itself"
    assert narrow["median"] < row["median"]
    assert row["share_uncalibrated"] > 0.2, "growth of the spending share is not fitted and moves revenue"
    assert row["low"] < row["median"] < row["high"]


def test_every_figure_is_shown_with_its_interval(prepared):
    rows = {row["figure"]: row for row in calibrate.fit_table(prepared[0], FINAL)}
    assert not rows["core_revenue/A/2023-12-31"]["fitted"], "held out"
    assert rows["wage_it_sector/IT sector, non-private units/2022-12-31"]["inside_90"]
    assert rows["core_revenue/N/2019-12-31"]["ratio"] and rows["core_revenue/N/2019-12-31"]["value"] < 5
    assert "core_revenue/N/2017-12-31" not in rows, "the reference of the growth"


def test_an_unconditional_design_is_read_with_draws_of_its_drivers(prepared, tmp_path):
    made, _, _ = prepared
    specification = Specification("unconditional-2020", points=256, until="2023Q4")
    other = simulate_design(specification, tmp_path, executor=InProcess(), economy=Analytic)
    sampled = specification.factors()
    assert len(sampled) > len(made.sampled)
    emulated = emulate(other, sampled, ["core_revenue@2022", "core_revenue@2023"], ["linear"])
    found = expected(made.bank, made.weights(FINAL), emulated, count=4)
    assert found.shape == (32, 4, 2)
    same = expected(made.bank, made.weights(FINAL), made.emulated, count=4)
    place = made.emulated.columns.index("core_revenue@2022")
    assert np.abs(found[:, :, 0] - same[:, :, place]).mean() < 0.05, "drivers move nothing in the stand-in"
