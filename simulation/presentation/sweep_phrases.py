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
    "axis_mu_star": ("mean absolute effect of the factor's whole range, {unit}", "因子全范围的平均绝对效应，{unit}"),
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
        "Lines and bars: 90 % bootstrap intervals. Effects depend on the ranges the experiment gives its factors.",
        "越靠右越重要；接近或高于虚线者通过交互或非线性起作用。误差线为90%自助区间。效应取决于实验设定的因子范围。",
    ),
    "note_morris_bars": (
        "Mean absolute effect of moving a factor over its range, from points of random trajectories; bars: 90 % "
        "bootstrap intervals. Effects depend on the ranges that the experiment gives its factors.",
        "沿随机轨迹各点使因子在其范围内变动的平均绝对效应；误差线为90%自助区间。效应取决于实验设定的因子范围。",
    ),
    "note_sobol": (
        "Shares of the variance of the mean outcome over the ranges that the experiment gives its factors; bars: 90 % "
        "bootstrap intervals; a small negative value is estimation error.",
        "在实验设定的因子范围内对平均结果方差的占比；误差线为90%自助区间；微小负值为估计误差。",
    ),
    "note_latin_hypercube": (
        "Distance between the outcome's distribution with a factor held in a slice and its whole distribution.",
        "因子固定于某一切片时结果分布与总体分布之间的距离。",
    ),
    "note_over_time": (
        "Dashed: share of the variance of a single run that its random numbers make.",
        "虚线：单次运行方差中由随机数造成的占比。",
    ),
    "note_convergence": (
        "Indices from the first part of the sample; bands: 90 % bootstrap intervals. Flat ends mean that a larger "
        "sample would not change the ranking.",
        "由样本前一部分得到的指数；区间为90%自助区间。末端平稳表示更大样本不会改变排序。",
    ),
    "sweep_provenance_single": (
        "Model result under the assumptions of the experiment {experiment}. aiplan {version}; {points} points with one "
        "run each, so the share of chance is not known; scale {scale}.",
        "本图为实验 {experiment} 假设下的模型结果。aiplan {version}；{points}个设计点，每点一次运行，"
        "故随机占比未知；规模 {scale}。",
    ),
    "sweep_provenance": (
        "Model result under the assumptions of the experiment {experiment}. aiplan {version}; {points} points with "
        "{replicates} runs each; scale {scale}; share of the variance of a run that is chance: {chance}.",
        "本图为实验 {experiment} 假设下的模型结果。aiplan {version}；{points}个设计点，每点{replicates}次运行；"
        "规模 {scale}；单次运行方差中的随机占比：{chance}。",
    ),
}
