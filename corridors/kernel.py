"""Shortest ways over arrays: arrays in, arrays out. The only room that knows the compiled solver.

Dijkstra (1959) with a heap of four children a node; with a potential for goal-directed search
(Hart, Nilsson & Raphael 1968), on which Yen's (1971) loopless alternatives are built. A weight
of infinity is an arc that is shut.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any, NamedTuple

import numba
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

#: Sums of the same arcs in another order differ by less than this share of them.
ROUNDING = 1e-12
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
def _grow(  # noqa: C901, PLR0912, PLR0917 - one loop, compiled; takes no keywords
    start: Any,
    head: Any,
    weight: Any,
    source: int,
    target: int,
    potential: Any,
    shut_node: Any,
    room: Any,
) -> Any:
    """Grow a tree of least ways in the arrays of ``room``; how many nodes it touched.

    The heap has four children a node and lets keys fall. A node that no arc leaves is given its
    distance but never queued.
    """
    distance, by_arc, place, heap, key, touched = room
    reach = 1
    touched[0] = source
    distance[source] = 0.0
    heap[0], key[0], place[source], size = source, potential[source], 0, 1
    while size:
        node = heap[0]
        place[node] = -1
        if node == target:
            break
        size -= 1
        if size:
            last, sunk, slot = heap[size], key[size], 0
            while 4 * slot + 1 < size:
                child = 4 * slot + 1
                for other in range(child + 1, min(child + 4, size)):
                    if key[other] < key[child]:
                        child = other
                if key[child] >= sunk:
                    break
                heap[slot], key[slot] = heap[child], key[child]
                place[heap[slot]] = slot
                slot = child
            heap[slot], key[slot], place[last] = last, sunk, slot
        for arc in range(start[node], start[node + 1]):
            other = head[arc]
            reached = distance[node] + weight[arc]
            if reached >= distance[other] or shut_node[other]:
                continue
            if distance[other] == np.inf:
                touched[reach] = other
                reach += 1
            distance[other], by_arc[other] = reached, arc
            risen = reached + potential[other]
            if (start[other] == start[other + 1] and other != target) or risen == np.inf:
                continue
            slot = place[other]
            if slot < 0:
                slot = size
                size += 1
            while slot and key[(slot - 1) >> 2] > risen:
                above = (slot - 1) >> 2
                heap[slot], key[slot] = heap[above], key[above]
                place[heap[slot]] = slot
                slot = above
            heap[slot], key[slot], place[other] = other, risen, slot
    for slot in range(size):
        place[heap[slot]] = -1
    return reach


@_compiled  # type: ignore[untyped-decorator]
def _room(nodes: int) -> Any:
    """Distances, arcs reached by, places in the heap, the heap and its keys, nodes touched."""
    return (
        np.full(nodes, np.inf),
        np.full(nodes, -1, np.int64),
        np.full(nodes, -1, np.int64),
        np.empty(nodes, np.int64),
        np.empty(nodes),
        np.empty(nodes, np.int64),
    )


@_compiled  # type: ignore[untyped-decorator]
def _search(  # noqa: PLR0917 - compiled code takes no keywords
    start: Any, head: Any, weight: Any, source: int, target: int, potential: Any, shut_node: Any
) -> Any:
    """Distances and the arc each node was reached by; stops at the target if there is one."""
    room = _room(len(start) - 1)
    _grow(start, head, weight, source, target, potential, shut_node, room)
    return room[0], room[1]


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


@_compiled  # type: ignore[untyped-decorator]
def _detour(  # noqa: PLR0917 - compiled code takes no keywords
    start: Any,
    head: Any,
    tail: Any,
    weight: Any,
    source: int,
    target: int,
    potential: Any,
    shut_node: Any,
    room: Any,
) -> Any:
    """Length and arcs of the least way; leaves the room as it found it."""
    distance, by_arc, _, _, _, touched = room
    reach = _grow(start, head, weight, source, target, potential, shut_node, room)
    length, steps, node = distance[target], 0, target
    while length < np.inf and node != source:
        node = tail[by_arc[node]]
        steps += 1
    way, node = np.empty(steps, np.int64), target
    for step in range(steps - 1, -1, -1):
        way[step] = by_arc[node]
        node = tail[by_arc[node]]
    distance[touched[:reach]] = np.inf
    return length, way


@_compiled  # type: ignore[untyped-decorator]
def _like(left: Any, right: Any, label: Any) -> bool:
    """Whether two ways have the same labels in order; arcs labelled -1 do not count."""
    i = j = 0
    while True:
        while i < len(left) and label[left[i]] < 0:
            i += 1
        while j < len(right) and label[right[j]] < 0:
            j += 1
        if i == len(left) or j == len(right):
            return i == len(left) and j == len(right)
        if label[left[i]] != label[right[j]]:
            return False
        i += 1
        j += 1


@_compiled  # type: ignore[untyped-decorator]
def _alternatives(  # noqa: PLR0917 - compiled code takes no keywords
    start: Any,
    head: Any,
    tail: Any,
    weight: Any,
    source: int,
    target: int,
    potential: Any,
    label: Any,
    count: int,
) -> Any:
    """Lengths and arcs of the least ways that differ in their labels."""
    room, work = _room(len(start) - 1), weight.copy()
    shut = np.zeros(len(start) - 1, np.bool_)
    best, way = _detour(start, head, tail, work, source, target, potential, shut, room)
    candidates, deviations, waiting = [way], [0], [(best, 0)]
    kept, lengths = [way for _ in range(0)], [best for _ in range(0)]
    found = [way for _ in range(0)]
    while waiting and best < np.inf:
        length, chosen = heappop(waiting)
        way, first = candidates[chosen], deviations[chosen]
        seen = False
        for other in kept:
            seen = seen or _like(other, way, label)
        if not seen:
            kept.append(way)
            lengths.append(length)
        if len(kept) == count:
            break
        found.append(way)
        alike = [
            other
            for other in found
            if len(other) > first and np.array_equal(other[:first], way[:first])
        ]
        shut[tail[way[:first]]] = True
        root = weight[way[:first]].sum()
        for spur in range(first, len(way)):
            here = tail[way[spur]]
            shut[here] = True
            for other in alike:
                work[other[spur]] = np.inf
            length, rest = _detour(start, head, tail, work, here, target, potential, shut, room)
            for other in alike:
                work[other[spur]] = weight[other[spur]]
            if length < np.inf:
                heappush(waiting, (root + length, len(candidates)))
                candidates.append(np.concatenate((way[:spur], rest)))
                deviations.append(spur)
            root += weight[way[spur]]
            alike = [other for other in alike if other[spur] == way[spur] and len(other) > spur + 1]
        shut[tail[way]] = False
    return lengths, kept


def alternatives(
    graph: Graph,
    weight: NDArray[np.float64],
    source: int,
    target: int,
    *,
    count: int,
    potential: NDArray[np.float64],
    label: NDArray[np.int64] | None = None,
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
    label
        Of each arc, -1 for none, shape (m,): of ways with the same labels in order only the least
        counts. The arcs themselves when left out.

    Returns
    -------
    list of tuple
        Distance and arcs of each way, least first; fewer where there are fewer.
    """
    labels = np.arange(len(weight)) if label is None else label
    lengths, ways = _alternatives(*graph, weight, source, target, potential, labels, count)
    return [(length, way.tolist()) for length, way in zip(lengths, ways, strict=True)]


