"""The state graph as networkx knows graphs, so that its algorithms run on it as they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridors.arcs import KINDS

if TYPE_CHECKING:
    import networkx as nx
    import numpy as np
    from numpy.typing import NDArray

    from corridors.arcs import Arcs
    from corridors.cost import Figures
    from corridors.seeds import Seeds

#: What each node says.
NODE_ATTRIBUTES = {
    "place": "id of the place",
    "layer": "road, sea, rail-1435, rail-1520, rail-1676; origin and destination are its doors",
    "name": "usual English name",
    "country": "ISO 3166-1 alpha-2; XZ at sea",
    "kind": "city, station, port, border, junction or sea",
    "lon": "longitude, degrees (WGS 84)",
    "lat": "latitude, degrees (WGS 84)",
}
#: What each edge says; the figures are for one shipment and serve as weights.
EDGE_ATTRIBUTES = {
    "kind": "haul, transfer, load or unload",
    "link": "id of the link; empty where the edge is none",
    "mode": "rail, road, sea or ferry; empty where the edge is no link",
    "country": "whose soil it lies on (ISO)",
    "gates": "ids of the gates it passes",
    "crosses": "whether it crosses a border",
    "open": "whether all its gates stand open",
    "km": "length, km",
    "hours": "time, h",
    "usd": "cost, USD",
    "co2_kg": "emissions, kg CO2e",
    "generalised_usd": "cost and the goods' cost of time, USD",
}


def state_graph(
    seeds: Seeds, arcs: Arcs, figures: Figures, shut: NDArray[np.bool_], *, closed: bool = False
) -> nx.MultiDiGraph[Any]:
    """The state graph with the figures of every arc.

    Parameters
    ----------
    seeds, arcs
        The tables and the graph compiled from them.
    figures
        Figures of every arc.
    shut
        Which arcs are shut, shape (arcs,).
    closed
        Whether shut arcs come too, marked ``open=False``.

    Returns
    -------
    networkx.MultiDiGraph
        Nodes are ``(place, layer)``, edge keys are arc ids; the attributes are those of
        ``NODE_ATTRIBUTES`` and ``EDGE_ATTRIBUTES``.
    """
    import networkx as nx

    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph()
    for state in arcs.states:
        graph.add_node(tuple(state), **_node(seeds, state.place, state.layer))
    columns = [column.tolist() for column in (arcs.tail, arcs.head, arcs.kind, arcs.link)]
    amounts = {
        name: getattr(figures, name).tolist()
        for name in ("km", "hours", "usd", "co2_kg", "generalised_usd")
    }
    for arc, (tail, head, kind, link) in enumerate(zip(*columns, strict=True)):
        if closed or not shut[arc]:
            row = seeds.links[arcs.links[link]] if link >= 0 else None
            start = arcs.states[tail]
            graph.add_edge(
                tuple(start),
                tuple(arcs.states[head]),
                key=arc,
                kind=KINDS[kind],
                link=row.id if row else "",
                mode=row.mode if row else "",
                country=row.country if row else seeds.places[start.place].country,
                gates=row.gates if row else (),
                crosses=bool(arcs.crosses[arc]),
                open=not shut[arc],
                **{name: column[arc] for name, column in amounts.items()},
            )
    return graph


def _node(seeds: Seeds, place: str, layer: str) -> dict[str, Any]:
    row = seeds.places[place]
    return {
        "place": place,
        "layer": layer,
        "name": row.name,
        "country": row.country,
        "kind": row.kind,
        "lon": row.lon,
        "lat": row.lat,
    }
