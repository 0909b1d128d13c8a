"""What is left when something is lost, over arrays: ways with their figures, and ways apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numba
import numpy as np

from corridors.kernel import Graph, _grow, _room

if TYPE_CHECKING:
    from numpy.typing import NDArray

_compiled: Any = numba.njit(cache=True, nogil=True)


class Asked(NamedTuple):
    """Pairs of nodes by origin.

    Attributes
    ----------
    sources
        Shape (origins,): nodes.
    pair_start
        Shape (origins + 1,): pairs of origin s stand from ``pair_start[s]`` to
        ``pair_start[s + 1]``.
    targets
        Shape (pairs,): nodes.
    """

    sources: NDArray[np.int64]
    pair_start: NDArray[np.int64]
    targets: NDArray[np.int64]


class Found(NamedTuple):
    """Best ways of some pairs.

    Attributes
    ----------
    cost
        Shape (pairs,): infinite where there is no way.
    along
        Shape (pairs, figures): other figures of the best way, added up.
    path_start, path
        Arcs of pair p, last one first, stand from ``path_start[p]`` to ``path_start[p + 1]``.
    """

    cost: NDArray[np.float64]
    along: NDArray[np.float64]
    path_start: NDArray[np.int64]
    path: NDArray[np.int64]


@_compiled  # type: ignore[untyped-decorator]
def _ways(graph: Any, weight: Any, figures: Any, asked: Any) -> Any:
    nodes, pairs = len(graph.start) - 1, len(asked.targets)
    room = _room(nodes)
    distance, by_arc, touched = room[0], room[1], room[5]
    nothing, free = np.zeros(nodes), np.zeros(nodes, np.bool_)
    cost, along = np.empty(pairs), np.zeros((pairs, figures.shape[1]))
    path_start = np.zeros(pairs + 1, np.int64)
    path, length = np.empty(64 * (pairs + 1), np.int64), 0
    for source in range(len(asked.sources)):
        reach = _grow(
            graph.start, graph.head, weight, asked.sources[source], -1, nothing, free, room
        )
        for pair in range(asked.pair_start[source], asked.pair_start[source + 1]):
            node = asked.targets[pair]
            cost[pair] = distance[node]
            while by_arc[node] >= 0:
                if length == len(path):
                    path = np.append(path, np.empty(len(path), np.int64))
                path[length] = by_arc[node]
                length += 1
                along[pair] += figures[by_arc[node]]
                node = graph.tail[by_arc[node]]
            path_start[pair + 1] = length
        for place in range(reach):
            distance[touched[place]] = np.inf
            by_arc[touched[place]] = -1
    return cost, along, path_start, path[:length]


def ways(
    graph: Graph, weight: NDArray[np.float64], figures: NDArray[np.float64], asked: Asked
) -> Found:
    """Best ways by a weight, with what else is spent on them.

    Parameters
    ----------
    graph
        Arcs by tail.
    weight
        Shape (m,): what is minimised; infinite for an arc that is lost.
    figures
        Shape (m, figures): what is added up along the way.
    asked
        The pairs.
    """
    return Found(*_ways(graph, weight, figures, asked))


@_compiled  # type: ignore[untyped-decorator]
def _augmented(  # noqa: PLR0917 - compiled code takes no keywords
    graph: Any, back: Any, usable: Any, single: Any, source: int, target: int, flow: Any
) -> bool:
    """Send one more unit if there is a way for it, over unused arcs or back along used ones."""
    nodes = len(graph.start) - 1
    by_arc = np.full(nodes, -1, np.int64)
    forward = np.zeros(nodes, np.bool_)
    queue = np.empty(nodes, np.int64)
    queue[0], first, last = source, 0, 1
    back_start, back_arc = back
    seen = np.zeros(nodes, np.bool_)
    seen[source] = True
    while first < last and not seen[target]:
        node = queue[first]
        first += 1
        for arc in range(graph.start[node], graph.start[node + 1]):
            other = graph.head[arc]
            if usable[arc] and not seen[other] and not (single[arc] and flow[arc] > 0):
                seen[other], forward[other], by_arc[other] = True, True, arc
                queue[last] = other
                last += 1
        for place in range(back_start[node], back_start[node + 1]):
            arc = back_arc[place]
            other = graph.tail[arc]
            if flow[arc] > 0 and not seen[other]:
                seen[other], by_arc[other] = True, arc
                queue[last] = other
                last += 1
    if not seen[target]:
        return False
    node = target
    while node != source:
        arc = by_arc[node]
        flow[arc] += 1 if forward[node] else -1
        node = graph.tail[arc] if forward[node] else graph.head[arc]
    return True


@_compiled  # type: ignore[untyped-decorator]
def _ways_apart(  # noqa: PLR0917 - compiled code takes no keywords
    graph: Any, back: Any, usable: Any, single: Any, sources: Any, targets: Any, most: int
) -> int:
    fewest = most
    for pair in range(len(sources)):
        flow = np.zeros(len(usable), np.int64)
        count = 0
        while count < fewest and _augmented(
            graph, back, usable, single, sources[pair], targets[pair], flow
        ):
            count += 1
        fewest = min(fewest, count)
        if fewest == 0:
            break
    return fewest


def fewest_ways_apart(
    graph: Graph,
    back: tuple[NDArray[np.int64], NDArray[np.int64]],
    *,
    usable: NDArray[np.bool_],
    single: NDArray[np.bool_],
    pairs: NDArray[np.int64],
    most: int,
) -> int:
    """How many ways without an arc in common the worst placed of some pairs has (Menger 1927).

    Parameters
    ----------
    graph, back
        Arcs by tail; row starts and arc ids by head.
    usable
        Shape (m,): arcs that are left.
    single
        Shape (m,): arcs that one way alone may use.
    pairs
        Shape (pairs, 2): nodes.
    most
        Where counting stops.
    """
    ends = (np.ascontiguousarray(pairs[:, side]) for side in (0, 1))
    return int(_ways_apart(graph, back, usable, single, *ends, most))
