"""Places, links, gates and routes as flat frames that any GIS takes: texts, numbers, one shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors import schema
from corridors.arcs import HOURS, USD
from corridors.cost import ALL_PARTS
from corridors.exchange.tables import cell_text
from corridors.routing import MEASURES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from corridors.cost import Cargo
    from corridors.network import Network
    from corridors.routing import Route

WGS84 = "EPSG:4326"


@dataclass(frozen=True, eq=False)
class Parcel:
    """What an export is made of.

    Attributes
    ----------
    net
        The network.
    routes
        Routes to add to the layers.
    places
        Places of the skims.
    cargo
        The shipment; one loaded TEU when None.
    """

    net: Network
    routes: tuple[Route, ...] = ()
    places: tuple[str, ...] = ()
    cargo: Cargo | None = None


#: A figure of a link is given from its start to its end, and back.
DIRECTIONS = ("ab", "ba")


def flat(net: Network, table: str) -> Any:
    """Places, links or gates as a GeoDataFrame without lists: cells as in the tables.

    Parameters
    ----------
    net
        The network; its gates decide what is ``open``.
    table
        ``places``, ``links`` or ``gates``.

    Returns
    -------
    GeoDataFrame
        WGS 84, one row each, in the order of the table.
    """
    frame = getattr(net, table).reset_index()
    columns = schema.columns(table)
    for name in frame.columns:
        if name in columns and columns[name].kind != "number":
            frame[name] = [cell_text(table, name, cell) for cell in frame[name]]
    return frame


def link_figures(net: Network, cargo: Cargo | None = None) -> dict[str, np.ndarray[Any, Any]]:
    """Figures of every link in both directions.

    Parameters
    ----------
    net
        The network.
    cargo
        The shipment; one loaded TEU when left out.

    Returns
    -------
    dict
        ``hours_ab`` and ``hours_ba`` and so on, shape (links,), for ``hours`` (h, dwell at the
        gates included), ``usd`` (of one shipment, fees and duties included), ``co2_kg`` (kg CO2e
        of one shipment), ``dwell_h`` and ``fee_usd`` (at the gates alone).
    """
    arcs, figures = net.arcs, net.figures(cargo)
    of_arc = {
        "hours": figures.hours,
        "usd": figures.usd,
        "co2_kg": figures.co2_kg,
        "dwell_h": _part(net, HOURS, "border"),
        "fee_usd": _part(net, USD, "fees"),
    }
    number = {place: at for at, place in enumerate(net.seeds.places)}
    tail = np.array([number[state.place] for state in arcs.states])[arcs.tail]
    start = np.array([number[link.from_] for link in net.seeds.links.values()] or [0])
    hauls = np.flatnonzero(arcs.link >= 0)[::-1]
    forward = tail[hauls] == start[arcs.link[hauls]]
    found = {}
    for way, chosen in zip(DIRECTIONS, (hauls[forward], hauls[~forward]), strict=True):
        for name, values in of_arc.items():
            column = np.zeros(len(arcs.links))
            column[arcs.link[chosen]] = values[chosen]
            found[f"{name}_{way}"] = column
    return found


def _part(net: Network, measure: int, part: str) -> np.ndarray[Any, Any]:
    """What one part adds to a measure, of every arc."""
    terms = net.arcs.terms[measure]
    amounts = np.where(terms.part == schema.PARTS.index(part), terms.amounts(net.values), 0.0)
    return np.bincount(terms.arc, weights=amounts, minlength=net.arcs.count)


def routes_frame(routes: Iterable[Route]) -> Any:
    """Routes as a GeoDataFrame, one row each, with totals and their parts.

    Parameters
    ----------
    routes
        Routes of one or of several networks.

    Returns
    -------
    GeoDataFrame
        WGS 84; ``km``, ``hours``, ``usd``, ``co2_kg`` and ``generalised_usd`` are totals, and
        ``hours_moving``, ``usd_haulage`` and so on the parts of hours and USD.
    """
    import geopandas
    from shapely.geometry import LineString

    ways = list(routes)
    rows = [_route_row(way) for way in ways]
    shapes = [LineString(_two(way.line())) for way in ways]
    return geopandas.GeoDataFrame(rows, geometry=shapes, crs=WGS84)


def _route_row(way: Route) -> dict[str, Any]:
    row: dict[str, Any] = {
        name: getattr(way, name) for name in ("origin", "destination", "by", "scenario", "date")
    }
    row |= {measure: way.total(measure) for measure in MEASURES}
    row |= {name: way.total(name) for name in ("borders", "transfers", "gauge_changes")}
    row |= {
        name: "; ".join(getattr(way, name))
        for name in ("countries", "modes", "gates", "links", "places")
    }
    for part in ALL_PARTS:
        row[f"hours_{part}"] = sum(leg.hours_by.get(part, 0.0) for leg in way.legs)
        row[f"usd_{part}"] = sum(leg.usd_by.get(part, 0.0) for leg in way.legs)
    return row


def _two(line: Sequence[schema.Point]) -> list[schema.Point]:
    """A line has two points at least, even where a route stays at its place."""
    return [*line, line[-1]] if len(line) == 1 else list(line)
