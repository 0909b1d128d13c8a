"""The full-size bed: packaged OpenStreetMap rail and highways joined with the bundled network.

Bed lines that cross a frontier are left out, so that a border is crossed at our gates alone; each
bundled place joins the nearest bed node of its country and mode. For timing only: speeds are the
tables' own, without borders' finer points or changes of gauge within the bed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array

from corridors import kernel
from corridors.analysis import switches, terminals
from corridors.analysis.factors import factors
from corridors.arcs import DESTINATION, ORIGIN, State
from corridors.routing import Query
from geo.frontiers import natural_earth
from geo.trace import EARTH_RADIUS_KM, background, unit_vectors

MOST_GAP_KM = 25.0
NOTHING = (frozenset(), frozenset())


class Bed(NamedTuple):
    """A network as arrays, with gated arcs and the nodes of some places.

    ``arc_needs`` holds bits of the gates that each arc needs, for solvers that know no sets; an
    arc that several sets open stands as often.
    """

    graph: kernel.Graph
    weight: np.ndarray
    gated: terminals.Gated
    arc_needs: np.ndarray
    sources: np.ndarray
    targets: np.ndarray

    @property
    def nodes(self):
        """How many nodes there are."""
        return len(self.graph.start) - 1

    def shut(self, opened):
        """Weights of every arc in one combination, infinite where it is shut."""
        return np.where(self.arc_needs & ~opened == 0, self.weight, np.inf)


def bundled_bed(net, gates, places, *, by="time"):
    """The bundled network alone, arcs repeated where several sets of gates open them."""
    query = Query(net, by=by)
    weight, gated = terminals.parted(query, switches.switches(net, gates), NOTHING)
    ends = net.arcs.tail, net.arcs.head, weight
    return _laid_out(net, len(net.arcs.states), ends, gated, places)


def full_bed(net, gates, places):
    """The bundled network joined with rail and highways, by time."""
    query = Query(net, by="time")
    weight, gated = terminals.parted(query, switches.switches(net, gates), NOTHING)
    ends, count = [(net.arcs.tail, net.arcs.head, weight)], len(net.arcs.states)
    frontiers = natural_earth()
    for mode in ("rail", "road"):
        bed = background(mode)
        country = np.array(frontiers.countries(bed.lon_lat))
        inner = coo_array(bed.arcs)
        within = country[inner.row] == country[inner.col]
        speed = _speed(net, mode)
        hours = inner.data[within] / speed
        ends.append((count + inner.row[within], count + inner.col[within], hours))
        states, near, gap = _joints(net, mode, bed, country)
        ends += [(states, count + near, gap / speed), (count + near, states, gap / speed)]
        count += len(bed.lon_lat)
    joined = tuple(np.concatenate(column) for column in zip(*ends, strict=True))
    return _laid_out(net, count, joined, gated, places)


def _speed(net, mode):
    rows = factors(net)
    found = {row.id: row for row in net.seeds.parameters.values()}
    return next(
        float(likely)
        for name, likely in zip(rows.parameters, rows.likely, strict=False)
        if (found[name].name, found[name].mode, found[name].country, found[name].at)
        == ("speed_kmh", mode, "", "")
    )


def _joints(net, mode, bed, country):
    """States of bundled places in a mode, their nearest bed nodes, and the gaps in km."""
    found = {}
    for state, node in net.arcs.node.items():
        if state.layer.partition("-")[0] == mode:
            found.setdefault(state.place, node)
    places = [net.seeds.places[place] for place in found]
    gap, near = bed.index.query(unit_vectors(np.array([place.point for place in places])))
    gap = gap * EARTH_RADIUS_KM
    own = np.array([place.country for place in places]) == country[near]
    good = (gap < MOST_GAP_KM) & own
    return np.array([*found.values()])[good], near[good], gap[good]


def _laid_out(net, count, ends, gated, places):
    """Arcs sorted by tail; those that several sets open, repeated."""
    tail, head, weight = ends
    own = np.setdiff1d(np.arange(len(tail)), gated.arcs)
    every = np.concatenate([own, gated.arcs])
    needs = np.concatenate([np.zeros(len(own), dtype=np.int64), gated.needs])
    order = np.argsort(tail[every], kind="stable")
    tail, head, weight = tail[every][order], head[every][order], weight[every][order]
    place = np.argsort(order)[len(own) :]
    start = np.searchsorted(tail, np.arange(count + 1)).astype(np.int64)
    node = net.arcs.node
    return Bed(
        graph=kernel.Graph(start, head.astype(np.int64), tail.astype(np.int64)),
        weight=weight.astype(np.float64),
        gated=terminals.Gated(place, gated.needs, gated.names),
        arc_needs=needs[order],
        sources=np.array([node[State(place, ORIGIN)] for place in places]),
        targets=np.array([node[State(place, DESTINATION)] for place in places]),
    )
