"""Every sentence and unit that figures print, in English and Chinese.

Labels of variables, provinces, sectors and the rest come from the input tables; here are only the sentences around
them. Wording is neutral: results are statements about the model under assumptions.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulation.presentation.sweep_phrases import SWEEP_PHRASES

LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class Unit:
    """How a unit is shown: the stored value times ``factor``, named ``label``."""

    factor: float
    label: str


# unit of the variable table -> language -> (factor, label); Chinese readers count money in hundred millions.
_UNITS: dict[str, dict[str, tuple[float, str]]] = {
    "bn_cny": {"en": (1, "bn CNY"), "zh": (10, "亿元")},
    "bn_cny/year": {"en": (1, "bn CNY"), "zh": (10, "亿元")},
    "bn_cny/quarter": {"en": (1, "bn CNY"), "zh": (10, "亿元")},
    "thousand_cny": {"en": (1, "thousand CNY"), "zh": (0.1, "万元")},
    "thousand_cny/year": {"en": (1, "thousand CNY"), "zh": (0.1, "万元")},
    "share": {"en": (100, "%"), "zh": (100, "%")},
    "percent": {"en": (1, "%"), "zh": (1, "%")},
    "persons": {"en": (0.001, "thousand people"), "zh": (0.0001, "万人")},
    "firms": {"en": (1, "firms"), "zh": (1, "家")},
    "count": {"en": (1, "firms"), "zh": (1, "家")},
    "ratio": {"en": (1, "ratio"), "zh": (1, "比值")},
    "index": {"en": (1, "index"), "zh": (1, "指数")},
}

# Strengths of a scenario that ships in several; others are shown as they are written.
_STRENGTHS_ZH = {"strict": "严格", "moderate": "适中", "weak": "宽松"}

_PHRASES: dict[str, tuple[str, str]] = {
    # what every figure states
    "nominal": ("nominal", "名义值"),
    "a_year": ("{unit} a year", "{unit}/年"),
    "year_end": ("{unit} at year end", "年末，{unit}"),
    "scope": ("scope {scope}: {label}", "{scope}口径：{label}"),
    "panel_scope": ("{scope}: {label}", "{scope}：{label}"),
    "pair": ("{one}, {other}", "{one}，{other}"),
    "flow_lines": ("solid: all entries, dotted: all exits", "实线：全部进入；点线：全部退出"),
    "stock_lines": ("solid: alive, dashed: as lists count", "实线：存活；虚线：按名录口径"),
    "scope_short": ("scope {scope}", "{scope}口径"),
    "statistic_bands": ("median, 50 % and 90 % bands of {runs} runs", "{runs}次运行的中位数及50%、90%区间"),
    "statistic_comparison": ("median and 50 % band of {runs} runs each", "各{runs}次运行的中位数及50%区间"),
    "statistic_median": ("medians of {runs} runs", "{runs}次运行的中位数"),
    "statistic_share": ("share of {runs} runs", "{runs}次运行中的占比"),
    "scenario": ("scenario: {names}", "情景：{names}"),
    "with_strength": ("{name} ({strength})", "{name}（{strength}）"),
    "of_scenario": ("{text}; scenario: {name}", "{text}；情景：{name}"),
    "provenance": (
        "Model result under the assumptions of the scenario. aiplan {version}; scenario {ids}; {runs} runs a scenario "
        "({sets}); scale {scale}. Bands show only what varies between these runs.",
        "本图为情景假设下的模型结果。aiplan {version}；情景 {ids}；每情景{runs}次运行（{sets}）；"
        "规模 {scale}。区间仅反映上述运行间的差异。",
    ),
    "model": ("model", "模型"),
    "data": ("data", "数据"),
    "variants": ("Rule variants: {list}.", "规则变体：{list}。"),
    "members": ("{sets} parameter sets, {seeds} seeds", "{sets}组参数，{seeds}个随机种子"),
    "members_one": ("one parameter set, {seeds} seeds", "一组参数，{seeds}个随机种子"),
    "left_out": (
        "The first {shown} of {all} scenarios are shown; the tables hold all.",
        "仅显示{all}个情景中的前{shown}个；表格含全部情景。",
    ),
    "few_runs": (
        "Few runs: with {runs} runs the outer band is close to the smallest and largest run.",
        "运行次数少：{runs}次运行时，外侧区间接近最小与最大的一次。",
    ),
    "related_caveat": (
        "Weakly identified: one published observation (iResearch 2020), otherwise targets and forecasts.",
        "弱识别：仅有一个公开观测值（艾瑞2020年），其余为目标与预测。",
    ),
    "observations_as_published": (
        "Filled markers: published values; hollow: derived from published values; arrows: floors (more "
        "than). Scopes are not mixed.",
        "实心：公布值；空心：由公布值推算；箭头：下限（超过）。不同口径不混用。",
    ),
    "scopes_note": (
        "Values in a scope after its last publication are extrapolated: A and I from 2024, N from 2021; B "
        "has no published level "
        "in this package. B, I and N are scope A times a factor with its own uncertainty.",
        "各口径末次公布之后为外推：A和I自2024年起，N自2021年起；B在本软件包中无公布水平。B、I、N为A口径乘以带不确定性的系数。",
    ),
    "log_scale": ("logarithmic scale", "对数坐标"),
    "own_scales": ("each panel has its own scale", "各图坐标不同"),
    "statistic_outer": ("median and 90 % band of {runs} runs", "{runs}次运行的中位数及90%区间"),
    "statistic_inner": ("median and 50 % band of {runs} runs", "{runs}次运行的中位数及50%区间"),
    "related_label": ("Related industry driven by AI", "人工智能带动的相关产业"),
    "related_definitions": (
        "R1, R2 and R3 are definitions of this model and nested in that order of breadth; none includes core revenue. "
        "Years without any value (R1 before gains are realised) have no place on a logarithmic scale.",
        "R1、R2、R3为本模型的定义，由窄到宽；均不含核心产业收入。数值为零的年份（R1实现收益之前）无法在对数坐标上显示。",
    ),
    "published": ("published by", "公布机构"),
    "talent_note": (
        "Dot: back-cast of authors at top venues (Dongbi Data / UNIDO ITPO) with its range.",
        "圆点：顶级会议作者数的回推值及区间（东壁数据/UNIDO ITPO）。",
    ),
    "percent_year_end": ("% at year end", "年末，%"),
    "percent_national": ("% of the national total", "占全国比重，%"),
    "adoption_lines": (
        "solid: share of adopters (count weighted); dashed: AI depth (value weighted, median)",
        "实线：采用者占比（按数量）；虚线：应用深度（按增加值，中位数）",
    ),
    "adoption_note": (
        "Sectors in the order of their adoption at the end; the number is the median share of adopters in "
        "the last year.",
        "行业按期末采用率排序；数字为末年采用者占比的中位数。",
    ),
    "adoption_note_many": (
        "Sectors in the order of their adoption at the end in the first scenario.",
        "行业按首个情景的期末采用率排序。",
    ),
    "provinces_note": (
        "Median over runs of each province's share in the run; shares of medians need not add up to 100 %.",
        "各省份在每次运行中占比的中位数；合计不一定为100%。",
    ),
    "annual_nominal": ("yearly revenue, nominal", "年收入，名义值"),
    "scope_in_row": ("scope in each row", "口径见各行"),
    "target_row": ("{indicator} {year}: > {value} {unit}, {scope}", "{indicator} {year}：>{value}{unit}，{scope}"),
    "panel_units": ("unit in each panel", "单位见各图"),
    "panel_talent": ("AI engineers at year end", "年末人工智能工程师"),
    "overview_note": (
        "Black bars: plan targets; markers: published values (publishers named in the single figures). "
        "Adoption: solid share of adopters, dashed AI depth. Firms: solid alive, dashed as the lists count, "
        "dotted known to list makers.",
        "黑色横线：规划目标；标记：公布值（机构见单图）。采用：实线为采用者占比，虚线为应用深度。企业：实线为存活，虚线为按名录口径，点线为名录可见。",
    ),
    "overview_note_many": (
        "Black bars: plan targets; markers: published values (publishers named in the single figures). "
        "Adoption: solid share of adopters, dashed AI depth. Firms: solid alive, dashed as the lists count.",
        "黑色横线：规划目标；标记：公布值（机构见单图）。采用：实线为采用者占比，虚线为应用深度。企业：实线为存活，虚线为按名录口径。",
    ),
    "and": ("and", "和"),
    "runs": ("runs", "次运行"),
    "median": ("median", "中位数"),
    "target_short": ("> {value}", ">{value}"),
    "target": ("plan target", "规划目标"),
    "floor": ("floor", "下限"),
    "derived": ("derived", "推算"),
    # titles: what is seen
    "title_revenue": (
        "{label}, {scope}: median {value} {unit} in {year}; the {year} target is exceeded in {share} of {runs} runs",
        "{label}（{scope}）：{year}年中位数{value}{unit}；{runs}次运行中{share}超过{year}年目标",
    ),
    "title_revenue_plain": (
        "{label}, {scope}: median {value} {unit} in {year}",
        "{label}（{scope}）：{year}年中位数{value}{unit}",
    ),
    "title_revenue_many": (
        "{label}, {scope}: medians in {year} from {low} ({low_name}) to {high} {unit} ({high_name})",
        "{label}（{scope}）：{year}年中位数从{low}（{low_name}）到{high}{unit}（{high_name}）",
    ),
    "title_related": (
        "{label}: the {year} target is exceeded in {r1} of {runs} runs by R1, {r2} by R2 and {r3} by R3",
        "{label}：按R1、R2、R3定义，{runs}次运行中超过{year}年目标的分别占{r1}、{r2}和{r3}",
    ),
    "title_related_plain": (
        "{label}: medians in {year} are {r1} (R1), {r2} (R2) and {r3} {unit} (R3)",
        "{label}：{year}年中位数为{r1}（R1）、{r2}（R2）和{r3}{unit}（R3）",
    ),
    "title_funding": (
        "Funding of AI firms: broad equity funding has its highest median, {value} {unit}, in {year}",
        "人工智能企业融资：宽口径股权融资中位数在{year}年最高，为{value}{unit}",
    ),
    "title_funding_many": (
        "Funding of AI firms: broad equity funding in {year}, medians from {low} ({low_name}) to {high} "
        "{unit} ({high_name})",
        "人工智能企业融资：{year}年宽口径股权融资中位数从{low}（{low_name}）到{high}{unit}（{high_name}）",
    ),
    "title_firms": (
        "AI firms: median {alive} alive and {listed} as the lists count at the end of {year}; most entries in {peak}",
        "人工智能企业：{year}年末存活{alive}家、按名录口径{listed}家（中位数）；新进入最多在{peak}年",
    ),
    "title_firms_many": (
        "AI firms alive at the end of {year}: medians from {low} ({low_name}) to {high} ({high_name})",
        "{year}年末存活的人工智能企业：中位数从{low}（{low_name}）到{high}（{high_name}）",
    ),
    "million_people": ("{value} million people", "{value}百万人"),
    "title_talent": (
        "AI-skilled people: median {value} at the end of {year}, {ratio} times the end of {first}",
        "人工智能人才：{year}年末中位数{value}，为{first}年末的{ratio}倍",
    ),
    "title_talent_many": (
        "AI-skilled people at the end of {year}: medians from {low} ({low_name}) to {high} {unit} ({high_name})",
        "{year}年末人工智能人才：中位数从{low}（{low_name}）到{high}{unit}（{high_name}）",
    ),
    "title_wages": (
        "Wages: {tier} at a median of {value} {unit} a year in {year}, {ratio} times the software wage",
        "工资：{year}年{tier}中位数为每年{value}{unit}，是软件业工资的{ratio}倍",
    ),
    "title_adoption": (
        "AI adoption: median {value} of adopters at the end of {year}; by sector from {low} ({low_name}) to "
        "{high} ({high_name})",
        "人工智能采用：{year}年末采用率中位数{value}；分行业从{low}（{low_name}）到{high}（{high_name}）",
    ),
    "title_provinces": (
        "Provinces: the five largest hold {value} of AI firms at the end of {year}, {before} at the end of {first}",
        "省份：前五省份在{year}年末占人工智能企业的{value}，{first}年末为{before}",
    ),
    "title_target_years": (
        "First year above each target: the verdict depends on the scope ({name})",
        "首次超过各目标的年份：结论取决于口径（{name}）",
    ),
    "title_overview": (
        "{name}: {year} targets exceeded in {core} of {runs} runs (core, scope A) and {related} (related, R2)",
        "{name}：{runs}次运行中超过{year}年目标的占{core}（核心，A口径）和{related}（相关，R2）",
    ),
    "title_overview_plain": ("Overview: {name}", "概览：{name}"),
    # panels
    "panel_core": ("AI core industry revenue, scope A", "核心产业收入，A口径"),
    "panel_related": ("Related industry revenue, R2", "相关产业收入，R2"),
    "panel_channels": ("Funding of core firms by channel (stack of medians)", "核心企业融资，分渠道（中位数堆叠）"),
    "panel_equity": ("Equity funding, broad scope", "股权融资，宽口径"),
    "panel_stock": ("Number of firms at year end", "年末企业数量"),
    "panel_flow": ("Entry and exit in the year (medians)", "当年进入与退出（中位数）"),
    "panel_medians": ("{label}, year end (medians)", "年末{label}（中位数）"),
    "panel_wages": ("Wages, last quarter, at yearly rate, log scale", "工资，年末季度，折年，对数坐标"),
    "panel_ranked": ("Share of the national total in {year}, medians", "{year}年占全国比重，中位数"),
    "panel_concentration": ("Share of the five largest provinces", "前五省份占比"),
    "panel_adoption": ("AI adoption, share of adopters", "人工智能采用率"),
    "panel_verdict": ("Share of runs above the target in its year", "目标年份超过目标的运行占比"),
    "all_sectors": ("All sectors", "全部行业"),
    "count_weighted": ("adopters, count weighted", "采用者占比（按数量）"),
    "depth": ("AI depth, value weighted", "应用深度（按增加值）"),
    "alive": ("alive", "存活"),
    "recognised": ("known to list makers", "名录可见"),
    "listed": ("as the lists count", "按名录口径"),
    "founded": ("founded or\nspun off", "新设或分拆"),
    "converted": ("converted to AI", "转入"),
    "failed": ("failed", "退出"),
    "acquired": ("acquired", "被收购"),
    "software": ("Software firms", "软件企业"),
    "it_sector": ("IT sector", "信息业"),
    "observed_range": ("published or estimated range", "公布或估计区间"),
    "other_provinces": ("{count} further provinces", "其余{count}省份"),
    "never": ("not by {year}", "至{year}年未达"),
    "outlined": (
        "Cells: % of runs whose first year above the threshold it is. Outlined: the target's own year; cells "
        "to its left are early, to its right late. Scope N is read only to 2020.",
        "单元格：首次超过门槛的年份在各次运行中的占比（%）。方框为目标年份；左侧为提前，右侧为推迟。N口径仅读至2020年。",
    ),
    "stack_note": (
        "The stack adds medians by channel; their sum need not equal the median of the sum. It holds money of core "
        "firms only: about half of broad equity funding enters core firms.",
        "堆叠为各渠道中位数之和，不一定等于总额的中位数；仅含核心企业：宽口径股权融资约一半进入核心企业。",
    ),
    "judgement_note": (
        "Observed equity: filled markers were seen or derived from published counts, hollow ones are "
        "estimates by judgement; "
        "lines show low to high.",
        "股权观测值：实心为公布或推算，空心为判断估计；竖线为低至高区间。",
    ),
    "list_note": (
        "Lists hold a share of the firms that list makers know and were widened once, in 2021-22; the dashed line "
        "counts as they do. The widening multiplies the count, so that the dashed line can lie above that share "
        "and above the number of firms known to list makers. "
        "Lists of different makers (CNNIC, CAICT/MIIT) are not the same count.",
        "名录只含其可见企业的一部分，并于2021-22年扩大一次；虚线按名录口径计数，扩大使计数成倍增加，因而可高于该比例。各机构名录（CNNIC、信通院/工信部）口径不同。",
    ),
    "wage_note": (
        "Published: annual mean wage in the IT sector, urban non-private units (National Bureau of Statistics).",
        "公布值：信息业城镇非私营单位年平均工资（国家统计局）。",
    ),
}


def say(key: str, language: str, **values: object) -> str:
    """A sentence in a language (``en`` or ``zh``); ``KeyError`` for an unknown sentence."""
    phrases = _PHRASES if key in _PHRASES else SWEEP_PHRASES
    return phrases[key][LANGUAGES.index(language)].format(**values)


def strength(name: str, language: str) -> str:
    """Strength of a scenario in words."""
    return _STRENGTHS_ZH.get(name, name) if language == "zh" else name.replace("_", " ")


def unit(name: str, language: str) -> Unit:
    """How a unit of the variable table is shown in a language; unknown units are shown as they are written."""
    factor, label = _UNITS.get(name, {}).get(language, (1.0, name.replace("_", " ")))
    return Unit(factor, label)


def share_text(value: float, language: str) -> str:
    """A share between 0 and 1 as a whole percentage; below 1 % and above 99 % stays visibly short of the end."""
    percentage = 100 * value
    gap = " " if language == "en" else ""
    if 0 < percentage < 1:
        return f"<1{gap}%"
    if 99 < percentage < 100:
        return f">99{gap}%"
    return f"{percentage:.0f}{gap}%"


def number(value: float) -> str:
    """A number with three figures that matter at most and thousands separators."""
    if value != value:
        return "–"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) >= 10:
        return f"{value:.0f}"
    return f"{value:.2g}" if value else "0"


def names(texts: list[str], language: str) -> str:
    """A list in words: ``a, b and c``."""
    if len(texts) < 2:
        return "".join(texts)
    comma, last = (", ", f" {say('and', language)} ") if language == "en" else ("、", "、")
    return comma.join(texts[:-1]) + last + texts[-1]
