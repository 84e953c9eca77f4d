"""From a living economy to the plain one and back: copy the state before a call, compare it after.

Everything is read by attribute, so that the bridge holds whatever the columns look like inside.  Agents are matched by
stable id, never by row.
"""

from __future__ import annotations

from collections import deque
from types import SimpleNamespace
from typing import Any

import mesa
import numpy as np

from tests.reference.agents import Adopter, Firm, Person, PlainEconomy, Position
from tests.reference.comparing import arrays_differ, values_differ
from tests.reference.names import ACCOUNTS, CHANNEL_NAMES, FLOWS

# Attributes of an economy that are no state of the run, or that the bridge copies in its own way.
APART = {
    "effective", "frozen", "extra_firms", "streams", "reads", "parameters", "levers", "quarters", "clock", "ledger",
    "records", "now", "timetable", "firms", "people", "adopters", "positions", "universities", "steps", "running",
    "random", "rng", "variants", "initial_levels", "race",
}  # fmt: skip
# Columns of firms that may be what is left of large sums, and the columns that tell how large.
REMAINDERS = {
    "cash": ("turnover",), "posted": ("turnover",), "profit": ("turnover",), "backlog": ("orders", "capacity"),
}  # fmt: skip
MESA = {"model", "unique_id", "pos", "random", "rng"}


def plain_copy(value: Any) -> Any:
    """Deep copy in plain terms: arrays become lists, blocks and institutions namespaces."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, deque):
        return deque((plain_copy(part) for part in value), maxlen=value.maxlen)
    if hasattr(value, "_fields"):
        return SimpleNamespace(**{name: plain_copy(part) for name, part in value._asdict().items()})
    if isinstance(value, (list, tuple)):
        return type(value)(plain_copy(part) for part in value)
    if isinstance(value, dict):
        return {key: plain_copy(part) for key, part in value.items()}
    if isinstance(value, (int, float, str, bool)) or value is None:
        return value
    if hasattr(value, "__dict__") and not callable(value):
        return SimpleNamespace(**{name: plain_copy(part) for name, part in public(value).items()})
    raise TypeError(f"no plain copy of {type(value)}")


def public(thing: Any) -> dict[str, Any]:
    """Attributes of a block or institution that belong to its state, those among them that it reads elsewhere."""
    skipped = MESA if isinstance(thing, mesa.Agent) else set()
    found = {name: part for name, part in vars(thing).items() if not name.startswith("_") and name not in skipped}
    if isinstance(thing, mesa.Agent):  # what an institution shows as its own and keeps in a block
        shown = [name for name, part in vars(type(thing)).items() if isinstance(part, property)]
        found.update((name, getattr(thing, name)) for name in shown)
    return found


def state_of(economy: Any) -> dict[str, Any]:
    """Blocks, institutions and single quantities of an economy by name."""
    return {name: part for name, part in public(economy).items() if name not in APART and not callable(part)}


# -- populations ------------------------------------------------------------------------------------------------------


def columns_of(table: Any) -> dict[str, np.ndarray]:
    """Columns of a population by name, copied."""
    names = ("uid", "alive", *type(table).fields)
    return {name: np.array(getattr(table, name)) for name in names}


def positions_of(economy: Any) -> dict[str, np.ndarray]:
    """Columns of the market positions; sales of the quarter where the market has already set them."""
    table = economy.positions
    columns = {name: np.array(getattr(table, name)) for name in ("firm", "cell", "share", "count")}
    sales = np.asarray(economy.market.sales)
    columns["sales"] = sales.copy() if len(sales) == len(columns["firm"]) else np.zeros(len(columns["firm"]))
    return columns


def take_tables(economy: Any) -> dict[str, dict[str, np.ndarray]]:
    """All populations as columns, copied."""
    return {
        "rows": columns_of(economy.firms),
        "people": columns_of(economy.people),
        "adopters": columns_of(economy.adopters),
        "positions": positions_of(economy),
    }


def _agents(plain: PlainEconomy, kind: type, columns: dict[str, np.ndarray], where: np.ndarray | None = None) -> list:
    names = list(columns)
    lists = [(column if where is None else column[where]).tolist() for column in columns.values()]
    found = []
    for values in zip(*lists, strict=True):
        agent = kind(plain)
        vars(agent).update(zip(names, values, strict=True))
        found.append(agent)
    return found


def _load_rows(plain: PlainEconomy, columns: dict[str, np.ndarray]) -> list[Firm]:
    """Firms by row; of those that are gone, or never were, only the stable id is known."""
    living = iter(_agents(plain, Firm, columns, columns["alive"]))
    rows = []
    for row, (uid, alive) in enumerate(zip(columns["uid"].tolist(), columns["alive"].tolist(), strict=True)):
        firm = next(living) if alive else Firm(plain)
        firm.row, firm.uid, firm.alive = row, uid, alive
        rows.append(firm)
    return rows


def mirror(economy: Any) -> PlainEconomy:
    """The state of a living economy as a plain one; nothing is shared."""
    tables = take_tables(economy)
    loaders = {
        "rows": lambda plain: _load_rows(plain, tables["rows"]),
        "people": lambda plain: _agents(plain, Person, tables["people"], tables["people"]["alive"]),
        "adopters": lambda plain: _agents(plain, Adopter, tables["adopters"], tables["adopters"]["alive"]),
        "positions": lambda plain: _agents(plain, Position, tables["positions"]),
    }
    plain = PlainEconomy(economy.streams, loaders)
    plain.tables = tables
    for name, part in state_of(economy).items():
        setattr(plain, name, plain_copy(part))
    plain.quarters, plain.variants = tuple(economy.quarters), dict(economy.variants)
    plain.values, plain.paths = _inputs(economy)
    plain.initial_levels = plain_copy(economy.initial_levels)
    plain.now = plain_copy(economy.now)
    plain.delivered_levers = plain_copy(economy.levers._delivered)
    plain.effective_levers = plain_copy(economy.levers._effective)
    plain.education.pipelines = pipelines_of(economy)
    plain.blank_firm = {
        name: [0.0] * column.shape[1] if column.ndim > 1 else column.dtype.type(0).item()
        for name, column in tables["rows"].items()
    }
    _copy_ledger(economy.ledger, plain.ledger)
    return plain


_KNOWN_INPUTS: dict[int, tuple[Any, dict, dict]] = {}


def _inputs(economy: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Values and paths of an economy's inputs in plain terms, made once for each inputs and never written to."""
    inputs = economy.effective
    if id(inputs) not in _KNOWN_INPUTS:
        _KNOWN_INPUTS.clear()
        _KNOWN_INPUTS[id(inputs)] = (inputs, plain_copy(dict(inputs.values)), plain_copy(dict(inputs.paths)))
    return _KNOWN_INPUTS[id(inputs)][1:]


