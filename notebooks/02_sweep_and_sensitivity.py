# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A sweep, and what drives the answer
#
# Four questions about one model: what does a lever do in steps, which of all levers and uncertainties matter at all,
# what share of the variance does each of the important ones make, and how much of a difference between two scenarios is
# chance. Each is a file and a command (`aiplan sweep`, `aiplan sensitivity`, `aiplan compare`); here they are called
# from Python.

# %%
import os
import re
import tempfile
from pathlib import Path

from IPython.display import Image, display

import simulation
from simulation.analysis.comparison import comparison_table
from simulation.analysis.frames import format_table
from simulation.experiments import run_ensemble
from simulation.experiments.outcomes import Outcome
from simulation.presentation.sensitivity import plot_sensitivity
from simulation.scenario import load

# Continuous integration runs the same cells on small designs and a small economy: the numbers are of no interest then.
FAST = os.environ.get("AIPLAN_NOTEBOOK_FAST") == "1"
folder = Path(tempfile.mkdtemp(prefix="aiplan-sweep-"))


def prepared(name: str) -> Path:
    """The shipped experiment, cut down for continuous integration."""
    text = simulation.experiment(name).experiment.text
    if FAST:
        head, _, rest = text.partition("factors:\n")
        factors, _, tail = rest.partition("\n\n")
        # The screening keeps the levers and the rules with rivals, the others their first four factors.
        lines = [line for line in factors.splitlines() if not re.match(r" +(parameters|vectors): ", line)]
        lines = lines if name == "screening" else lines[:4]
        # With one year left, outcomes that differ by year alone are the same.
        tail = re.sub(r"year: 20\d\d", "year: 2017", tail)
        outcomes = dict.fromkeys(line for line in tail.splitlines() if line.strip())
        text = "\n".join([f"{head}factors:", *lines, *outcomes]) + "\n"
        for pattern, fast in (
            (r"name: morris, n: \d+", "name: morris, n: 2"), (r"name: sobol, n: \d+", "name: sobol, n: 64"),
            (r"until: 2030", "until: 2017"), (r"scale: [\d.]+", "scale: 0.002"), (r"replicates: \d+", "replicates: 2"),
        ):  # fmt: skip
            text = re.sub(pattern, fast, text)
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


# %% [markdown]
# ## 1. One lever in steps
#
# Every level sees the same random numbers, so levels are compared run by run: `difference` is to the level at which the
# plan stays as it is (`base`), with its own error and 90 % interval, far smaller than the `error` of a mean.

# %%
grants = simulation.experiment(prepared("grants_sweep")).run(out=folder / "grants")
for outcome in grants.outcomes()[-1:]:
    print(outcome.name)
    print(
        format_table(
            grants.response(outcome),
            digits=dict.fromkeys(("mean", "error", "difference", "difference_error", "low", "high"), 2),
        )
    )

# %% [markdown]
# ## 2. Which factors matter at all
#
# Morris' screening moves one factor at a time along random trajectories: through the middle three quarters of the
# distribution of every lever and uncertain constant, and between the rivals of every rule. Far right means
# important; above the dotted line means that the effect depends on where the others stand.

# %%
screening = simulation.experiment(prepared("screening")).run(out=folder / "screening")
outcome = screening.outcomes()[-1]
print(screening.summary(outcome))
print(format_table(screening.sensitivity(outcome)[:15], digits=dict.fromkeys(("mu_star", "mu", "sigma"), 1)))

# %%
for path in plot_sensitivity(screening, folder / "figures", [outcome.name]):
    if path.suffix == ".png":
        display(Image(filename=path, width=900))

# %% [markdown]
# ## 3. Shares of the variance
#
# Sobol indices split the variance of the outcome: first order is what a factor does alone, total order includes its
# interactions. The dashed line in the figure over the years is the share of a single run's variance that is chance,
# alone and in interaction with the factors. All points share their seeds, so indices hold for these seeds.
# An index is a statement about the *ranges* in the file as much as about the model.

# %%
sobol = simulation.experiment(prepared("ten_that_matter")).run(out=folder / "sobol")
for outcome in sobol.outcomes():
    print(outcome.name)
    print(format_table(sobol.sensitivity(outcome), digits=dict.fromkeys(("first", "total", "pawn_median"), 3)))

# %%
for path in plot_sensitivity(sobol, folder / "figures", [sobol.outcomes()[0].name]):
    if path.suffix == ".png":
        display(Image(filename=path, width=900))

# %% [markdown]
# ## 4. How much of a difference is chance
#
# The same candidates found firms and the same projects break through in both scenarios, unless a lever changes that.
# The variance ratio says what the pairing saves: the variance that the difference of independent runs would have, over
# that of the pairs. It is large soon after the scenarios part and falls as the two worlds drift apart.

# %%
year = 2017 if FAST else 2030
result = run_ensemble(
    [load("plan_baseline"), load("signal_only")],
    replicates=4 if FAST else 40, scale=0.005 if FAST else 0.05, until=year, level="core", out=folder / "compared",
)  # fmt: skip
outcomes = [Outcome("core_revenue", each) for each in (2017, 2020, 2025, 2030) if each <= year]
print(format_table(comparison_table(result.dataset, outcomes), digits={"variance_ratio": 1}))
