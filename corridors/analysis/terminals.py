"""The network as the gates under study see it: its terminals, and the arcs that come and go."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors import kernel
from corridors.analysis.parallel import pieces
from corridors.analysis.switches import ALWAYS, NEVER, gate_sets, link_sets
from corridors.arcs import DESTINATION, ORIGIN, State
from corridors.asked import check_pair
from corridors.errors import CorridorsError
from corridors.kernels.subsets import Reduced
from corridors.routing import check_place, graph

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from corridors.compare import Pair
    from corridors.network import Network
    from corridors.routing import Query

Special = tuple[frozenset[str], frozenset[str]]
#: Rows of the terminal matrix that one piece of work solves for.
ROWS = 16


class Group(NamedTuple):
    """Pairs whose cargo finds the same gates open, and the network they see.

    Attributes
    ----------
    reduced
        Terminals of their origins and destinations.
    pairs
        Shape (n,): which of the pairs asked for.
    cells
        Shape (n, 2): the row and column of each.
    """

    reduced: Reduced
    pairs: NDArray[np.int64]
    cells: NDArray[np.int64]


class Gated(NamedTuple):
    """Arcs that come and go with the gates under study, each of shape (arcs,).

    Attributes
    ----------
    arcs
        Ids; an arc that either of several sets opens comes once for each of them.
    needs
        Bits of the gates that must all stand open.
    names
        The link that each belongs to.
    """

    arcs: NDArray[np.int64]
    needs: NDArray[np.int64]
    names: NDArray[np.int64]


class _Solve(NamedTuple):
    graph: kernel.Graph
    weight: NDArray[np.float64]
    targets: NDArray[np.int64]


def groups(
    query: Query,
    chosen: Mapping[str, Sequence[str]],
    pairs: Sequence[Pair],
    *,
    workers: int | None = None,
) -> list[Group]:
    """The network reduced to its terminals, once for each kind of cargo among the pairs.

    Parameters
    ----------
    query
        Network, objective, cargo and modes.
    chosen
        Gates of each switch.
    pairs
        Origins and destinations (ids).
    workers
        Threads for the first solves.
    """
    net = query.net
    node = net.arcs.node
    found = []
    for special, members in by_cargo(net, chosen, pairs).items():
        origins = list(dict.fromkeys(pairs[member][0] for member in members))
        destinations = list(dict.fromkeys(pairs[member][1] for member in members))
        reduced = reduce(
            graph(net),
            *parted(query, chosen, special),
            np.array([node[State(place, ORIGIN)] for place in origins]),
            np.array([node[State(place, DESTINATION)] for place in destinations]),
            workers=workers,
        )
        row = {place: number for number, place in enumerate(origins)}
        column = {place: number for number, place in enumerate(destinations)}
        cells = [(row[pairs[member][0]], column[pairs[member][1]]) for member in members]
        found.append(Group(reduced, np.array(members), np.array(cells)))
    return found


def by_cargo(
    net: Network, chosen: Mapping[str, Sequence[str]], pairs: Sequence[Pair]
) -> dict[Special, list[int]]:
    """Places of pairs by the gates that stand otherwise for their cargo alone."""
    places = net.seeds.places
    switched = frozenset(gate for gates in chosen.values() for gate in gates)
    special: dict[tuple[str, str], Special] = {}
    found: dict[Special, list[int]] = {}
    for number, (origin, destination) in enumerate(pairs):
        countries = places[origin].country, places[destination].country
        if countries not in special:
            opened, closed = net.special_gates(*countries)
            special[countries] = (opened - switched, closed - switched)
        found.setdefault(special[countries], []).append(number)
    return found


def parted(
    query: Query, chosen: Mapping[str, Sequence[str]], special: Special
) -> tuple[NDArray[np.float64], Gated]:
    """Weights with all gates open, infinite where no combination lets pass; and gated arcs."""
    arcs = query.net.arcs
    weight = query.weight(frozenset(arcs.gate_arcs))
    of_link = [*link_sets(query.net, gate_sets(query.net, chosen, special)), ALWAYS]
    hindered = np.array([sets != ALWAYS for sets in of_link])
    gated, needs = [], []
    for arc in np.flatnonzero(hindered[arcs.link] & np.isfinite(weight)):
        sets = of_link[arcs.link[arc]]
        if sets == NEVER:
            weight[arc] = np.inf
        gated += [arc] * len(sets)
        needs += sets
    chosen_arcs = np.array(gated, dtype=np.int64)
    needed = np.array(needs, dtype=np.int64)
    return weight, Gated(chosen_arcs, needed, arcs.link[chosen_arcs])


def asked_pairs(net: Network, pairs: Iterable[Pair | str]) -> tuple[Pair, ...]:
    """Pairs as asked for; of places asked for one by one, every ordered pair.

    Raises
    ------
    CorridorsError
        When there are none, a pair leads nowhere, or a place is not known.
    """
    given = (pairs,) if isinstance(pairs, str) else tuple(pairs)
    places = dict.fromkeys(item for item in given if isinstance(item, str))
    listed = [(one, other) for one in places for other in places if one != other]
    listed += [check_pair(item) for item in given if not isinstance(item, str)]
    for place in dict.fromkeys(place for pair in listed for place in pair):
        check_place(net, place)
    if not listed:
        message = "there must be at least one pair, or two places"
        raise CorridorsError(message)
    for origin, destination in listed:
        if origin == destination:
            message = f"pair {origin}:{destination} leads nowhere"
            raise CorridorsError(message)
    return tuple(dict.fromkeys(listed))


def reduce(
    network: kernel.Graph,
    weight: NDArray[np.float64],
    gated: Gated,
    sources: NDArray[np.int64],
    targets: NDArray[np.int64],
    *,
    workers: int | None = None,
) -> Reduced:
    """Solve once for the least distances among terminals, with the gated arcs taken out.

    Parameters
    ----------
    network
        The graph.
    weight
        Shape (m,): weights with every gate open; infinite where no combination lets pass.
    gated
        The arcs to take out.
    sources, targets
        Nodes of the origins and destinations.
    workers
        Threads; one is enough for a small network.
    """
    base = weight.copy()
    base[gated.arcs] = np.inf
    tail, head = network.tail[gated.arcs], network.head[gated.arcs]
    ends = np.unique(np.concatenate([tail, head]))
    rows = np.concatenate([sources, ends])
    blocks = [rows[first : first + ROWS] for first in range(0, len(rows), ROWS)]
    solve = _Solve(network, base, np.concatenate([targets, ends]))
    return Reduced(
        base=np.concatenate([*pieces(_solved, solve, blocks, workers=workers)]),
        tail=np.searchsorted(ends, tail),
        head=np.searchsorted(ends, head),
        weight=weight[gated.arcs],
        needs=gated.needs,
        name=gated.names,
        origins=len(sources),
        destinations=len(targets),
    )


def _solved(solve: _Solve, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    return kernel.matrix(solve.graph, solve.weight, rows, solve.targets)


def named(gates: Sequence[str], bits: int) -> tuple[str, ...]:
    """The gates that a set of bits stands for."""
    return tuple(gate for place, gate in enumerate(gates) if bits >> place & 1)
