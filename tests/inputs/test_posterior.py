"""The posterior: defaults without one, weighted sets with one, and refusal of sets that do not fit the registry."""

import pytest

from simulation.errors import InvalidInput
from simulation.inputs.posterior import HAND_FITTED, posterior, vintages


def _write(folder, text, name="2026a"):
    (folder / f"{name}.csv").write_text(text)
    posterior.cache_clear()
    return folder


def test_without_a_posterior_the_defaults_are_the_one_parameter_set(tmp_path):
    found = posterior(folder=tmp_path)
    assert found is HAND_FITTED
    assert len(found) == 1
    assert found.values(0) == {}
    assert found.matches("anything")


def test_weights_add_up_to_one_and_the_latest_vintage_is_read(tmp_path):
    _write(tmp_path, "weight,digest,scope_factor_b\n1,old,1.2\n", "2025a")
    _write(tmp_path, "weight,digest,scope_factor_b\n1,abc,1.2\n3,abc,1.3\n", "2026a")
    found = posterior(folder=tmp_path)
    assert vintages(tmp_path) == ("2025a", "2026a")
    assert (found.vintage, found.digest) == ("2026a", "abc")
    assert found.weights == (0.25, 0.75)
    assert found.values(1) == {"scope_factor_b": 1.3}
    assert found.matches("abc") and not found.matches("xyz")
    with pytest.raises(IndexError, match="0 to 1"):
        found.values(2)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("weight,scope_factor_b\n1,1.2\n", "first columns"),
        ("weight,digest,scope_factor_q\n1,abc,1.2\n", "unknown parameter"),
        ("weight,digest,scope_factor_b\n1,abc,99\n", "out of bounds"),
        ("weight,digest,scope_factor_b\n-1,abc,1.2\n", "positive"),
        ("weight,digest,scope_factor_b\n1,abc,1.2\n1,xyz,1.2\n", "different digests"),
        ("weight,digest,scope_factor_b\n", "no rows"),
    ],
)
def test_sets_that_do_not_fit_are_refused(tmp_path, text, message):
    with pytest.raises(InvalidInput, match=message):
        posterior(folder=_write(tmp_path, text))


def test_an_unknown_vintage_is_refused(tmp_path):
    with pytest.raises(KeyError, match="hand_fitted"):
        posterior("2020z", tmp_path)
