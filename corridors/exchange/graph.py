"""The state graph as GraphML, for yEd, Gephi, igraph and networkx."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from corridors.exchange.frames import Parcel


def write_graphml(folder: Path, parcel: Parcel) -> None:
    """Write ``graph.graphml``: the open edges of :meth:`corridors.Network.graph`.

    Nodes are named ``place/layer``, edges have the arc's id, and lists of gates are joined by
    ``;``, since GraphML knows neither tuples nor lists.
    """
    import networkx as nx

    net = parcel.net
    plain = nx.relabel_nodes(net.graph(cargo=parcel.cargo), "/".join)
    plain.graph.update(
        title=net.seeds.title,
        data_date=str(net.seeds.data_date),
        date=str(net.date),
        scenario=net.name,
        attribution="; ".join(net.seeds.attribution),
    )
    for _, _, said in plain.edges(data=True):
        said["gates"] = "; ".join(said["gates"])
    nx.write_graphml(plain, folder / "graph.graphml")