def pipelines_of(economy: Any) -> dict[str, list[list[float]]]:
    """Cohorts under way by programme: a list by entry, oldest first, of persons by province."""
    if hasattr(economy.education, "pipelines"):
        return plain_copy(economy.education.pipelines)
    programmes = economy.universities[0].cohorts
    return {
        name: [list(cohort) for cohort in zip(*(u.cohorts[name] for u in economy.universities), strict=True)]
        for name in programmes
    }


def _copy_ledger(source: Any, target: Any) -> None:
    flows = source.flows
    for flow, payer, payee in zip(*np.nonzero(flows), strict=True):
        target.flows[FLOWS[flow], ACCOUNTS[payer], ACCOUNTS[payee]] = float(flows[flow, payer, payee])
    target.balances.update(zip(ACCOUNTS, source.balances.tolist(), strict=True))
    target.loans, target.equity, target.gross = float(source.loans), source.equity.tolist(), float(source.gross)


# -- comparing --------------------------------------------------------------------------------------------------------


def differences(plain: PlainEconomy, economy: Any) -> list[str]:
    """What the plain economy and the living one disagree about, one line each."""
    found = []
    mine, theirs = plain_tables(plain), take_tables(economy)
    rows = (uids_by_row(plain), theirs["rows"]["uid"])
    if not same_places(plain.tables["positions"], theirs["positions"]):
        del mine["positions"]["sales"], theirs["positions"]["sales"]  # sales are of positions that are gone
    for name in ("rows", "people", "adopters", "positions"):
        found += _tables_differ(name, keyed(name, mine[name], rows[0]), keyed(name, theirs[name], rows[1]))
    sums = sums_behind(economy)
    for name, part in state_of(economy).items():
        other = plain_copy(part)
        if name == "education":
            other.pipelines = pipelines_of(economy)
        if name == "market":
            other.sales = plain.market.sales  # compared by position
        found += values_differ(name, getattr(plain, name, None), other, sums)
    found += _records_differ(plain.now, plain_copy(economy.now))
    for kind in ("delivered", "effective"):
        levers = plain_copy(getattr(economy.levers, f"_{kind}"))
        found += values_differ(f"{kind} lever", getattr(plain, f"{kind}_levers"), levers)
    return found + _ledgers_differ(plain.ledger, economy.ledger)


