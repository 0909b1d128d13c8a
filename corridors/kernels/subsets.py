"""Every combination of open and shut gates, over arrays.

The network enters once, as the least distances among its terminals with the gated arcs taken out
(:class:`Reduced`). Then :func:`least_ways` searches by (cost, set of gates needed) and keeps what
no cheaper way with fewer gates makes idle (the label setting of Martins 1984, with sets in place
of a second cost). What it finds holds for all 2^k combinations at once; :func:`leaves` parts them
among the ways, and what a gate is worth is a sum over the leaves. :mod:`corridors.kernels.walk`
visits the combinations one by one and must come to the same.

Sets of gates are bits of an int64, so up to 62 gates can be under study.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from math import comb
from typing import TYPE_CHECKING, Any, NamedTuple

import numba
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_compiled: Any = numba.njit(cache=True, nogil=True)
#: Two sums of the same figures in another order may differ by this share.
SLACK = 1e-12
MOST_GATES = 62
#: Labels one origin may come to before the question is refused as too wide.
MOST_LABELS = 50_000
_MIX = np.int64(1_000_003)


class Reduced(NamedTuple):
    """A network as the gates under study see it.

    Attributes
    ----------
    base
        Shape (origins + ends, destinations + ends): least distances without the gated arcs. Rows
        are the origins, then the nodes at which gated arcs end or begin; columns the
        destinations, then the same nodes.
    tail, head
        Shape (arcs,): the ends of each gated arc, as places among the ends.
    weight
        Shape (arcs,): finite.
    needs
        Shape (arcs,): bits of the gates that must all stand open. An arc that either of two sets
        opens stands here twice.
    name
        Shape (arcs,): which link it is; ways that use the same links are one way.
    origins, destinations
        How many there are.
    """

    base: NDArray[np.float64]
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    weight: NDArray[np.float64]
    needs: NDArray[np.int64]
    name: NDArray[np.int64]
    origins: int
    destinations: int


class Ways(NamedTuple):
    """The ways that lead somewhere in some combination, cell by cell.

    Cells are origins by destinations in rows; those of cell c stand from ``start[c]`` to
    ``start[c + 1]``, least first. A combination's least cost is that of the first way whose gates
    all stand open.

    Attributes
    ----------
    start
        Shape (cells + 1,).
    cost, needs, name
        Shape (ways,): the cost, the bits of the least set of gates, and a number that is alike
        for ways along the same gated links.
    """

    start: NDArray[np.int64]
    cost: NDArray[np.float64]
    needs: NDArray[np.int64]
    name: NDArray[np.int64]


class Leaves(NamedTuple):
    """Decision trees cut into leaves: where some gates stand open and some shut, one way leads.

    Attributes
    ----------
    start
        Shape (cells + 1,): leaves of cell c stand from ``start[c]`` to ``start[c + 1]``.
    opened, shut
        Shape (leaves,): bits of the gates that the leaf takes to be open, and shut.
    way
        Shape (leaves,): the leading way among the cell's own, -1 where none leads through.
    """

    start: NDArray[np.int64]
    opened: NDArray[np.int64]
    shut: NDArray[np.int64]
    way: NDArray[np.int64]


@_compiled  # type: ignore[untyped-decorator]
def _idle(first: int, label_needs: Any, label_next: Any, needs: int) -> bool:
    """Whether a label already settled at a node needs no more gates than these."""
    label = first
    while label >= 0:
        if label_needs[label] & ~needs == 0:
            return True
        label = label_next[label]
    return False


@_compiled  # type: ignore[untyped-decorator]
def _labels(  # noqa: PLR0917 - compiled code takes no keywords
    reach: Any, between: Any, tail: Any, head: Any, weight: Any, needs: Any, name: Any, most: int
) -> Any:
    """Labels of one origin at the ends of gated arcs, in order of cost."""
    ends, arcs = len(reach), len(tail)
    size, count = 256, 0
    cost, set_, way = np.empty(size), np.empty(size, np.int64), np.empty(size, np.int64)
    node, next_ = np.empty(size, np.int64), np.empty(size, np.int64)
    first = np.full(ends, -1, np.int64)
    heap = [(0.0, np.int64(0), np.int64(0), np.int64(0))]
    heap.pop()
    for arc in range(arcs):
        reached, end = reach[tail[arc]] + weight[arc], head[arc]
        if reached < reach[end] * (1 - SLACK):
            heap.append((reached, needs[arc], end, name[arc] + 1))
    heapify(heap)
    while heap:
        here, gates, at, by = heappop(heap)
        if _idle(first[at], set_, next_, gates):
            continue
        if count == most:
            return most + 1, cost, set_, way, node
        if count == size:
            cost, set_ = np.append(cost, np.empty(size)), np.append(set_, np.empty(size, np.int64))
            way = np.append(way, np.empty(size, np.int64))
            node = np.append(node, np.empty(size, np.int64))
            next_ = np.append(next_, np.empty(size, np.int64))
            size *= 2
        cost[count], set_[count], way[count], node[count] = here, gates, by, at
        next_[count] = first[at]
        first[at] = count
        count += 1
        for arc in range(arcs):
            reached, end = here + between[at, tail[arc]] + weight[arc], head[arc]
            if reached < reach[end] * (1 - SLACK):
                more = gates | needs[arc]
                if not _idle(first[end], set_, next_, more):
                    heappush(heap, (reached, more, end, by * _MIX + name[arc] + 1))
    return count, cost, set_, way, node


@_compiled  # type: ignore[untyped-decorator]
def _thinned(cost: Any, needs: Any) -> Any:
    """Which of some ways are left when none may be idle, least first."""
    kept = np.empty(len(cost), np.int64)
    count = 0
    for way in np.argsort(cost, kind="mergesort"):
        idle = False
        for place in range(count):
            if needs[kept[place]] & ~needs[way] == 0:
                idle = True
                break
        if idle:
            continue
        spared = 0
        for place in range(count):
            other = kept[place]
            dearer = cost[way] > cost[other] * (1 + SLACK)
            if dearer or needs[way] & ~needs[other] != 0:
                kept[spared] = other
                spared += 1
        kept[spared] = way
        count = spared + 1
    return kept[:count]


@_compiled  # type: ignore[untyped-decorator]
def _least_ways(  # noqa: PLR0917 - compiled code takes no keywords
    base: Any,
    tail: Any,
    head: Any,
    weight: Any,
    needs: Any,
    name: Any,
    rows: Any,
    destinations: int,
    origins: int,
    most: int,
) -> Any:
    between = base[origins:, destinations:]
    start = np.zeros(len(rows) * destinations + 1, np.int64)
    size, total = 1024, 0
    cost, set_, way = np.empty(size), np.empty(size, np.int64), np.empty(size, np.int64)
    cell = 0
    for row in rows:
        reach = base[row, destinations:]
        labels, label_cost, label_set, label_way, label_node = _labels(
            reach, between, tail, head, weight, needs, name, most
        )
        if labels > most:
            return start[:0], cost, set_, way
        found = np.empty(labels + 1)
        which = np.empty(labels + 1, np.int64)
        for column in range(destinations):
            free = base[row, column]
            count = 0
            for label in range(labels):
                reached = label_cost[label] + base[origins + label_node[label], column]
                if reached < free * (1 - SLACK):
                    found[count], which[count] = reached, label
                    count += 1
            kept = _thinned(found[:count], label_set[which[:count]])
            while total + len(kept) + 1 > size:
                cost, set_ = (
                    np.append(cost, np.empty(size)),
                    np.append(set_, np.empty(size, np.int64)),
                )
                way = np.append(way, np.empty(size, np.int64))
                size *= 2
            for place in kept:
                cost[total] = found[place]
                set_[total], way[total] = label_set[which[place]], label_way[which[place]]
                total += 1
            if free < np.inf:
                cost[total], set_[total], way[total] = free, 0, 0
                total += 1
            cell += 1
            start[cell] = total
    return start, cost[:total], set_[:total], way[:total]


def least_ways(
    reduced: Reduced, rows: NDArray[np.int64] | None = None, *, most: int = MOST_LABELS
) -> Ways | None:
    """The ways that lead in some combination, for all cells of some origins.

    Parameters
    ----------
    reduced
        The network.
    rows
        Origins to answer, all when left out.
    most
        How many labels an origin may come to.

    Returns
    -------
    Ways or None
        None when an origin comes to more labels than that.
    """
    chosen = np.arange(reduced.origins) if rows is None else rows
    start, *rest = _least_ways(*reduced[:6], chosen, reduced.destinations, reduced.origins, most)
    return Ways(start, *rest) if len(start) else None


@_compiled  # type: ignore[untyped-decorator]
def _asked_most(needs: Any, opened: int, shut: int) -> Any:
    """The leading way if it is settled, else the gate that most of the ways before it wait for."""
    tally = np.zeros(MOST_GATES, np.int64)
    first = np.int64(0)
    for way in range(len(needs)):
        if needs[way] & shut != 0:
            continue
        waits = needs[way] & ~opened
        if waits == 0:
            if first == 0:
                return way, -1
            break
        if first == 0:
            first = waits
        for gate in range(MOST_GATES):
            tally[gate] += (waits >> gate) & 1
    best = -1
    for gate in range(MOST_GATES):
        if (first >> gate) & 1 and (best < 0 or tally[gate] > tally[best]):
            best = gate
    return -1, best


@_compiled  # type: ignore[untyped-decorator]
def _leaves(start: Any, needs: Any) -> Any:
    cells = len(start) - 1
    out = np.zeros(cells + 1, np.int64)
    size, count = 1024, 0
    opened, shut, lead = (
        np.empty(size, np.int64),
        np.empty(size, np.int64),
        np.empty(size, np.int64),
    )
    for cell in range(cells):
        ways = needs[start[cell] : start[cell + 1]]
        branches = [(np.int64(0), np.int64(0))]
        while len(branches) > 0:
            stands, barred = branches.pop()
            way, gate = _asked_most(ways, stands, barred)
            if gate >= 0:
                bit = np.int64(1) << gate
                branches.append((stands, barred | bit))
                branches.append((stands | bit, barred))
                continue
            if count == size:
                opened = np.append(opened, np.empty(size, np.int64))
                shut = np.append(shut, np.empty(size, np.int64))
                lead = np.append(lead, np.empty(size, np.int64))
                size *= 2
            opened[count], shut[count], lead[count] = stands, barred, way
            count += 1
        out[cell + 1] = count
    return out, opened[:count], shut[:count], lead[:count]


def leaves(ways: Ways) -> Leaves:
    """The decision tree of every cell: which way leads where which gates stand open or shut.

    The leaves of a cell part all combinations among themselves: one that takes o gates to be open
    and s to be shut holds for 2^(k - o - s) of them.
    """
    return Leaves(*_leaves(ways.start, ways.needs))


@_compiled  # type: ignore[untyped-decorator]
def _bits(values: Any) -> Any:
    counts = np.zeros(len(values), np.int64)
    for place in range(len(values)):
        rest = values[place]
        while rest:
            rest &= rest - 1
            counts[place] += 1
    return counts


def shares(tree: Leaves) -> NDArray[np.float64]:
    """The share of all combinations that each leaf holds for, shape (leaves,)."""
    found: NDArray[np.float64] = 0.5 ** (_bits(tree.opened) + _bits(tree.shut))
    return found


@_compiled  # type: ignore[untyped-decorator]
def _shapley(  # noqa: PLR0917 - compiled code takes no keywords
    start: Any, opened: Any, shut: Any, value: Any, inverse: Any, out: Any
) -> None:
    gates = out.shape[1]
    for cell in range(len(start) - 1):
        for leaf in range(start[cell], start[cell + 1]):
            o, s = 0, 0
            for gate in range(gates):
                o += (opened[leaf] >> gate) & 1
                s += (shut[leaf] >> gate) & 1
            for gate in range(gates):
                if (opened[leaf] >> gate) & 1:
                    out[cell, gate] += value[leaf] * inverse[o, s] / o
                elif (shut[leaf] >> gate) & 1:
                    out[cell, gate] -= value[leaf] * inverse[o, s] / s


def shapley(tree: Leaves, value: NDArray[np.float64], gates: int) -> NDArray[np.float64]:
    """Shapley values (1953) of games given by decision trees, shape (cells, gates).

    A leaf that takes the gates O to be open and S to be shut is a game worth its value if all of
    O and none of S are in. In a random order of the gates one of O is the last that was missing
    with probability (o - 1)! s! / (o + s)!, and one of S the first that spoils it with o!
    (s - 1)! / (o + s)!; the values of a sum of games add up. So the sum runs over leaves, and is
    exact whatever the number of combinations.

    Parameters
    ----------
    tree
        Leaves of each cell.
    value
        Shape (leaves,): what a combination in the leaf is worth; finite.
    gates
        How many gates there are.
    """
    out = np.zeros((len(tree.start) - 1, gates))
    _shapley(tree.start, tree.opened, tree.shut, value, _inverse_binomials(gates), out)
    return out


@_compiled  # type: ignore[untyped-decorator]
def _interaction(opened: Any, shut: Any, value: Any, inverse: Any, out: Any) -> None:
    gates = len(out)
    for leaf in range(len(value)):
        o, s = 0, 0
        for gate in range(gates):
            o += (opened[leaf] >> gate) & 1
            s += (shut[leaf] >> gate) & 1
        for one in range(gates):
            for other in range(one):
                both = (opened[leaf] >> one) & 1, (opened[leaf] >> other) & 1
                none = (shut[leaf] >> one) & 1, (shut[leaf] >> other) & 1
                ins, outs = both[0] + both[1], none[0] + none[1]
                if ins + outs == 2:  # noqa: PLR2004 - a pair
                    chance = inverse[o - ins, s - outs] / (o + s - 1)
                    out[one, other] += (-1) ** outs * value[leaf] * chance


def interaction(tree: Leaves, value: NDArray[np.float64], gates: int) -> NDArray[np.float64]:
    """Shapley interaction index of every two gates, summed over all leaves, shape (gates, gates).

    Grabisch and Roubens (1999): what two gates bring together beyond what each brings alone, over
    all the others; positive for complements, negative for substitutes. As in :func:`shapley` it
    is a sum over leaves: for two gates of O the chance that the others of O are in and S is out
    is (o - 2)! s! / (o + s - 1)!, and likewise with turned sign for one of each, and for two of S.

    Parameters
    ----------
    tree, value, gates
        As for :func:`shapley`.
    """
    out = np.zeros((gates, gates))
    _interaction(tree.opened, tree.shut, value, _inverse_binomials(gates), out)
    return out + out.T


def _inverse_binomials(gates: int) -> NDArray[np.float64]:
    """Factorials of o and of s over that of their sum, by o and s."""
    size = range(gates + 1)
    return np.array([[1 / comb(o + s, o) for s in size] for o in size])
