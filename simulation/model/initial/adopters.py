"""Adopters of 2016Q1: organisations and household groups by sector, province and size class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.inputs.dimensions import size
from simulation.model.blocks import Adoption, Peers, Uses
from simulation.model.state import Adopters
from simulation.model.streams import encode_ids

if TYPE_CHECKING:
    from simulation.model.economy import Economy

FULL, LEAST = 50_000, 10_000
ADOPTER_ORIGIN = 40
ROWS_BY_SIZE = np.array([0.5, 0.3, 0.2])


def build_adopters(economy: Economy) -> Adopters:
    """Weighted adopters, at least 10,000 rows at any scale.

    Rows of a sector and size class share its value added in proportion to a log-normal draw; early adopters of 2016 are
    those with the highest benefit in their size class.
    """
    p, streams = economy.parameters, economy.streams
    total = max(LEAST, int(FULL * economy.scale))
    value = p.path("value_added")[0]
    weight = np.sqrt(value)
    rows_by_sector = np.maximum((total * weight / weight.sum()).astype(int), 60)
    sector = np.repeat(np.arange(size("sector")), rows_by_sector)
    slot = np.concatenate([np.arange(rows) for rows in rows_by_sector])
    uid = np.concatenate([encode_ids(ADOPTER_ORIGIN, 0, np.arange(rows), s) for s, rows in enumerate(rows_by_sector)])
    place = (slot + 0.5) / rows_by_sector[sector]
    size_class = np.searchsorted(np.cumsum(ROWS_BY_SIZE), place)
    gdp = p["gdp_share"] / p["gdp_share"].sum()
    draws = streams.uniform("adopter_initial", uid, 0, 1)
    region = np.minimum(np.searchsorted(np.cumsum(gdp), draws), size("region") - 1)
    adopters = Adopters(len(sector))
    spread = np.exp(p["adopter_size_dispersion"] * streams.normal("adopter_initial", uid, 0, 2))
    group = sector * size("size_class") + size_class
    by_value, by_count = (shares / shares.sum() for shares in (p["value_share_by_size"], p["count_share_by_size"]))
    value_share = spread / np.bincount(group, spread)[group] * by_value[size_class]
    count = by_count[size_class] / np.bincount(group)[group] * p["enterprise_share"][sector]
    data = p["data_endowment"][sector] * np.exp(0.4 * streams.normal("adopter_initial", uid, 0, 3))
    threshold = p["threshold_dispersion"] * streams.normal("adopter_initial", uid, 0, 4)
    rank = threshold + p["size_benefit"][size_class] + 0.3 * np.log(data)
    start = np.zeros(len(sector), dtype=bool)
    ends = np.cumsum(rows_by_sector)
    early = p["initial_adoption"] * p["adoption_speed"] * rows_by_sector
    for first, end, adopting in zip(ends - rows_by_sector, ends, early.astype(int), strict=True):
        start[first + np.argsort(-rank[first:end], kind="stable")[:adopting]] = True
    scaled = start & (streams.uniform("adopter_initial", uid, 0, 5) < p["initial_scaled_share"])
    adopters.add(
        uid, sector=sector, region=region, size_class=size_class, cell=sector * size("region") + region,
        value_share=value_share, count=count, count_sample=count / count.sum() * FULL, data=data, threshold=threshold,
        value_total=value_share * value[sector], adopted=np.where(start, -1, -9), scaled=scaled,
        depth=np.where(start, p["pilot_depth"], 0.0) + np.where(scaled, 0.3, 0.0),
    )  # fmt: skip
    # ``adopted`` is the quarter of adoption; those of before 2016 carry 0, those who have not adopted -9.
    adopters.adopted[start] = 0
    return adopters


def measure_adoption(economy: Economy) -> Adoption:
    """The block of sums over adopters with its denominators; the sums themselves are taken with the first orders."""
    a, sectors, cells = economy.adopters, size("sector"), size("sector") * size("region")
    by_sector = [np.bincount(a.sector, column, sectors) for column in (a.count, a.value_share, a.count_sample)]
    return Adoption(
        uses=Uses(*(np.zeros(size("size_class") if name.endswith("by_size") else sectors) for name in Uses._fields)),
        organisations=by_sector[0], organisations_by_size=np.bincount(a.size_class, a.count, size("size_class")),
        value=by_sector[1], value_added=economy.parameters.path("value_added")[0],
        peers=Peers(
            np.bincount(a.cell, minlength=cells), np.bincount(a.cell, a.count_sample, cells), np.zeros(cells),
            by_sector[2], np.zeros(sectors),
        ),
    )  # fmt: skip
