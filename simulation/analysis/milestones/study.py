"""Running the worlds of the milestones and judging every check.

    result = run_milestones(runs=100)

One hundred runs put the standard error of a share of runs at five percentage points at most.  The default scale of
0.1 keeps all large firms and every tenth small one: the totals that are read have their values at scale 1 within a few
percent there (results/scale), and sixteen worlds take minutes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulation.analysis.frames import Table
from simulation.analysis.milestones.checks import ABSENT, AGREES, DISAGREES, Check, Runs, judge
from simulation.analysis.milestones.episodes import EPISODES
from simulation.analysis.milestones.histories import follow_all
from simulation.analysis.milestones.patterns import PATTERNS
from simulation.analysis.milestones.responses import RESPONSES
from simulation.analysis.milestones.worlds import ACTUAL, LAST, WORLDS, scenarios
from simulation.experiments.plan import members_of
from simulation.experiments.runner import run_ensemble
from simulation.results import provenance

if TYPE_CHECKING:
    from simulation.experiments.runner import Progress

RUNS, SCALE, SEED = 100, 0.1, 1
FOLLOWED = 2023  # last year of what single firms go through: no figure behind those checks is of a later year
# What checks and figures read of the stored runs.
READ = (
    "adoption_rate", "adoption_rate_by_size", "adoption_rate_by_value", "chips_imported", "compute_capacity",
    "core_revenue", "cr4_speech_language", "cr5_platform", "equity_funding_broad", "equity_funding_core",
    "firm_conversions", "firm_entries", "funding_by_channel", "funding_by_region", "posted_wage_by_tier",
    "talent_by_region", "talent_graduates", "tech_gap_index", "top300_share", "top5_province_share_firms",
    "venture_commitments", "wage_by_tier", "wage_it_sector", "wage_software",
)  # fmt: skip
CHECKS: tuple[Check, ...] = (*EPISODES, *RESPONSES, *PATTERNS)


@dataclass(frozen=True)
class Milestones:
    """Checks with their results.

    Parameters
    ----------
    rows : list of dict
        One row a check, columns ``simulation.analysis.milestones.checks.COLUMNS``.
    runs : Runs
        What they were read from.
    made_with : dict
        Versions, posterior, runs, scale, seed.
    """

    rows: Table
    runs: Runs
    made_with: dict[str, Any]

    def counts(self) -> dict[str, dict[str, int]]:
        """Number of checks by kind and result."""
        kinds = dict.fromkeys(row["kind"] for row in self.rows)
        return {
            kind: {result: sum(row["kind"] == kind and row["result"] == result for row in self.rows)
                   for result in (AGREES, DISAGREES, ABSENT)}
            for kind in kinds
        }  # fmt: skip


def run_milestones(
    runs: int = RUNS,
    scale: float = SCALE,
    seed: int = SEED,
    jobs: int | None = None,
    progress: Progress | None = None,
    folder: Path | None = None,
    checks: Sequence[Check] = CHECKS,
) -> Milestones:
    """Run every world and judge every check.

    Parameters
    ----------
    runs : int
        Runs of each world, each with a parameter set of the posterior of its own and the same random numbers in all.
    scale : float
        Share of small firms and people simulated, 0-1.
    seed : int
    jobs : int, optional
        Worker processes, all cores by default; the rows do not depend on it.
    progress : callable, optional
        As of :func:`simulation.experiments.run_ensemble`.
    folder : Path, optional
        Where the runs are kept and from where they are continued; by default nowhere.
    checks : sequence of Check, optional

    Raises
    ------
    RunFailed
        When no run finished.
    """
    listed = scenarios()
    with tempfile.TemporaryDirectory() as temporary:
        result = run_ensemble(
            listed, replicates=runs, seed=seed, scale=scale, until=LAST, jobs=jobs, parameter_sets=None,
            out=folder or Path(temporary) / "runs", resume=folder is not None and folder.exists(), progress=progress,
        )  # fmt: skip
        dataset = result.dataset[list(READ)].load()
        result.dataset.close()
    actual = listed[[world.id for world in WORLDS].index(ACTUAL)]
    histories = follow_all(actual, members_of(None, range(runs)), seed, scale, FOLLOWED, jobs)
    read = Runs(dataset, histories)
    failed = int(result.manifest.get("status", {}).get("failed", 0))
    made_with = {
        "program_version": provenance.program_version(), "model_version": provenance.MODEL_VERSION,
        "data_version": provenance.data_version(), "posterior": result.manifest["posterior"], "runs": runs,
        "failed": failed, "scale": scale, "seed": seed, "worlds": [world.id for world in WORLDS],
    }  # fmt: skip
    return Milestones(judge(tuple(checks), read), read, made_with)
