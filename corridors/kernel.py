"""Shortest ways over arrays: arrays in, arrays out. The only room that knows the compiled solver.

Dijkstra (1959) with a binary heap, and the same with a potential for goal-directed search
(Hart, Nilsson & Raphael 1968) which Yen's (1971) loopless alternatives are built on. A weight of
infinity is an arc that is shut.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any, NamedTuple

import numba
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_compiled: Any = numba.njit(cache=True, nogil=True)


class Graph(NamedTuple):
    """Compressed rows of n nodes and m arcs, sorted by tail.

    Attributes
    ----------
    start
        Shape (n + 1,): arcs ``start[i]`` to ``start[i + 1]`` leave node i.
    head, tail
        Shape (m,): the ends of each arc.
    """

    start: NDArray[np.int64]
    head: NDArray[np.int64]
    tail: NDArray[np.int64]


@_compiled  # type: ignore[untyped-decorator]
def _search(  # noqa: PLR0917 - compiled code takes no keywords
    start: Any, head: Any, weight: Any, source: int, target: int, potential: Any, shut_node: Any
) -> Any:
    """Distances and the arc each node was reached by; stops at the target if there is one."""
    nodes = len(start) - 1
    distance = np.full(nodes, np.inf)
    by_arc = np.full(nodes, -1, np.int64)
    done = np.zeros(nodes, np.bool_)
    distance[source] = 0.0
    heap = [(potential[source], source)]
    while heap:
        _, node = heappop(heap)
        if done[node]:
            continue
        done[node] = True
        if node == target:
            break
        here = distance[node]
        for arc in range(start[node], start[node + 1]):
            other = head[arc]
            reached = here + weight[arc]
            if reached < distance[other] and not shut_node[other]:
                distance[other] = reached
                by_arc[other] = arc
                heappush(heap, (reached + potential[other], other))
    return distance, by_arc


@_compiled  # type: ignore[untyped-decorator]
def _matrix(start: Any, head: Any, weight: Any, sources: Any, targets: Any) -> Any:
    nodes = len(start) - 1
    nothing = np.zeros(nodes)
    free = np.zeros(nodes, np.bool_)
    out = np.empty((len(sources), len(targets)))
    for row in range(len(sources)):
        distance, _ = _search(start, head, weight, sources[row], -1, nothing, free)
        for column in range(len(targets)):
            out[row, column] = distance[targets[column]]
    return out


@_compiled  # type: ignore[untyped-decorator]
def _distances_to(back_start: Any, back_tail: Any, back_weight: Any, target: int) -> Any:
    nodes = len(back_start) - 1
    distance, _ = _search(
        back_start, back_tail, back_weight, target, -1, np.zeros(nodes), np.zeros(nodes, np.bool_)
    )
    return distance


def distances_to(back: Graph, weight: NDArray[np.float64], target: int) -> NDArray[np.float64]:
    """Distance from every node to one target.

    Parameters
    ----------
    back
        The graph turned round.
    weight
        Weights in the order of the turned graph's arcs, shape (m,).
    target
        A node.

    Returns
    -------
    ndarray, shape (n,)
        Infinity where no way leads to the target.
    """
    found: NDArray[np.float64] = _distances_to(back.start, back.head, weight, target)
    return found


def shortest(
    graph: Graph,
    weight: NDArray[np.float64],
    source: int,
    target: int,
    *,
    potential: NDArray[np.float64] | None = None,
    shut_node: NDArray[np.bool_] | None = None,
) -> tuple[float, list[int]]:
    """The least way between two nodes.

    Parameters
    ----------
    graph
        Arcs by tail.
    weight
        Shape (m,), not negative; infinity shuts an arc.
    source, target
        Nodes.
    potential
        Lower bounds of the distance to the target, shape (n,), consistent; zero if left out.
    shut_node
        Nodes that must not be entered, shape (n,).

    Returns
    -------
    tuple
        The distance, infinity where there is no way, and the arcs in order.
    """
    nodes = len(graph.start) - 1
    bounds = np.zeros(nodes) if potential is None else potential
    shut = np.zeros(nodes, dtype=np.bool_) if shut_node is None else shut_node
    distance, by_arc = _search(graph.start, graph.head, weight, source, target, bounds, shut)
    if not np.isfinite(distance[target]):
        return float("inf"), []
    arcs: list[int] = []
    node = target
    while node != source:
        arcs.append(int(by_arc[node]))
        node = int(graph.tail[arcs[-1]])
    return float(distance[target]), arcs[::-1]


def matrix(
    graph: Graph,
    weight: NDArray[np.float64],
    sources: NDArray[np.int64],
    targets: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Least distances from every source to every target, shape (sources, targets)."""
    found: NDArray[np.float64] = _matrix(graph.start, graph.head, weight, sources, targets)
    return found


def alternatives(
    graph: Graph,
    weight: NDArray[np.float64],
    source: int,
    target: int,
    *,
    count: int,
    potential: NDArray[np.float64],
) -> list[tuple[float, list[int]]]:
    """The ``count`` least loopless ways, parallel arcs told apart (Yen 1971, Lawler 1972).

    Parameters
    ----------
    graph, weight, source, target
        As for :func:`shortest`.
    count
        How many ways at most.
    potential
        Distance from every node to the target, from :func:`distances_to`.

    Returns
    -------
    list of tuple
        Distance and arcs of each way, least first; fewer where there are fewer.
    """
    first = shortest(graph, weight, source, target, potential=potential)
    if not first[1]:
        return []
    found, deviations = [first], [0]
    seen = {tuple(first[1])}
    waiting: list[tuple[float, tuple[int, ...], int]] = []
    work = weight.copy()
    while len(found) < count:
        way, deviation = found[-1][1], deviations[-1]
        nodes = [source, *graph.head[way].tolist()]
        shut = np.zeros(len(graph.start) - 1, dtype=np.bool_)
        shut[nodes[:deviation]] = True
        for spur in range(deviation, len(way)):
            root = way[:spur]
            taken = [
                other[spur] for _, other in found if len(other) > spur and other[:spur] == root
            ]
            work[taken] = np.inf
            shut[nodes[spur]] = True
            length, rest = shortest(
                graph, work, nodes[spur], target, potential=potential, shut_node=shut
            )
            work[taken] = weight[taken]
            new = (*root, *rest)
            if rest and new not in seen:
                seen.add(new)
                heappush(waiting, (float(weight[root].sum()) + length, new, spur))
        if not waiting:
            break
        cost, best, spur = heappop(waiting)
        found.append((cost, list(best)))
        deviations.append(spur)
    return found
