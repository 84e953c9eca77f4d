"""The figures of a result: what there is, and drawing them into files."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from simulation.errors import StoreConflict, UsageError

logger = logging.getLogger("aiplan.figures")

# Figure -> module, in the order in which they are drawn; each module has a function of the figure's name.
KINDS = {
    "overview": "overview",
    "core": "revenue",
    "related": "revenue",
    "target_years": "target_years",
    "funding": "funding",
    "firms": "firms",
    "talent": "talent",
    "wages": "talent",
    "adoption": "adoption",
    "provinces": "provinces",
}

# What a figure cannot be drawn without; sweeps do not store all of it.
NEEDS = {
    "overview": ("core_revenue", "related_revenue_r2", "equity_funding_broad", "talent_by_tier", "adoption_depth"),
    "core": ("core_revenue",),
    "related": ("related_revenue_r2",),
    "target_years": ("core_revenue",),
    "funding": ("equity_funding_broad", "funding_by_channel"),
    "firms": ("firms_alive", "firms_recognised", "firm_entries", "firm_conversions", "firm_exits", "firm_acquisitions"),
    "talent": ("talent_by_tier",),
    "wages": ("wage_by_tier", "wage_software", "vacancy_ratio_by_tier"),
    "adoption": ("adoption_rate", "adoption_depth", "adoption_rate_by_sector", "adoption_depth_by_sector"),
    "provinces": ("firms_by_region",),
}

MOST = 8  # scenarios that lines and colours can tell apart
SEPARATE = ("target_years",)  # figures that give each scenario a sheet of its own


def plot_result(
    result: Any,
    folder: str | Path,
    kinds: Iterable[str] | None = None,
    language: str = "en",
    svg: bool = False,
) -> list[Path]:
    """Draw figures of a result, each as PNG with a CSV of exactly the data drawn.

    Parameters
    ----------
    result : Result, xarray.Dataset or path
        A result, its dataset (dimensions scenario, member, time), or a result folder. With several scenarios every
        figure compares them, the first ``MOST`` at most.
    folder : path
        Where the files go; made if missing.
    kinds : iterable of str, optional
        Names of ``KINDS``; by default all that the stored variables allow.
    language : {'en', 'zh'}
        Language of titles and labels.
    svg : bool
        Write an SVG beside each PNG as well.

    Returns
    -------
    list of Path
        The files written, figure by figure: ``<kind>.png``, with ``svg`` ``<kind>.svg``, and ``<kind>.csv``. Several
        scenarios give one ``target_years-<scenario>`` each.

    Raises
    ------
    UsageError
        For an unknown kind or language, or a kind that was asked for and needs variables which the result lacks.
    StoreConflict
        When the folder cannot be written.
    """
    chosen = list(KINDS) if kinds is None else list(kinds)
    unknown = [kind for kind in chosen if kind not in KINDS]
    if unknown:
        raise UsageError(f"no such figure: {', '.join(unknown)}; there are {', '.join(KINDS)}")
    paths: list[Path] = []
    with drawing():
        from simulation.presentation.view import View

        everything = View(result, language)
        compared = everything.first(MOST)
        if compared is not everything and set(chosen) - set(SEPARATE):
            logger.warning(
                "figures compare the first %d of %d scenarios; tables and data hold all",
                MOST,
                len(everything.scenarios),
            )
        for kind in chosen:
            view = everything if kind in SEPARATE else compared
            missing = [name for name in NEEDS[kind] if not view.has(name)]
            if missing and kinds is not None:
                raise UsageError(f"the result does not hold what {kind} shows: {', '.join(missing)}")
            if missing:
                logger.info("left out %s: the result holds no %s", kind, ", ".join(missing))
                continue
            for sheet in make(view, kind):
                try:
                    paths += sheet.save(Path(folder), svg)
                except OSError as error:
                    raise StoreConflict(f"cannot write figures into {folder}: {error.strerror}") from error
    return paths


def make(view: Any, kind: str) -> list[Any]:
    """The sheets of one kind of figure, drawn and not yet saved."""
    from importlib import import_module

    maker: Callable[[Any], list[Any]] = getattr(import_module(f"simulation.presentation.{KINDS[kind]}"), kind)
    return maker(view)


def drawing() -> Any:
    """Context in which figures are made and saved: the settings of :mod:`simulation.presentation.style`."""
    import matplotlib

    from simulation.presentation import style

    return matplotlib.rc_context(style.parameters())
