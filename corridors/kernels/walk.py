"""A walk over every combination of open and shut gates, over arrays.

With the gated arcs taken out the network is the least distances among its terminals
(:class:`corridors.kernels.subsets.Reduced`). The walk goes through the combinations depth first:
at each level one gate is shut, then open. Putting its arcs back is one min-plus update each,
``D = min(D, D[:, u] + w + D[v, :])``, of the cells that gain; taking them out again puts back what
the log says. Ends that no deeper gate uses leave the matrix, so the deep levels work on the places
alone. The cost does not depend on the size of the network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numba
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.kernels.subsets import Reduced

_compiled: Any = numba.njit(cache=True, nogil=True)
#: Combinations are counted with floats, and no one visits more.
MOST_GATES = 40


class Plan(NamedTuple):
    """A walk laid out: terminals in the order in which they leave, arcs in that of their gates.

    Attributes
    ----------
    table
        The terminal matrix; ends that leave first stand last, in rows and columns alike.
    origins, destinations
        How many places there are in rows and columns.
    tail, head
        Shape (arcs,): the ends of each gated arc, as places among the ends.
    length, needs
        Shape (arcs,): weight, and bits of the gates that must all stand open.
    arcs_from
        Shape (gates + 1,): arcs that enter with gate g of the walk stand from ``arcs_from[g]``
        to ``arcs_from[g + 1]``.
    ends_at
        Shape (gates,): how many ends are left at a level.
    bits
        Shape (gates,): the bit of the gate of each level.
    """

    table: NDArray[np.float64]
    origins: int
    destinations: int
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    length: NDArray[np.float64]
    needs: NDArray[np.int64]
    arcs_from: NDArray[np.int64]
    ends_at: NDArray[np.int64]
    bits: NDArray[np.int64]


class Piece(NamedTuple):
    """What a walk over one prefix comes to.

    Attributes
    ----------
    total
        Shape (origins, destinations): sum of the finite costs.
    reached
        Shape (origins, destinations): combinations with a way.
    codes
        Shape (combinations,): bits of the open gates of each row of ``costs``.
    costs
        Shape (combinations, cells): costs of the cells asked for, infinite where no way leads.
    """

    total: NDArray[np.float64]
    reached: NDArray[np.float64]
    codes: NDArray[np.int64]
    costs: NDArray[np.float64]


@_compiled  # type: ignore[untyped-decorator]
def _insert(  # noqa: PLR0917 - compiled code takes no keywords
    plan: Any, arc: int, ends: int, beneath: float, log: Any, old: Any, logged: int, sums: Any
) -> Any:
    """Put one arc back into the terminal matrix; log what each changed cell was.

    The matrix is closed under the arcs already in it, so a row that comes to the arc's head no
    sooner by the arc gains nowhere, nor does a column that its tail reaches no sooner by it.
    """
    table, origins, destinations = plan.table, plan.origins, plan.destinations
    total, reached = sums
    tail, head, length = plan.tail[arc], plan.head[arc], plan.length[arc]
    before, onward = table[origins + tail], table[origins + head]
    gains = np.empty(destinations + ends, np.int64)
    count = 0
    for column in range(destinations + ends):
        if length + onward[column] < before[column]:
            gains[count] = column
            count += 1
    for row in range((origins + ends) * (count > 0)):
        here = table[row, destinations + tail] + length
        if here < table[row, destinations + head]:
            for place in range(count):
                column = gains[place]
                through, was = here + onward[column], table[row, column]
                if through < was:
                    log[logged, 0], log[logged, 1], old[logged] = row, column, was
                    logged += 1
                    table[row, column] = through
                    if row < origins and column < destinations:
                        fresh = was == np.inf
                        reached[row, column] += beneath * fresh
                        total[row, column] += beneath * (through if fresh else through - was)
    return logged


@_compiled  # type: ignore[untyped-decorator]
def _open(  # noqa: PLR0917 - compiled code takes no keywords
    plan: Any, level: int, opened: int, beneath: float, log: Any, old: Any, logged: int, sums: Any
) -> Any:
    """Put back the arcs that wait for no gate but the one of this level."""
    for arc in range(plan.arcs_from[level], plan.arcs_from[level + 1]):
        if plan.needs[arc] & ~opened == 0:
            logged = _insert(plan, arc, plan.ends_at[level], beneath, log, old, logged, sums)
    return logged


@_compiled  # type: ignore[untyped-decorator]
def _start(  # noqa: PLR0917 - compiled code takes no keywords
    plan: Any, fixed: int, prefix: int, log: Any, old: Any, piece: Any
) -> Any:
    """Open the gates of a prefix, and count what holds beneath it until a deeper gate opens."""
    opened = np.int64(0)
    sums = (piece.total, piece.reached)
    for level in range(fixed):
        if (prefix >> level) & 1:
            opened |= plan.bits[level]
            _open(plan, level, opened, 0.0, log, old, 0, sums)
    beneath = float(np.int64(1) << (len(plan.bits) - fixed))
    for row in range(plan.origins):
        for column in range(plan.destinations):
            cost = plan.table[row, column]
            piece.reached[row, column] = beneath * (cost < np.inf)
            piece.total[row, column] = beneath * cost if cost < np.inf else 0.0
    return opened


@_compiled  # type: ignore[untyped-decorator]
def _walk(plan: Any, fixed: int, prefix: int, cells: Any, piece: Any) -> None:
    """Visit the combinations beneath a prefix; changes ``plan.table`` and ``piece``.

    At a level the gate is first shut, then open, then all that its arcs changed is put back.
    """
    table, gates = plan.table, len(plan.bits)
    most = 1
    for level in range(gates):
        arcs, ends = plan.arcs_from[level + 1] - plan.arcs_from[level], plan.ends_at[level]
        most += arcs * (plan.origins + ends) * (plan.destinations + ends)
    log, old = np.empty((most, 2), np.int32), np.empty(most)
    opened = _start(plan, fixed, prefix, log, old, piece)
    state, logged_at = np.zeros(gates + 1, np.int64), np.zeros(gates + 1, np.int64)
    level, leaf, logged = fixed, 0, 0
    while level >= fixed:
        if level == gates:
            for cell in range(len(cells)):
                piece.codes[leaf] = opened
                piece.costs[leaf, cell] = table[cells[cell, 0], cells[cell, 1]]
            leaf += 1
            level -= 1
            continue
        step = state[level]
        state[level] += 1
        if step == 1:
            opened |= plan.bits[level]
            logged_at[level] = logged
            beneath = float(np.int64(1) << (gates - 1 - level))
            sums = (piece.total, piece.reached)
            logged = _open(plan, level, opened, beneath, log, old, logged, sums)
        if step < 2:  # noqa: PLR2004 - shut, open
            level += 1
            state[level] = 0
            continue
        while logged > logged_at[level]:
            logged -= 1
            table[log[logged, 0], log[logged, 1]] = old[logged]
        opened &= ~plan.bits[level]
        level -= 1


def walk_order(reduced: Reduced, gates: int) -> NDArray[np.int64]:
    """Gates in the order in which a walk best takes them, shape (gates,).

    Those that change most come first: the deep levels run most often.
    """
    held = (reduced.needs[:, None] >> np.arange(gates)) & 1
    changed = [_changed(reduced, held[:, gate] == 0) for gate in range(gates)]
    return np.argsort(-np.array(changed), kind="stable")


def plan_walk(reduced: Reduced, order: NDArray[np.int64]) -> Plan:
    """Lay out a walk that takes gates in an order, each gate once."""
    gates = len(order)
    held = (reduced.needs[:, None] >> np.arange(gates)) & 1
    level = np.where(held == 1, np.argsort(order), -1).max(axis=1, initial=-1)
    arcs = np.argsort(level, kind="stable")
    last = np.full(len(reduced.base) - reduced.origins, -1, dtype=np.int64)
    for end in (reduced.tail, reduced.head):
        np.maximum.at(last, end, level)
    ends = np.argsort(-last, kind="stable")
    place = np.argsort(ends)
    rows = np.concatenate([np.arange(reduced.origins), reduced.origins + ends])
    columns = np.concatenate([np.arange(reduced.destinations), reduced.destinations + ends])
    return Plan(
        table=np.ascontiguousarray(reduced.base[np.ix_(rows, columns)]),
        origins=reduced.origins,
        destinations=reduced.destinations,
        tail=place[reduced.tail[arcs]],
        head=place[reduced.head[arcs]],
        length=reduced.weight[arcs],
        needs=reduced.needs[arcs],
        arcs_from=np.searchsorted(level[arcs], np.arange(gates + 1)).astype(np.int64),
        ends_at=(last >= np.arange(gates)[:, None]).sum(axis=1).astype(np.int64),
        bits=np.int64(1) << order,
    )


def _changed(reduced: Reduced, without: NDArray[np.bool_]) -> int:
    """How many cells have a dearer way, or none, by these gated arcs alone than by all."""
    places = slice(reduced.origins), slice(reduced.destinations)
    tables = [_closed(reduced, arcs)[places] for arcs in (without, np.ones_like(without))]
    return int((tables[0] > tables[1]).sum())


def _closed(reduced: Reduced, chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The terminal matrix with some of the gated arcs put back."""
    table = reduced.base
    for arc in np.flatnonzero(chosen):
        tail = table[:, [reduced.destinations + reduced.tail[arc]]]
        head = table[[reduced.origins + reduced.head[arc]], :]
        table = np.minimum(table, tail + reduced.weight[arc] + head)
    return table


def walk(
    plan: Plan, *, fixed: int = 0, prefix: int = 0, cells: NDArray[np.int64] | None = None
) -> Piece:
    """Visit every combination beneath a prefix.

    Parameters
    ----------
    plan
        From :func:`plan_walk`.
    fixed, prefix
        The first ``fixed`` gates of the walk stand as the bits of ``prefix`` say; pieces with
        other prefixes are independent of one another.
    cells
        Shape (n, 2): cells (origin, destination) whose cost in every combination is wanted.
    """
    wanted = np.zeros((0, 2), dtype=np.int64) if cells is None else cells
    shape = plan.origins, plan.destinations
    rows = 1 << (len(plan.bits) - fixed) if len(wanted) else 0
    codes, costs = np.empty(rows, dtype=np.int64), np.empty((rows, len(wanted)))
    piece = Piece(np.zeros(shape), np.zeros(shape), codes, costs)
    _walk(plan._replace(table=plan.table.copy()), fixed, prefix, wanted, piece)
    return piece
