"""Words of the figures of the hindcast, in two languages."""

from __future__ import annotations

from simulation.results import provenance as made_by

TEXTS = {
    "en": {
        "fans_title": "Forecasts from earlier years, and what was published later",
        "fans_subtitle": "Information in real time, ten outside drivers after the origin drawn  |  aiplan: median, "
        "50 %, 80 % and 90 % bands; rivals: medians  |  logarithmic axes, nominal prices",
        "fans_note": "Dots: published figures in the panel's scope, filled where the origin knew them, open where they "
        "came later; an arrow marks a lower bound. A line is missing where a rival cannot be estimated from what the "
        "origin knew. Few figures exist and several of them are forecast from more than one origin. The model's priors "
        "were set by people who knew the figures to 2022: only 2023 is new to both model and modeller. Forecasts hold "
        "the publishers' noise.",
        "origin": "end of {year}",
        "nothing": "not estimable",
        "scores_title": "Scores of the model and of its rivals",
        "scores_subtitle": "Origins and horizons as in cases.csv; ten outside drivers after the origin drawn, unknown "
        "to the model; scopes that a rival forecasts too",
        "scores_note": "Above: CRPS of each rival over that of aiplan, on the cases that both forecast (their number "
        "beside the mark); right of 1 aiplan was better, marks beyond the axis stand at its edge. Below: share of its "
        "own cases that each model's 90 % band holds; beside the mark the number of different figures, on which the "
        "average rests. With so few figures a difference of scores is no more than a hint.",
        "ratio": "CRPS / CRPS of aiplan",
        "coverage": "90 % band holds, percent",
        "real_time": "real time",
        "pseudo_real_time": "pseudo-real time (figures known from their date on)",
        "provenance": "aiplan {version}, model {model}, data {data}. Model's forecasts: posterior of each origin; "
        "nothing is simulated or fitted anew here.",
    },
    "zh": {
        "fans_title": "往年年末作出的预测与其后公布的数据",
        "fans_subtitle": "实时信息，起点之后的外部驱动因素未知  |  aiplan：中位数与50%、80%、90%区间；"
        "对照方法：中位数  |  对数坐标，现价",
        "fans_note": "圆点：本口径的公布数据，实心为起点时已知，空心为其后公布；箭头表示下限。"
        "若依起点已知数据无法估计，则不画线。数据很少，同一数据由多个起点预测。"
        "设定先验者已知2022年以前的数据：只有2023年对模型与建模者都是新的。预测含公布误差。",
        "origin": "{year}年末",
        "nothing": "无法估计",
        "scores_title": "模型与其他方法的得分",
        "scores_subtitle": "起点与期限见cases.csv；模型未知起点之后的外部驱动因素；仅列有对照方法的口径",
        "scores_note": "上：各对照方法与aiplan的CRPS之比，仅用双方都预测的案例（标记旁为案例数）；大于1表示aiplan较好，"
        "超出坐标者画在边缘。下：各方法90%区间包含其案例的比例；标记旁为不同数据的个数。数据如此之少，得分差异只是提示。",
        "ratio": "CRPS与aiplan之比",
        "coverage": "90%区间包含率（%）",
        "real_time": "实时",
        "pseudo_real_time": "准实时（数据自其日期起已知）",
        "provenance": "aiplan {version}，模型{model}，数据{data}。模型预测取各起点的后验；此处不作新的模拟或拟合。",
    },
}
MODELS = {
    "aiplan": ("aiplan", "aiplan"),
    "constant_growth": ("constant growth", "不变增速"),
    "autoregression": ("AR(1) of growth", "增速AR(1)"),
    "logistic": ("logistic", "逻辑斯蒂"),
    "gompertz": ("Gompertz", "Gompertz"),
    "bass": ("Bass", "Bass"),
    "target_line": ("line to target", "目标直线"),
    "diffusion_twin": ("diffusion twin", "扩散孪生"),
    "dynamics_twin": ("dynamics twin", "系统动力学孪生"),
    "institutes": ("institutes", "机构预测"),
}
SERIES = {
    "core_revenue": (("core revenue", "bn CNY a year"), ("核心产业规模", "十亿元/年")),
    "related_revenue": (("related revenue", "bn CNY a year"), ("带动产业规模", "十亿元/年")),
    "core_firms": (("core firms", "firms"), ("核心企业", "家")),
    "equity_funding": (("equity funding", "bn CNY a year"), ("股权融资", "十亿元/年")),
    "researchers": (("researchers", "persons"), ("研究人员", "人")),
    "ai2000_scholars": (("AI 2000 scholars", "persons"), ("AI 2000学者", "人")),
}
SCOPES = {"list": "名录", "wide list": "扩大名录", "broad": "宽口径"}


def model_name(model: str, language: str) -> str:
    """Name of the model or of a rival."""
    return MODELS[model][language == "zh"]


def scope_name(series: str, scope: str, language: str) -> tuple[str, str]:
    """Name of a series with its scope and unit, and the unit."""
    name, unit = SERIES[series][language == "zh"]
    if language == "zh":
        return f"{name}（{SCOPES.get(scope, scope)}），{unit}", unit
    return f"{name}, {scope}, {unit}" if len(scope) > 1 else f"{name}, scope {scope}, {unit}", unit


def short_name(series: str, scope: str, language: str) -> tuple[str, str]:
    """Name of a series, and its scope, for narrow panels."""
    name = SERIES[series][language == "zh"][0]
    if language == "zh":
        return name, SCOPES.get(scope, scope)
    return name, scope if len(scope) > 1 else f"scope {scope}"


def provenance(language: str) -> str:
    """Versions that a figure was made with."""
    return TEXTS[language]["provenance"].format(
        version=made_by.program_version(), model=made_by.MODEL_VERSION, data=made_by.data_version()
    )
