"""What every figure must show, and that nothing on it is cut off or on top of other text."""

from __future__ import annotations

import itertools
import warnings
from pathlib import Path

import pytest
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from simulation.presentation import figures, plot_result
from simulation.presentation.sheet import Sheet

TEXTS = ("title", "subtitle", "notes")
Drawn = list[tuple[Sheet, Path]]


def texts_of(sheet: Sheet) -> dict[str, str]:
    """Texts around the plot area by name, lines joined."""
    return {
        text.get_gid(): text.get_text().replace("\n", " ") for text in sheet.figure.texts if text.get_gid() in TEXTS
    }


def boxes(sheet: Sheet) -> list[tuple[str, Bbox]]:
    """Boxes of all texts that are drawn, in pixels."""
    renderer = sheet.canvas.get_renderer()
    shown = list(sheet.figure.texts)
    for axes in sheet.figure.axes:
        if axes.get_visible():
            shown += _texts_of_panel(axes)
    return [
        (text.get_text(), Text.get_window_extent(text, renderer))
        for text in shown
        if text.get_visible() and text.get_text().strip()
    ]


def covered(shown: list[tuple[str, Bbox]]) -> list[tuple[str, str]]:
    """Pairs of texts of which one covers an eighth of the other."""
    found = []
    for (one, first), (other, second) in itertools.combinations(shown, 2):
        shared = Bbox.intersection(first, second)
        area = 0.0 if shared is None else max(shared.width, 0) * max(shared.height, 0)
        if area >= 0.12 * min(first.width * first.height, second.width * second.height):
            found.append((one, other))
    return found


def _texts_of_panel(axes: Axes) -> list[Text]:
    texts = [axes.title, axes._left_title, *axes.texts]
    if axes.get_legend() is not None:
        texts += axes.get_legend().get_texts()
    if axes.axison:
        for axis in (axes.xaxis, axes.yaxis):
            # The ticks that the next drawing would show; the axis keeps more of them in store.
            texts += [label for tick in axis._update_ticks() for label in (tick.label1, tick.label2)]
    return texts


def test_every_figure_says_what_it_shows(sheets: Drawn, request: pytest.FixtureRequest) -> None:
    for sheet, _ in sheets:
        texts = texts_of(sheet)
        assert set(texts) == set(TEXTS), sheet.kind
        assert len(texts["title"]) > 8
        runs = "12" if "one" in request.node.name else "6"
        assert runs in texts["subtitle"], f"{sheet.kind} does not state its number of runs"
        assert any(
            unit in texts["subtitle"] for unit in ("CNY", "%", "firms", "people", "unit", "nominal", "年", "元", "家")
        )
        assert "aiplan 0.0-synthetic" in texts["notes"], f"{sheet.kind} does not state the version"
        scenario = "made_up" if "one" in request.node.name else "no_plan_counterfactual:strict"
        assert scenario in texts["notes"], f"{sheet.kind} does not name its scenario"


def test_money_names_its_price_basis_and_revenue_its_scope(sheets: Drawn) -> None:
    for sheet, _ in sheets:
        subtitle = texts_of(sheet)["subtitle"]
        if sheet.kind in ("overview", "core", "related", "funding", "wages") or sheet.kind.startswith("target_years"):
            assert "nominal" in subtitle or "名义值" in subtitle
        if sheet.kind == "core":
            assert "scope A" in subtitle or "A口径" in subtitle


def test_related_revenue_carries_its_caveat(sheets: Drawn) -> None:
    for sheet, _ in sheets:
        if sheet.kind in ("overview", "related") or sheet.kind.startswith("target_years"):
            everything = " ".join(texts_of(sheet).values())
            assert "iResearch 2020" in everything or "艾瑞2020年" in everything


def test_nothing_leaves_the_sheet(sheets: Drawn) -> None:
    for sheet, _ in sheets:
        width, height = sheet.figure.get_size_inches() * sheet.figure.dpi
        for text, box in boxes(sheet):
            assert box.x0 > 0 and box.y0 > 0, f"{sheet.kind}: {text!r} leaves the sheet"
            assert box.x1 < width and box.y1 < height, f"{sheet.kind}: {text!r} leaves the sheet"


def test_texts_do_not_cover_each_other(sheets: Drawn) -> None:
    for sheet, _ in sheets:
        assert not covered(boxes(sheet)), sheet.kind


def test_files_are_written_side_by_side(sheets: Drawn) -> None:
    for sheet, folder in sheets:
        assert (folder / f"{sheet.kind}.png").stat().st_size > 20_000
        assert (folder / f"{sheet.kind}.csv").stat().st_size > 100


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_character_is_missing_from_the_shipped_fonts(
    one_scenario: xr.Dataset, tmp_path: Path, language: str
) -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="Glyph.*missing")
        plot_result(one_scenario, tmp_path, language=language)


def test_only_the_shipped_fonts_are_used(sheets: Drawn) -> None:
    from matplotlib import font_manager

    for sheet, _ in sheets:
        for text in sheet.figure.findobj(Text):
            chosen = font_manager.findfont(text.get_fontproperties())
            assert "Aiplan" in Path(chosen).name, f"{text.get_text()!r} is set in {chosen}"


def test_fonts_come_with_their_licence() -> None:
    from simulation.presentation.style import FONTS

    sizes = sum(path.stat().st_size for path in FONTS.glob("*.otf"))
    assert 0 < sizes < 1_000_000
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / "OFL.txt").read_text(encoding="utf-8")


def test_drawing_leaves_the_global_settings_alone(one_scenario: xr.Dataset, tmp_path: Path) -> None:
    import matplotlib

    before = dict(matplotlib.rcParams)
    plot_result(one_scenario, tmp_path, ["core"])
    assert dict(matplotlib.rcParams) == before


def test_figures_are_the_same_bytes_each_time(one_scenario: xr.Dataset, tmp_path: Path) -> None:
    for name in ("a", "b"):
        plot_result(one_scenario, tmp_path / name, ["related"], svg=True)
    for suffix in ("png", "csv"):
        assert (tmp_path / "a" / f"related.{suffix}").read_bytes() == (
            tmp_path / "b" / f"related.{suffix}"
        ).read_bytes()
    assert 'id="related R1|made_up|related_revenue_r1|median"' in (tmp_path / "a" / "related.svg").read_text("utf-8")


def test_an_unknown_figure_or_language_is_named(one_scenario: xr.Dataset, tmp_path: Path) -> None:
    from simulation.errors import UsageError

    with pytest.raises(UsageError, match="revenu"):
        plot_result(one_scenario, tmp_path / "new", ["revenu"])
    with pytest.raises(UsageError, match="fr"):
        plot_result(one_scenario, tmp_path / "new", ["core"], language="fr")
    assert not (tmp_path / "new").exists()
    assert next(iter(figures.KINDS)) == "overview"
