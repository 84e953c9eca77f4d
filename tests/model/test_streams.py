"""Randomness is a pure function of names: nothing that is added, renamed or moved elsewhere disturbs a draw."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from simulation.model import Economy
from simulation.model.state import Firms, People
from simulation.model.streams import STREAMS, Streams, encode_ids, hash_ids
from tests.model.drawing import effective, run, with_paths

IDS = encode_ids(3, 7, np.arange(20_000))
# Chance of a false alarm is below one in ten thousand for each test on fixed draws, which either hold for good or not.
UNLIKELY = 1e-4


def test_a_draw_is_a_function_of_its_names_alone() -> None:
    streams = Streams(5, 2)
    first = streams.uniform("firm_exit", IDS, 12, 3)
    streams.normal("adopter_adopts", IDS, 4)
    order = np.argsort(IDS % np.uint64(997), kind="stable")
    assert (streams.uniform("firm_exit", IDS[order], 12, 3) == first[order]).all()
    assert (Streams(5, 2).uniform("firm_exit", IDS[:10], 12, 3) == first[:10]).all()
    assert streams.one("firm_exit", 12, int(IDS[4]), 3) == first[4]
    assert streams.one_normal("firm_exit", 12, int(IDS[4]), 3) == streams.normal("firm_exit", IDS, 12, 3)[4]


@pytest.mark.parametrize("other", [(6, 2, "firm_exit", 12, 3), (5, 3, "firm_exit", 12, 3), (5, 2, "firm_loan", 12, 3),
                                   (5, 2, "firm_exit", 13, 3), (5, 2, "firm_exit", 12, 4)])  # fmt: skip
def test_any_other_name_is_another_draw(other: tuple) -> None:
    seed, replicate, stream, quarter, index = other
    one = Streams(5, 2).uniform("firm_exit", IDS, 12, 3)
    two = Streams(seed, replicate).uniform(stream, IDS, quarter, index)
    assert not (one == two).any()
    assert abs(np.corrcoef(one, two)[0, 1]) < 4.0 / np.sqrt(len(IDS))


def test_neighbouring_ids_are_independent() -> None:
    draws = Streams(1).uniform("firm_exit", IDS, 0)
    for lag in (1, 2, 16, 256):
        assert abs(np.corrcoef(draws[:-lag], draws[lag:])[0, 1]) < 4.0 / np.sqrt(len(IDS))
    pairs = np.histogram2d(draws[:-1], draws[1:], bins=10, range=[[0, 1], [0, 1]])[0].ravel()
    assert stats.chisquare(pairs).pvalue > UNLIKELY


def test_neighbouring_quarters_are_independent() -> None:
    streams = Streams(1)
    by_quarter = np.stack([streams.uniform("firm_exit", IDS[:2000], quarter) for quarter in range(20)])
    correlations = np.corrcoef(by_quarter)[np.triu_indices(20, 1)]
    assert np.abs(correlations).max() < 4.5 / np.sqrt(2000)
    assert stats.kstest(correlations * np.sqrt(2000), "norm").pvalue > UNLIKELY


@pytest.mark.parametrize("stream", STREAMS)
def test_every_stream_is_uniform_and_normal(stream: str) -> None:
    streams = Streams(11, 4)
    uniform, normal = streams.uniform(stream, IDS, 30), streams.normal(stream, IDS, 30)
    assert uniform.min() > 0.0
    assert uniform.max() < 1.0
    assert stats.kstest(uniform, "uniform").pvalue > UNLIKELY
    assert abs(normal.mean()) < 4.0 / np.sqrt(len(IDS))
    assert abs(normal.var() - 1.0) < 4.0 * np.sqrt(2.0 / len(IDS))
    assert abs((normal**3).mean()) < 4.0 * np.sqrt(15.0 / len(IDS))
    assert abs((normal**4).mean() - 3.0) < 4.0 * np.sqrt(96.0 / len(IDS))


def test_streams_are_independent_of_each_other() -> None:
    streams = Streams(2)
    draws = np.stack([streams.uniform(name, IDS[:4000], 5) for name in STREAMS])
    correlations = np.corrcoef(draws)[np.triu_indices(len(STREAMS), 1)]
    assert np.abs(correlations).max() < 5.0 / np.sqrt(4000)
    assert len(set(STREAMS)) == len(STREAMS)


def test_ids_of_different_candidates_differ() -> None:
    slots = np.arange(50)
    ids = [encode_ids(door, quarter, slots, region) for door in (1, 2, 3) for quarter in (0, 59) for region in (0, 30)]
    assert len(np.unique(np.concatenate(ids))) == 12 * 50
    assert len(np.unique(hash_ids(np.concatenate(ids)[:, None], np.arange(40)[None, :]))) == 12 * 50 * 40


# -- one more agent ----------------------------------------------------------------------------------------------------


def columns_by_id(table: Firms | People, names: tuple[str, ...]) -> dict[int, bytes]:
    rows = table.rows()
    return {
        int(table.uid[row]): b"".join(np.asarray(getattr(table, name)[row]).tobytes() for name in names) for row in rows
    }


@pytest.mark.parametrize("scale", [0.05, 1.0])
def test_one_more_firm_changes_no_attribute_of_any_other_firm_or_person(scale: float) -> None:
    inputs = effective("plan_baseline", "2017Q4")
    without, with_one = (Economy(inputs, seed=4, scale=scale, extra_firms=number) for number in (0, 1))
    names = tuple(name for name in Firms.fields if name != "headcount")
    before, after = (columns_by_id(economy.firms, names) for economy in (without, with_one))
    assert len(after) == len(before) + 1
    assert {uid for uid in before if before[uid] != after[uid]} == set()
    people = tuple(name for name in People.fields if name != "employer")
    assert columns_by_id(without.people, people) == columns_by_id(with_one.people, people)
    employers = [
        dict(zip(e.people.uid[rows].tolist(), e.firms.uid[e.people.employer[rows]].tolist(), strict=True))
        for e in (without, with_one)
        for rows in [np.flatnonzero(e.people.alive & (e.people.employer >= 0))]
    ]
    assert employers[0] == employers[1]


def test_one_more_firm_leaves_later_entrants_who_they_are() -> None:
    inputs = effective("plan_baseline", "2017Q4")
    without, with_one = (run(inputs, seed=4, scale=0.05, extra_firms=number) for number in (0, 1))
    names = ("efficiency", "founded", "region", "entry_door", "kind")
    before, after = (columns_by_id(economy.firms, names) for economy in (without, with_one))
    shared = set(before) & set(after)
    entrants = [uid for uid in shared if uid >> 56 in (1, 2, 3)]
    assert len(entrants) > 20
    assert [uid for uid in shared if before[uid] != after[uid]] == []


# -- the same bytes ----------------------------------------------------------------------------------------------------

DIGEST = """
import hashlib
from simulation.model import Economy
from simulation.scenario import load
records = Economy(load("plan_baseline").effective(until="2019Q4"), seed=9, replicate=3, scale=0.03).run()
digest = hashlib.sha256()
for name in sorted(records):
    digest.update(name.encode() + records[name].tobytes())
