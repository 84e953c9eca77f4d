"""One firm of the columns, looked at as a Mesa agent."""

from __future__ import annotations

import mesa
import numpy as np
import pytest

from simulation.model import Economy
from simulation.model.institutions import FirmView
from tests.model.drawing import effective


@pytest.fixture
def economy() -> Economy:
    return Economy(effective("plan_baseline", "2019Q4"), seed=2, scale=0.02)


def living(economy: Economy) -> np.ndarray:
    return economy.firms.uid[economy.firms.alive]


def test_a_firm_is_an_agent_of_the_economy_that_reads_its_row(economy: Economy) -> None:
    firms = economy.firms
    for row in firms.rows()[::40]:
        firm = economy.firm(int(firms.uid[row]))
        assert isinstance(firm, mesa.Agent)
        assert firm.model is economy
        assert firm.row == row
        assert (firm.cash, firm.kind, firm.listed) == (firms.cash[row], firms.kind[row], firms.listed[row])
        assert isinstance(firm.cash, float) and isinstance(firm.region, int) and isinstance(firm.listed, bool)
        assert np.array_equal(firm.capability, firms.capability[row])


def test_a_view_follows_its_firm_through_time(economy: Economy) -> None:
    uid = int(living(economy)[-1])
    firm = economy.firm(uid)
    before = firm.revenue_quarters
    for _ in range(4):
        economy.step()
    assert not np.array_equal(firm.revenue_quarters, before)
    assert firm.describe()["revenue_year"] == pytest.approx(firm.revenue_quarters.sum())


def test_looking_changes_nothing(economy: Economy) -> None:
    firm = economy.firm(int(living(economy)[0]))
    capability = firm.capability
    capability[:] = -99.0
    assert (firm.capability != -99.0).all()
    other = Economy(effective("plan_baseline", "2019Q4"), seed=2, scale=0.02)
    for _ in range(3):
        economy.step(), other.step()
        economy.firm(int(living(economy)[0])).describe()
    for name, record in economy.records.items():
        assert record.tobytes() == other.records[name].tobytes(), name


def test_the_same_firm_is_the_same_agent(economy: Economy) -> None:
    uid = int(living(economy)[3])
    assert economy.firm(uid) is economy.firm(np.uint64(uid))
    assert len(economy.agents_by_type[FirmView]) == 1


def test_a_firm_that_is_gone_cannot_be_read_and_its_row_is_not_mistaken_for_it(economy: Economy) -> None:
    views = [economy.firm(int(uid)) for uid in living(economy)]
    for _ in range(len(economy.quarters)):
        economy.step()
    alive = set(living(economy).tolist())
    gone = [view for view in views if int(view.uid) not in alive]
    assert gone
    for view in gone:
        with pytest.raises(LookupError, match="not alive"):
            _ = view.cash
        with pytest.raises(LookupError, match="no living firm"):
            economy.firm(int(view.uid))
    for view in views:
        if int(view.uid) in alive:
            assert economy.firms.uid[view.row] == view.uid


def test_a_firm_has_no_attribute_that_the_columns_lack(economy: Economy) -> None:
    firm = economy.firm(int(living(economy)[0]))
    assert not hasattr(firm, "charisma")
    with pytest.raises(LookupError):
        economy.firm(12345678901234567)


def test_a_description_is_in_words(economy: Economy) -> None:
    kinds = {economy.firm(int(uid)).describe()["kind"] for uid in living(economy)}
    assert kinds == {"start-up", "incumbent"}
    incumbent = economy.firms.uid[economy.firms.alive & (economy.firms.kind == 1)][0]
    told = economy.firm(int(incumbent)).describe()
    assert told["staff"] > 0.0
    assert {type(told[name]) for name in ("region", "product", "stage")} == {str}


def test_a_closed_economy_holds_no_agent(economy: Economy) -> None:
    economy.firm(int(living(economy)[0]))
    economy.close()
    assert len(economy.agents) == 0
