"""Words of the figures of target probabilities and of the frozen forecast, in both languages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulation.results import provenance as made_by

FINAL = "final"  # vintage of everything that may be fitted
INDICATORS = {"en": {"core": "Core", "related": "Related"}, "zh": {"core": "核心产业", "related": "相关产业"}}
KINDS: dict[str, dict[str, str]] = {"en": {}, "zh": {"conditional": "有条件", "unconditional": "无条件"}}
TEXTS = {
    "en": {
        "title": "Probability of each target of the plan, by vintage and scope",
        "subtitle": "Probability that revenue of the year exceeds the target in that scope, forecast from what had "
        "been published at the end of each year  |  bn CNY a year, nominal  |  bars: 5 to 95 % over parameter sets",
        "panel": "{what} {year}: more than {value} {unit}",
        "unconditional": "ten outside drivers after the vintage drawn",
        "conditional": "outside drivers as they came to be (what the model says once told of them)",
        "over": "{year} over",
        "reached": "{scope}: exceeded, published {published}",
        "missed": "{scope}: not exceeded, published {published}",
        "brier": "Brier score",
        "reading": "Probabilities count parameters, chance, scope factor and (solid lines) outside drivers, without "
        "the publisher's noise. The last vintage is everything that may be fitted: no figure of revenue, firms, "
        "funding or talent for 2024 or later, and none that is held out. Grey: the year was over at the vintage, which "
        "makes it a nowcast; it is not scored. The end label is the last vintage.",
        "decided": "Figures in the package decide {count} of {all} target and scope pairs. A Brier score is the "
        "squared distance of a probability to what came to be: 0 is best, 0.25 a coin; a single outcome says little.",
        "scopes": "A is the CAICT definition of 2019-2023, N the narrow one until about 2020, I that of iResearch; in "
        "B nothing that is in the package was published. R1 to R3 are definitions of this model.",
        "related": "Related industry is weakly identified: one published observation (iResearch 2020), and it is a "
        "floor.",
        "designs": "Posterior of one design, re-weighted for each vintage: {designs} runs at scale {scale:g}.",
        "provenance": "Model result under the assumptions of the scenario files. aiplan {version} (model {model}, "
        "data {data}).",
        "runs": "{runs:,} {kind}",
        "joined": " and ",
        "end": "end\n{year}",
        "final": "all to\nbe fitted",
        "frozen_title": "Frozen forecast of {day}: 2024 to 2030",
        "frozen_subtitle": "What publishers would print: median with 50, 80 and 90 % intervals; outside drivers "
        "drawn after 2023  |  nominal CNY, scope in each title, logarithmic axes (shares: %)",
        "observed": "published, fitted (with the 90 % noise of the fit)",
        "held_out": "published, held out",
        "floor": "floor",
        "target": "more than {value}",
        "core_revenue": "Core revenue, bn CNY a year, scope A",
        "related_revenue": "Related revenue, bn CNY a year, R2",
        "core_firms": "Firms on the widened list",
        "equity_funding": "Equity funding, bn CNY a year, broad scope",
        "talent_total": "AI-skilled staff, 1,000 persons",
        "shares": "Probability of the targets",
        "row": "{what} {year}, {scope}",
        "iresearch": "iResearch 2020, scope I: a floor",
        "no_figure": "no published figure counts this",
        "no_forecast": "not estimable",
        "earlier_list": "open square: earlier, shorter list",
        "frozen_reading": "Quantiles hold parameters, chance, scope factors, outside drivers and the publisher's "
        "noise; the probabilities (with 5 to 95 % over parameter sets) leave that noise out. Lines in other colours "
        "are medians in other scopes; dotted lines and upright strokes: outside drivers of historical_actual. "
        "No figure for 2024 or later was fitted; those for 2023 were held out. "
        "R2 has no publisher: the noise of iResearch's floor (0.7 in logarithms) is taken for it, which widens its "
        "fan.",
        "claims_elsewhere": "The hindcast decides what may be claimed of a scope.",
        "exploratory": "By the hindcast every scope is exploratory.",
        "claimed": "By the hindcast core revenue in scope {scopes} is a projection up to 2025, all else exploratory.",
    },
    "zh": {
        "title": "各目标实现概率：按信息时点与口径",
        "subtitle": "该口径下当年收入超过目标的概率，依据各年末已公布数据预测  |  亿元，名义值  |  竖线：参数集5%至95%",
        "panel": "{what}{year}年：超过{value}{unit}",
        "unconditional": "时点之后外部驱动未知（随机抽取）",
        "conditional": "外部驱动取实际路径",
        "over": "{year}年已结束",
        "reached": "{scope}：已超过，{published}公布",
        "missed": "{scope}：未超过，{published}公布",
        "brier": "Brier评分",
        "reading": "概率包含参数、随机性、口径系数与（实线）外部驱动，不含公布误差。最后一个时点为全部可拟合数据："
        "不含2024年及以后的数据与保留数据。灰色：该年已结束，不计分。右侧标注为最后时点。",
        "decided": "已有数据可判定{all}个目标与口径中的{count}个。Brier评分为概率与结果之差的平方：0最好。",
        "scopes": "A为中国信通院2019-2023年口径，N为约至2020年的窄口径，I为艾瑞口径；B口径无公布值。"
        "R1至R3为本模型定义。",
        "related": "相关产业识别较弱：仅有一个公布值（艾瑞2020年），且为下限。",
        "designs": "同一设计按各时点重新加权：{designs}次运行，规模{scale:g}。",
        "provenance": "情景假设下的模型结果。aiplan {version}（模型 {model}，数据 {data}）。",
        "runs": "{kind}{runs:,}",
        "joined": "、",
        "end": "{year}\n年末",
        "final": "全部\n拟合",
        "frozen_title": "{day}所作预测：2024至2030年",
        "frozen_subtitle": "冻结后不再更改  |  公布值的中位数与50%、80%、90%区间；2023年后外部驱动随机抽取  |  "
        "名义值，口径见各图标题，对数坐标",
        "observed": "公布值，已拟合（竖线为90%误差）",
        "held_out": "公布值，未拟合",
        "floor": "下限",
        "target": "超过{value}",
        "core_revenue": "核心产业收入，亿元，A口径",
        "related_revenue": "相关产业收入，亿元，R2",
        "core_firms": "扩大后名录企业数",
        "equity_funding": "股权融资，亿元，宽口径",
        "talent_total": "人工智能人才，千人",
        "shares": "目标实现概率",
        "row": "{what}{year}年，{scope}",
        "iresearch": "艾瑞2020年I口径：下限",
        "no_figure": "无对应公布值",
        "no_forecast": "无法估计",
        "earlier_list": "空心方块：早期较短名录",
        "frozen_reading": "分位数包含参数、随机性、口径系数、外部驱动与公布误差；概率不含公布误差，"
        "横线为参数集5%至95%。其他颜色为其他口径中位数；点线与短竖线为外部驱动取实际路径。"
        "未使用2024年及以后的数据，2023年数据未参与拟合。"
        "R2无公布机构，取艾瑞下限的误差（对数0.7），故扇形较宽。",
        "claims_elsewhere": "可作何种结论由回溯检验决定。",
        "exploratory": "依回溯检验，各口径均为探索性。",
        "claimed": "依回溯检验，核心产业{scopes}口径至2025年可作预测，其余为探索性。",
    },
}


def vintage_name(name: str, language: str, short: bool = False) -> str:
    """Vintage as an axis names it; the year alone where it is short."""
    if name == FINAL:
        return TEXTS[language]["final"]
    year = name.partition("-")[0]
    return year if short else TEXTS[language]["end"].format(year=year)


def provenance(designs: Sequence[dict[str, Any]], language: str) -> str:
    """Runs and scale of the designs, and the versions that a figure was made with."""
    say = TEXTS[language]
    told, gap = "", " " if language == "en" else ""
    if designs:
        kinds: dict[str, int] = {}
        for row in designs:
            kind = str(row["design"]).partition("-")[0]
            kinds[kind] = kinds.get(kind, 0) + int(row["runs"])
        words = KINDS[language]
        told_runs = [say["runs"].format(runs=runs, kind=words.get(kind, kind)) for kind, runs in kinds.items()]
        told = say["designs"].format(designs=say["joined"].join(told_runs), scale=float(designs[0]["scale"])) + gap
    return told + say["provenance"].format(
        version=made_by.program_version(), model=made_by.MODEL_VERSION, data=made_by.data_version()
    )
