"""Leaflet maps of the network, of routes and of scenarios; they open without a network."""

from __future__ import annotations

from functools import cache
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from corridors.errors import CorridorsError
from corridors.render.payload import GHOST_COLOUR, ROUTE_COLOURS, drawn_route, page_data
from corridors.routing import Route
from geo.leaflet import OfflineMap, Script, page_figure

if TYPE_CHECKING:
    from collections.abc import Iterable

    from corridors.compare import Comparison
    from corridors.network import Network

DATA_NOTE = (
    "Lines are for the eye; lengths are published ones where there are any. Figures are the "
    "model's for one loaded container (TEU), door to door, and carry wide ranges."
)


@cache
def asset(name: str) -> str:
    """A script or style sheet of the pages."""
    return files("corridors.render").joinpath(f"assets/{name}").read_text(encoding="utf-8")


def route_map(
    net: Network,
    routes: Route | Iterable[Route] = (),
    *,
    base: Route | None = None,
    title: str | None = None,
) -> OfflineMap:
    """The network with its gates, corridors and, if given, routes.

    Parameters
    ----------
    net
        The network; its gates are drawn open or shut as they stand in it.
    routes
        One route or several; each gets its own colour.
    base
        A route drawn as a ghost beneath, to show what changed.
    title
        Heading of the page.

    Returns
    -------
    folium.Map
        Shows in a notebook; ``save`` writes one page that needs no network.
    """
    listed = [routes] if isinstance(routes, Route) else list(routes)
    drawn = (
        []
        if base is None
        else [drawn_route(base, label=f"{base.network.title} (before)", ghost=True)]
    )
    for index, route in enumerate(listed):
        colour = ROUTE_COLOURS[index % len(ROUTE_COLOURS)]
        label = route.network.title
        drawn.append(drawn_route(route, label=label, colour=colour, chart=_chart(base, route)))
    heading = title or (_heading(net, listed[0]) if listed else net.seeds.title)
    return draw(page_data(net, title=heading, routes=drawn, notes=[DATA_NOTE]))


def comparison_map(comparison: Comparison, pair: tuple[str, str]) -> OfflineMap:
    """One pair's way under every scenario of a comparison; equal ways are drawn once."""
    if pair not in comparison.pairs:
        message = f"pair {pair!r} is not in this comparison"
        raise CorridorsError(message)
    titles = {name: net.title for name, net in comparison.networks.items()}
    same: dict[tuple[str, ...], list[str]] = {}
    for scenario in comparison.scenarios:
        route = comparison.route(scenario, pair)
        if route:
            same.setdefault(route.links, []).append(scenario)
    base = comparison.route(comparison.base, pair)
    drawn, colours = [], iter(ROUTE_COLOURS * len(comparison.scenarios))
    for scenarios in same.values():
        ghost = comparison.base in scenarios
        colour = GHOST_COLOUR if ghost else next(colours)
        for scenario in scenarios:
            route = comparison.route(scenario, pair)
            if route:
                label = titles[scenario]
                chart = _chart(base, route) if scenario == scenarios[0] else ""
                drawn.append(
                    drawn_route(route, label=label, colour=colour, ghost=ghost, chart=chart)
                )
    without = [name for name in comparison.scenarios if comparison.route(name, pair) is None]
    cut = [titles[name] for name in without]
    net = comparison.networks[comparison.base]
    notes = [f"No way under: {'; '.join(cut)}."] if cut else []
    names = net.seeds.places
    return draw(
        page_data(
            net,
            title=f"{names[pair[0]].name} to {names[pair[1]].name}",
            subtitle=f"best way by {comparison.by} under {len(comparison.scenarios)} scenarios",
            routes=drawn,
            notes=[*notes, DATA_NOTE],
        )
    )


def _chart(base: Route | None, route: Route) -> str:
    """The time/distance chart of a way, over that of the way before."""
    from corridors.render.charts import distance_chart

    ways = [way for way in (base, route) if way is not None and way.km]
    return distance_chart(ways).svg() if ways else ""


def draw(data: dict[str, Any]) -> OfflineMap:
    """A page from its data."""
    page = OfflineMap(prefer_canvas=False)
    page.add_child(Script(asset("map.js"), "drawCorridors", data, asset("map.css")))
    page_figure(page).title = escape(data["title"])
    return page


def _heading(net: Network, route: Route) -> str:
    names = net.seeds.places
    return f"{names[route.origin].name} to {names[route.destination].name}"


__all__ = ["comparison_map", "draw", "route_map"]