class Piece(NamedTuple):
    """A way, and the part of the lever's range, from 0 to 1, over which none is less.

    ``at_0`` and ``at_1`` are its length at the two ends of the whole range; between them it runs
    along a straight line.
    """

    start: float
    end: float
    at_0: float
    at_1: float
    way: list[int]

    def at(self, t: float) -> float:
        """Its length at a point of the range."""
        return self.at_0 + t * (self.at_1 - self.at_0)


def lower_envelope(
    solve: Callable[[NDArray[np.float64]], list[int]],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
) -> Iterator[Piece]:
    """Which way is least as weights move on straight lines from ``low`` to ``high``.

    The least length is a concave, piecewise linear function of how far they have moved. Solve at
    both ends, then where their two lines meet, and so on between them: every breakpoint is found
    exactly, by two solves a way and no grid (Eisner & Severance 1976).

    Parameters
    ----------
    solve
        The arcs of a least way under given weights.
    low, high
        Weights at the two ends, shape (m,), infinite on the same arcs.

    Yields
    ------
    Piece
        From 0 to 1 without a gap, found as they are asked for; neighbours have different lines.
    """
    passable = np.isfinite(low)
    rise = np.where(passable, high, 0.0) - np.where(passable, low, 0.0)

    def line(t: float) -> Piece:
        way = solve(low + t * rise)
        return Piece(0.0, 1.0, float(low[way].sum()), float(high[way].sum()), way)

    left, right = line(0.0)._replace(end=0.0), line(1.0)._replace(start=1.0)
    last: Piece | None = None
    for piece in _pieces(line, left, right):
        if last is None or (piece.at_0, piece.at_1) == (last.at_0, last.at_1):
            last = piece if last is None else last._replace(end=piece.end)
        else:
            yield last
            last = piece
    if last is not None:
        yield last


def _pieces(line: Callable[[float], Piece], left: Piece, right: Piece) -> Iterator[Piece]:
    """The envelope from where the left line was solved to where the right one was."""
    start, end = left.end, right.start
    closing = (left.at_1 - left.at_0) - (right.at_1 - right.at_0)
    scale = max(abs(left.at(start)), abs(right.at(end)), 1e-300)
    meet = (right.at_0 - left.at_0) / closing if closing > ROUNDING * scale else end
    if meet >= end:
        yield left._replace(start=start, end=end)
    elif meet <= start:
        yield right._replace(start=start, end=end)
    else:
        middle = line(meet)
        if middle.at(meet) >= left.at(meet) - ROUNDING * scale:
            yield left._replace(start=start, end=meet)
            yield right._replace(start=meet, end=end)
        else:
            yield from _pieces(line, left, middle._replace(start=meet))
            yield from _pieces(line, middle._replace(end=meet), right)
