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
# # A first run
#
# Five steps: run a small ensemble of the plan as written, read the verdict, look at two figures, change one lever
# on the same random numbers, and see what that difference is worth. Everything here also exists as a command
# (`aiplan run`, `aiplan targets`, `aiplan plot`).
#
# What comes out are statements about the model under the assumptions of a scenario, not observations and not a
# forecast.

# %%
import os
import tempfile
from pathlib import Path

import numpy as np
from IPython.display import Image, display

import simulation
from simulation.analysis.bands import annual
from simulation.analysis.targets import format_targets

# Continuous integration runs the same cells on a smaller economy: the numbers are then of no interest.
FAST = os.environ.get("AIPLAN_NOTEBOOK_FAST") == "1"
SETTINGS = {"replicates": 4, "scale": 0.05, "jobs": 1} if FAST else {"replicates": 20, "scale": 0.1}
folder = Path(tempfile.mkdtemp(prefix="aiplan-first-run-"))

# %% [markdown]
# ## 1. Run
#
# A scenario is a readable file; `plan_baseline` is the plan carried out on time, without outside shocks. Its
# effective values, each with unit, source and the line that sets it, are printed by `aiplan show plan_baseline`.

# %%
study = simulation.load("plan_baseline")
print(study.scenario.title["en"])
print(study.scenario.story["en"])
result = study.run(out=folder / "baseline", **SETTINGS)

# %% [markdown]
# ## 2. The verdict
#
# Read a row from left to right:
#
# 1. **scope** first. "AI core industry" means sums that differ by a factor of five between publishers: N is the
#    narrow statistic until about 2020, A the CAICT definition of 2019-2023, B the newer one, I that of iResearch.
#    R1, R2 and R3 are this model's three definitions of related industry. A verdict without its scope means
#    nothing.
# 2. **probability** is the share of runs above the threshold, **low** and **high** its 90 % interval. With few runs
#    the interval is wide, and it stays so however certain the middle looks.
# 3. **margin** says by how much the median run is above (+) or below (-) the threshold, **year_reached** by when
#    half of the runs have been above it. They often matter more than yes or no.
# 4. **extrapolated** marks years after the scope's last publication, **flag** marks related industry, which is
#    weakly identified: there is one published observation (iResearch 2020), otherwise targets and forecasts.

# %%
print(format_targets(result.targets()))

# %% [markdown]
# ## 3. Two figures
#
# Every figure states unit, scope, price basis, statistic, number of runs, scenario and version, and has a CSV with
# exactly the data drawn beside it.

# %%
for path in result.plot("core", "target_years"):
    if path.suffix == ".png":
        display(Image(filename=path, width=900))

# %% [markdown]
# ## 4. One lever, same randomness
#
# A scenario of one's own needs five lines: what it extends, and what it changes. Here the subsidy for adopters is
# held at a fifth of the cost of adoption from 2018 on.

# %%
own = folder / "higher_adoption_subsidy.yaml"
own.write_text(
    "kind: scenario\n"
    "schema_version: 1\n"
    "extends: plan_baseline\n"
    "title: {en: Higher adoption subsidy, zh: 提高应用补贴}\n"
    "policy: {adoption_subsidy: {2018Q1: 0.2}}\n",
    encoding="utf-8",
)
both = simulation.load("plan_baseline", own).run(out=folder / "compared", **SETTINGS)

# %% [markdown]
# Run 7 of one scenario and run 7 of the other share their random numbers: the same candidates found firms, the same
# projects break through, unless the lever itself changes that. So the difference is taken run by run.

# %%
yearly = annual(both.dataset["core_revenue"], "flow")
baseline, changed = (yearly.isel(scenario=position).transpose("member", "year") for position in (0, 1))
difference = (changed - baseline).values
print("Difference in core revenue (scope A), bn CNY a year, run by run")
print("year   median     5 %    95 %   runs above zero")
for year in (2018, 2020, 2025, 2030):
    values = difference[:, list(yearly["year"].values).index(year)]
    low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
    print(f"{year}  {middle:7.1f} {low:7.1f} {high:7.1f}   {(values > 0).sum()} of {len(values)}")

# %% [markdown]
# Before 2018 the two scenarios are the same economy, to the last bit. After that the paired difference is less noisy
# than the two ensembles taken separately; the ratio below says by how much. It usually falls with the years, as the
# two economies drift apart: early differences are cheap, late ones may need more runs.

# %%
before = yearly["year"].values < 2018
assert (difference[:, before] == 0).all()
for year in (2019, 2020, 2025, 2030):
    position = list(yearly["year"].values).index(year)
    apart = baseline.values[:, position].var() + changed.values[:, position].var()
    paired = difference[:, position].var()
    ratio = "no noise left" if paired == 0 else f"{apart / paired:.1f} times"
    print(f"{year}: variance of independent ensembles over variance of paired differences: {ratio}")

# %%
for path in both.plot("core"):
    if path.suffix == ".png":
        display(Image(filename=path, width=900))

# %% [markdown]
# ## 5. What may be said
#
# - "In x % of runs under the plan baseline and scope A the 2030 target is exceeded (90 % interval a-b)."
# - "In the model a higher adoption subsidy changes core revenue in 2025 by the median above, relative to the
#   baseline."
#
# What may not be said: that the plan caused an observed figure, that a number is a forecast, or that a difference
# whose interval includes zero is an effect. The size of the support is not equal between the two scenarios either:
# the changed one spends more public money, which a comparison at equal budget would have to take into account.
