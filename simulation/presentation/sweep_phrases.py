"""Sentences of the figures of sweeps, in English and Chinese; used through :mod:`simulation.presentation.wording`."""

SWEEP_PHRASES: dict[str, tuple[str, str]] = {
    "rule_variant": ("Rule of {rule}", "规则变体：{rule}"),
    "random_seed": ("Random seed", "随机种子"),
    "title_morris": ("{outcome}: {factor} moves it most", "{outcome}：{factor}影响最大"),
    "title_tornado": ("{outcome}: {factor} matters most", "{outcome}：最重要的是{factor}"),
    "title_over_time": ("What drives {outcome}, year by year", "{outcome}的驱动因素，逐年"),
    "title_convergence": ("Whether the sample is large enough", "样本是否足够大"),
    "method_morris": ("Morris screening, {n} trajectories", "Morris筛选，{n}条轨迹"),
    "method_sobol": ("Sobol indices, {n} base points", "Sobol指数，{n}个基点"),
    "method_latin_hypercube": ("PAWN indices, {n} points of a Latin hypercube", "PAWN指数，拉丁超立方{n}点"),
    "axis_mu_star": ("mean absolute effect of the factor's stated range, {unit}", "因子所述范围的平均绝对效应，{unit}"),
    "axis_sigma": ("spread of the effects, {unit}", "效应的离散程度，{unit}"),
    "axis_total": ("total share of the variance", "总效应方差占比"),
    "axis_relative": ("mean absolute effect, largest of the year = 1", "平均绝对效应，当年最大者=1"),
    "axis_pawn_median": ("PAWN index (median distance)", "PAWN指数（中位距离）"),
    "axis_sample_morris": ("trajectories used", "所用轨迹数"),
    "axis_sample_sobol": ("base points used", "所用基点数"),
    "index_mu_star": ("mean absolute effect", "平均绝对效应"),
    "index_total": ("total order, with interactions", "总阶（含交互）"),
    "index_first": ("first order, alone", "一阶（单独）"),
    "index_pawn_median": ("PAWN", "PAWN"),
    "note_morris": (
        "A point far right matters; a point near or above the dotted line acts through interactions or non-linearly. "
        "Effect of the middle three quarters of a factor's distribution (quantiles 1/8 to 7/8), for rules of switching "
        "between two of them. Lines: 90 % bootstrap intervals.",
        "越靠右越重要；接近或高于虚线者通过交互或非线性起作用。效应对应因子分布的中间四分之三（1/8至7/8分位数），"
        "规则则为两种变体之间的切换。误差线为90%自助区间。",
    ),
    "note_morris_bars": (
        "Mean absolute effect of moving a factor through the middle three quarters of its distribution (quantiles 1/8 "
        "to 7/8) or of switching a rule, from points of random trajectories.",
        "沿随机轨迹各点使因子在其分布中间四分之三（1/8至7/8分位数）内变动、或切换规则的平均绝对效应。",
    ),
    "note_intervals": ("Bars: 90 % bootstrap intervals.", "误差线为90%自助区间。"),
    "note_sobol": (
        "Shares of the variance of the mean outcome over the ranges that the experiment gives its factors; a "
        "small negative value is estimation error.",
        "在实验设定的因子范围内对平均结果方差的占比；微小负值为估计误差。",
    ),
    "note_latin_hypercube": (
        "Distance between the outcome's distribution with a factor held in a slice and its whole distribution.",
        "因子固定于某一切片时结果分布与总体分布之间的距离。",
    ),
    "note_over_time": (
        "Dashed: share of the variance of a single run that its random numbers make, alone and with the factors.",
        "虚线：单次运行方差中由随机数（单独及与因子交互）造成的占比。",
    ),
    "note_convergence": (
        "Indices from the first part of the sample; bands: 90 % bootstrap intervals. Lines that still move or "
        "bands that overlap leave the order open; flat ends alone do not prove it.",
        "由样本前一部分得到的指数；区间为90%自助区间。曲线仍在变动或区间重叠时排序未定；末端平稳本身并非证明。",
    ),
    "sweep_provenance_single": (
        "Model result under the assumptions of the experiment {experiment}. aiplan {version}; {points} points with one "
        "run each, seeds: {seeds}, so the share of chance is not known; scale {scale}.",
        "本图为实验 {experiment} 假设下的模型结果。aiplan {version}；{points}个设计点，每点一次运行，"
        "随机种子{seeds}个，故随机占比未知；规模 {scale}。",
    ),
    "sweep_provenance": (
        "Model result under the assumptions of the experiment {experiment}. aiplan {version}; {points} points with "
        "{replicates} runs each; {seeds} random seeds; scale {scale}; share of the variance of a run that is chance: "
        "{chance}.",
        "本图为实验 {experiment} 假设下的模型结果。aiplan {version}；{points}个设计点，每点{replicates}次运行；"
        "{seeds}个随机种子；规模 {scale}；单次运行方差中的随机占比：{chance}。",
    ),
    "chance_of_few_seeds": (
        "{share} (rough: {seeds} seeds, {freedom} degrees of freedom)",
        "{share}（粗略：{seeds}个种子，自由度{freedom}）",
    ),
    "note_common_seeds": (
        "All points use the same seeds: indices hold for these seeds.",
        "各设计点使用相同种子：指数以所用种子为条件。",
    ),
}