print(digest.hexdigest())
"""


def digest_in_a_process(**environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", DIGEST], capture_output=True, text=True, check=True, env={**os.environ, **environment}
    )
    return done.stdout.strip()


def test_two_processes_give_the_same_bytes() -> None:
    one = digest_in_a_process(PYTHONHASHSEED="1", OPENBLAS_NUM_THREADS="1")
    two = digest_in_a_process(PYTHONHASHSEED="4242", OPENBLAS_NUM_THREADS="2")
    assert one == two
    assert len(one) == hashlib.sha256().digest_size * 2


def test_another_seed_or_replicate_is_another_run() -> None:
    inputs = effective("plan_baseline", "2017Q2")
    runs = [Economy(inputs, seed=seed, replicate=r, scale=0.02).run() for seed, r in ((1, 0), (2, 0), (1, 1))]
    for one, two in pairwise([*runs, runs[0]]):
        assert not np.array_equal(one["core_revenue"], two["core_revenue"])


# -- nothing before its time -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lever", ["fiscal_rd_grants", "signal_strength", "ipo_window", "adoption_subsidy", "ai_majors"]
)
def test_a_lever_that_starts_in_2025_leaves_everything_before_bitwise_equal(lever: str) -> None:
    inputs = effective("plan_baseline", "2025Q4")
    start = inputs.quarters.index("2025Q1")
    path = inputs.paths[lever].copy()
    path[start:] = np.where(path[start:] < 0.5, path[start:] + 0.1, 0.7 * path[start:])
    before, after = (run(case, seed=1, scale=0.01).records for case in (inputs, with_paths(inputs, **{lever: path})))
    for name, record in before.items():
        assert record[:start].tobytes() == after[name][:start].tobytes(), name
    assert any(record.tobytes() != after[name].tobytes() for name, record in before.items())
