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
# # Calibrated on what was known, judged on what came after
#
# What was fitted to what, what the data can and cannot say, how good the forecasts of earlier years were, and what is
# forecast from here. Four rules hold throughout:
#
# 1. A figure may be used from the day it was *published*, in the scope its publisher then used.
# 2. Rows marked `holdout` (2023) and facts marked for validation are never fitted. No figure of revenue, firms,
#    funding, talent or adoption in China for 2024 or later was fitted or looked up. One fitted row stands near that
#    line: researchers in 2017, cast back from a count of 2024 that was published in 2025.
# 3. The model competes with simple rivals, and the cases that it loses stand in the same table.
# 4. Everything is a model result under the assumptions of the scenario files.
#
# The numbers come from committed tables: simulating the designs takes long. `aiplan calibrate`, `aiplan hindcast`,
# `aiplan facts --out results/facts` and `aiplan milestones` make them again, and nothing but the first simulates for
# a fit. The hindcast is computed here, as it simulates nothing.

# %%
import hashlib
import json
import tempfile
from collections import Counter
from pathlib import Path

from IPython.display import Image, display

import simulation
from simulation.analysis.frames import format_table
from simulation.calibration.identifiability import WIDEST
from simulation.inputs.evidence import calibration_rows
from simulation.inputs.registry import registry
from simulation.presentation import calibration, fit, frozen, vintages
from simulation.results.text import read_csv

RESULTS = Path(simulation.__file__).parents[1] / "results"  # of the repository, wherever the notebook is run
folder = Path(tempfile.mkdtemp(prefix="aiplan-calibration-"))
tables = {path.stem: read_csv(path) for path in (RESULTS / "calibration").glob("*.csv")}
designs, final = tables["designs"], tables["vintages"][-1]


def show(sheet):
    """Draw a sheet as it is written to a folder, with its data beside it."""
    display(Image(filename=sheet.save(folder, svg=False)[0], width=1000))


def share(part, whole):
    """A count as text."""
    return f"{part} of {whole}" + (f" ({100 * part / whole:.0f} %)" if whole else "")


# %% [markdown]
# ## 1. What was fitted to what
#
# At most ten parameters may be fitted; the others keep their priors and stay uncertain. One design of runs is
# simulated once, an emulator learns it, and every posterior below only re-weights the same points.

# %%
print(format_table(designs, digits={"scale": 3}))
rows = calibration_rows()
print()
print(f"{final['fitted_parameters']} parameters are fitted to {final['fitted_rows']} published figures;")
print(f"{final['floors']} of them are floors, which count against values below them alone.")
by_series = Counter((row.series, row.role) for row in rows)
kinds = ("calibrate", "weak_prior", "holdout")
counted = [
    {"series": name, **{kind: by_series[name, kind] for kind in kinds}}
    for name in dict.fromkeys(row.series for row in rows)
]
print(format_table(counted))

# %% [markdown]
# What each origin knew. In *real time* a figure counts from its publication; in *pseudo-real time* from the date it is
# for. `sets` is the effective number of parameter sets after weighting: where it is small, intervals are rough.

# %%
print(format_table(tables["vintages"], digits={"sets": 0, "median_in_group": 1, "least_in_group": 1}))

# %% [markdown]
# ## 2. Can the data tell? Prior, posterior and identifiability
#
# Before any published figure is looked at, simulated histories are fitted as if they were published. A parameter stays
# only if its posterior is on the median at most 0.7 of its prior wide; 90 % intervals should hold the truth in 85 to
# 95 % of cases. On the left what the published figures then say; on the right how well each parameter could be found.

# %%
posterior = [row for row in tables["parameters"] if row["vintage"] == final["vintage"]]
show(calibration.figure(posterior, tables["identifiability"], final["fitted_rows"], WIDEST))

# %%
last = max(row["round"] for row in tables["identifiability"])
together = next(row for row in tables["identifiability"] if row["round"] == last and row["parameter"] == "all")
dropped = {row["parameter"] for row in tables["identifiability"]} - {"all"}
dropped -= {row["parameter"] for row in posterior if row["fitted"]}
print(
    f"{together['truths']} synthetic truths: 90 % intervals hold the parameter in "
    f"{100 * together['coverage_90']:.0f} % of {together['cases']} cases; median width "
    f"{together['median_width']:.2f} of the prior."
)
print("Left the fitted set, and keep their priors:", ", ".join(sorted(dropped)) or "none")
zero = [row for row in posterior if row["prior_not_positive"] > 0]
print("\nParameters whose prior spans zero (additionality among them): mass at and below zero")
print(format_table(zero, ("parameter", "fitted", "prior_not_positive", "not_positive")))