def same_places(before: dict[str, np.ndarray], after: dict[str, np.ndarray]) -> bool:
    """Whether the positions of two moments are those of the same rows in the same cells."""
    return all(np.array_equal(before[name], after[name]) for name in ("firm", "cell"))


def sums_behind(economy: Any) -> dict[str, float]:
    """How large the sums are whose small remainders some quantities are."""
    guidance = economy.channels[CHANNEL_NAMES.index("guidance_funds")]
    return {
        "market.imports": float(np.max(economy.market.orders)),
        "venture.guidance_carry": float(guidance.invested + guidance.powder),
    }


def _records_differ(mine: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    """A variable that is not recorded is zero."""
    names = mine.keys() | theirs.keys()
    return [
        text for name in names for text in values_differ(f"recorded.{name}", mine.get(name, 0.0), theirs.get(name, 0.0))
    ]


def plain_tables(plain: PlainEconomy) -> dict[str, dict[str, np.ndarray]]:
    """Populations of a plain economy as columns; those no rule has asked for are as they were."""
    tables = {}
    for name, before in plain.tables.items():
        agents = plain.loaded().get(name)
        if agents is None:
            tables[name] = dict(before)
            continue
        if name == "rows":
            agents = plain.firms
        tables[name] = {
            column: np.array([getattr(agent, column) for agent in agents]).reshape(len(agents), *array.shape[1:])
            for column, array in before.items()
        }
    return tables


def uids_by_row(plain: PlainEconomy) -> np.ndarray:
    """Stable ids of a plain economy's firms, the former ones among them."""
    if "rows" not in plain.loaded():
        return plain.tables["rows"]["uid"]
    return np.array([firm.uid for firm in plain.rows], dtype=np.uint64)


def keyed(name: str, table: dict[str, np.ndarray], uids: np.ndarray) -> dict[str, np.ndarray]:
    """The living of a table in the order of stable ids; rows of firms are replaced by stable ids."""
    table = dict(table)
    if name == "positions":
        table["uid"] = uids[table.pop("firm").astype(np.int64)]
        order = np.lexsort((table["cell"], table["uid"]))
        return {column: array[order] for column, array in table.items()}
    living = np.flatnonzero(table["alive"])
    order = living[np.argsort(table["uid"][living], kind="stable")]
    table = {column: array[order] for column, array in table.items()}
    if name == "people":
        employer = table["employer"].astype(np.int64)
        table["employer of id"] = np.where(employer >= 0, uids[np.maximum(employer, 0)], 0)
        table["employer"] = np.minimum(employer, 0)
    return table


def _tables_differ(name: str, mine: dict[str, np.ndarray], theirs: dict[str, np.ndarray]) -> list[str]:
    found = arrays_differ(f"{name} uid", mine["uid"].astype(np.uint64), theirs["uid"].astype(np.uint64))
    if found:
        return found
    for column, array in theirs.items():
        scale = None
        if column in REMAINDERS:
            scale = np.abs(array) + sum(theirs[other] for other in REMAINDERS[column])
        found += arrays_differ(f"{name} {column}", mine[column], array, scale, theirs["uid"])
    return found


def _ledgers_differ(mine: Any, theirs: Any) -> list[str]:
    booked = theirs.flows
    flows = np.zeros(booked.shape)
    for (flow, payer, payee), amount in mine.flows.items():
        flows[FLOWS.index(flow), ACCOUNTS.index(payer), ACCOUNTS.index(payee)] = amount
    found = []
    for flow, payer, payee in zip(*np.nonzero(flows != booked), strict=True):
        name = f"flow {FLOWS[flow]}, {ACCOUNTS[payer]} to {ACCOUNTS[payee]}"
        # An amount may be what is left of its flow, or of all that its payee pays and receives.
        total = max(booked[flow].sum(), booked[:, :, payee].sum() + booked[:, payee].sum())
        found += arrays_differ(name, flows[flow, payer, payee], booked[flow, payer, payee], total)
    balances = [mine.balances[name] for name in ACCOUNTS]
    found += arrays_differ("balance", balances, theirs.balances, float(theirs.gross), ACCOUNTS)
    found += arrays_differ("equity claims", mine.equity, theirs.equity)
    return found + arrays_differ("loans and gross", [mine.loans, mine.gross], [theirs.loans, theirs.gross])