# %% [markdown]
# ## 3. The fit
#
# Each published figure over the median of what the model expects its publisher to print. Staying inside is what a fit
# is made for; it says little about the next figure. Open circles were not used.

# %%
show(fit.fit_figure(tables["fit"], designs))
outside = [row for row in tables["fit"] if not row["inside_90"]]
print("Outside their 90 % interval:", ", ".join(row["figure"] for row in outside) or "none")

# %% [markdown]
# ## 4. Where the uncertainty comes from
#
# Seeds are one part of the spread and rarely the largest. What is not fitted keeps its prior and is shown as such: a
# narrow fit of a few parameters must not look like knowledge of all of them.

# %%
show(fit.shares_figure(tables["uncertainty"], designs))

# %% [markdown]
# ## 5. The hindcast
#
# Forecasts from the end of 2019, 2020, 2021 and 2022, one to three years ahead, against growth rates, curves, the
# straight line to the target and two simple twins of the same economy. All see the same figures. The fans are those in
# real time with ten outside drivers drawn, the setting closest to a forecast of today.

# %%
from simulation.analysis.hindcast.cases import hindcast
from simulation.analysis.hindcast.claims import claims_table
from simulation.analysis.hindcast.summary import summary
from simulation.presentation.hindcast import sheets

cases = hindcast()
averages = summary(cases)
for sheet in sheets(averages, rows):
    show(sheet)

# %% [markdown]
# CRPS is the distance between a forecast distribution and what came, in the unit of the series: smaller is better.
# `crps_relative` is a rival's over the model's on the cases that both forecast: **below 1 the model lost**.
# `distinct_observations` says on how few different figures an average rests; none of these tables is a large sample.
# Coverage far above its name is no praise: the intervals are then wider than they need to be.

# %%
deciding = [
    row for row in averages
    if row["cases"] and row["information"] == "real_time" and row["drivers"] == "unconditional"
]  # fmt: skip
columns = ("series", "scope", "model", "crps", "crps_relative", "coverage_50", "coverage_80", "coverage_90",
           "bias_log", "rank", "cases", "distinct_observations")  # fmt: skip
print(format_table(deciding, columns, digits={"crps": 1}))

# %%
rivals = [row for row in deciding if row["model"] != "aiplan" and row["crps_relative"] is not None]
lost = [row for row in rivals if row["crps_relative"] < 1]
print(f"Rivals with a smaller CRPS than the model on shared cases: {share(len(lost), len(rivals))}")
print(format_table(lost, ("series", "scope", "model", "crps_relative", "shared_cases")) if lost else "none")
own = [case for case in cases if case["status"] == "scored" and case["model"] == "aiplan"]
for information in ("real_time", "pseudo_real_time"):
    for drivers in ("unconditional", "conditional"):
        chosen = [case for case in own if (case["information"], case["drivers"]) == (information, drivers)]
        held = {width: share(sum(case[f"inside_{width}"] for case in chosen), len(chosen)) for width in (50, 80, 90)}
        print(f"{information}, {drivers}: " + ", ".join(f"{width} % band holds {n}" for width, n in held.items()))

# %% [markdown]
# What may be claimed follows from this table by a rule that was written before: `projection` only where the 90 % band
# held at least 80 % of the cases and no naive rival had a smaller CRPS, on at least three different figures.

# %%
claims = claims_table(cases)
print(format_table(claims, ("indicator", "scope", "claim", "coverage_90", "best_naive", "reason")))

# %% [markdown]
# ## 6. Facts about firms, deals and adopters
#
# Statistics that studies found, computed on simulated data as their source computed them. Bounds are those of the
# sources and were never moved. A grade A fact passes only if it holds on at least 95 % of the seeds.

# %%
facts = read_csv(RESULTS / "facts" / "facts.csv")
scored = [row for row in facts if row["status"] == "scored" and row["certainty"] == "A"]
print("Unfitted facts of grade A that hold:", share(sum(bool(row["passed"]) for row in scored), len(scored)))
print(dict(Counter(row["status"] for row in facts)))
display(Image(filename=RESULTS / "facts" / "scoreboard.png", width=1000))
failed = [row for row in scored if not row["passed"]]
for row in failed:
    row["statistic"] = row["statistic"][:60]
print("Grade A, not fitted, and not passed:")
print(format_table(failed, ("id", "statistic", "low", "high", "value", "seeds_passed")))

# %% [markdown]
# ## 7. Milestones
#
# Episodes (the winter of 2018, COVID, the turn of 2021, export controls), one-off shocks and patterns. A check is a
# sign, a year or a source's range; where a parameter was fitted to the same figure or an input holds it, it says so.

# %%
checks = read_csv(RESULTS / "milestones" / "checks.csv")
for kind in dict.fromkeys(row["kind"] for row in checks):
    of_kind = [row for row in checks if row["kind"] == kind]
    fresh = [row for row in of_kind if row["data"] == "validation"]
    agree, agree_fresh = (sum(row["result"] == "agrees" for row in found) for found in (of_kind, fresh))
    print(
        f"{kind}: {share(agree, len(of_kind))} agree; of those nothing is fitted to, {share(agree_fresh, len(fresh))}"
    )
for row in checks:
    if row["result"] != "agrees":
        print(f"- {row['result']}: {row['seen']}")
display(Image(filename=RESULTS / "milestones" / "milestones.png", width=1000))

# %% [markdown]
# ## 8. The targets, as they stood at each vintage
#
# The same target has as many probabilities as there are scopes, and they differ more than the vintages do: whether the
# plan's numbers are met is first a question of what is counted. Related industry rests on one published floor.

# %%
show(vintages.figure(tables["targets_by_vintage"], designs))

# %%
known = [row for row in tables["targets_by_vintage"] if row["brier"] is not None]
columns = ("vintage", "drivers", "indicator", "year", "scope", "probability", "low", "high", "reached", "brier")
print("Forecasts of targets that published figures have decided:")
print(format_table(known, columns, digits={"brier": 3}))

# %% [markdown]
# ## 9. The frozen forecast
#
# Written once, with its digests, and not written over: what comes will be scored against it
# (`aiplan hindcast --observations FILE`), with no refit.

# %%
record_file = sorted((RESULTS / "forecasts").glob("*.json"))[-1]
record = json.loads(record_file.read_text(encoding="utf-8"))
for name, digest in record["files"].items():
    intact = hashlib.sha256((record_file.parent / name).read_bytes()).hexdigest() == digest
    print(f"{name}: {'as frozen' if intact else 'CHANGED since it was frozen'}")
parts = {name.removesuffix(".csv").rpartition("-")[2]: read_csv(record_file.parent / name) for name in record["files"]}
show(frozen.figure(parts["quantiles"], parts["targets"], designs, record["date"], claims))

# %%
shown = [
    row for row in parts["quantiles"]
    if row["drivers"] == "unconditional" and row["date"][:4] in ("2024", "2025", "2030") and row["scope"] != "N"
]  # fmt: skip
# Publication in scope N ended in 2020: it is not carried on.
print(format_table(shown, ("series", "scope", "date", "q05", "q25", "q50", "q75", "q95", "unit"),
                   digits=dict.fromkeys(("q05", "q25", "q50", "q75", "q95"), 0)))  # fmt: skip
ahead = [row for row in parts["targets"] if not row["nowcast"] and row["drivers"] == "unconditional"]
print("\nShares are parts of the variance of the logarithm of the outcome")
columns = ("indicator", "year", "scope", "probability", "low", "high", "margin", "share_chance_and_emulator",
           "share_fitted", "share_uncalibrated", "share_drivers", "share_scope")  # fmt: skip
print(format_table(ahead, columns))

# %% [markdown]
# ## 10. What one may say, and what not
#
# May be said: "under this model, these drivers and scope *M*, the target is exceeded with probability *p* (interval
# over parameter sets *a* to *b*)", with the word `projection` or `exploratory` as the table of section 5 has it.
#
# May not be said: that the plan caused a published figure; that a forecast is exact; anything about related industry
# without "weakly identified: one published observation (iResearch 2020), a floor"; that a probability near 0 or 100 %
# is knowledge: it is conditional on the model, and the facts it fails are listed in section 6.

# %%
labels = [registry().resolve(row["parameter"])[0].label("en") for row in posterior if row["fitted"]]
print(f"Model {record['model_version']}, program {record['program_version']}, forecast of {record['date']}")
print("Fitted:", "; ".join(dict.fromkeys(labels)))
print(record["caveat"])
