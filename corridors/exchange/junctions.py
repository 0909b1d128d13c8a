"""Ways as a map holds them, joined into strands that run from junction to junction."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

TWO = 2  # segments that meet where a line just goes on


class Kind(NamedTuple):
    """What a stretch of way is; a change of kind ends a strand."""

    mode: str
    carries: str = ""
    gauge_mm: tuple[str, ...] = ()
    gauge_known: bool = True
    status: str = "open"
    electrified: bool | None = None

    @property
    def net(self) -> str:
        """Whose vehicles run on it: ``rail`` or ``road``."""
        return self.carries or self.mode


@dataclass(frozen=True, eq=False)
class Ways:
    """Ways as flat arrays: w ways over n node references.

    Attributes
    ----------
    refs, points
        Node ids, shape (n,), and where they lie (lon, lat), shape (n, 2).
    start
        Shape (w + 1,): way i has nodes ``start[i]`` to ``start[i + 1]``.
    id, kind, name
        Of each way: its id, its place in ``kinds``, and its name.
    kinds
        The kinds there are.
    """

    refs: NDArray[np.int64]
    points: NDArray[np.float64]
    start: NDArray[np.int64]
    id: NDArray[np.int64]
    kind: NDArray[np.int64]
    kinds: tuple[Kind, ...]
    name: tuple[str, ...]

    def only(self, chosen: NDArray[np.bool_]) -> Ways:
        """Some of the ways, given by a mask of shape (w,)."""
        length = np.diff(self.start)
        nodes = np.repeat(chosen, length)
        return Ways(
            self.refs[nodes],
            self.points[nodes],
            np.concatenate([[0], np.cumsum(length[chosen])]),
            self.id[chosen],
            self.kind[chosen],
            self.kinds,
            tuple(self.name[way] for way in np.flatnonzero(chosen)),
        )


@dataclass(frozen=True, eq=False)
class Strand:
    """A line between two junctions, all of one kind.

    Attributes
    ----------
    way, name
        Id and name of the first way it is made of.
    kind
        What it is.
    ends
        Node ids of its ends.
    points
        Its line (lon, lat), shape (m, 2), ends included.
    """

    way: int
    name: str
    kind: Kind
    ends: tuple[int, int]
    points: NDArray[np.float64]


def strands(ways: Ways, stops: Iterable[int] = ()) -> list[Strand]:
    """Ways joined and cut so that strands meet at junctions only.

    Parameters
    ----------
    ways
        Ways of one net; they meet where they share a node id.
    stops
        Node ids at which a strand must end though nothing branches off.

    Returns
    -------
    list of Strand
        In the order of the ways. Rings that touch no junction are left out.
    """
    if not len(ways.id):
        return []
    ids, node = np.unique(ways.refs, return_inverse=True)
    of_way = np.repeat(np.arange(len(ways.id)), np.diff(ways.start))
    ends = _breaks(ways, node, of_way, len(ids))
    ends[np.isin(ids, np.fromiter(stops, dtype=np.int64))] = True
    first, last = _pieces(ways, node, of_way, ends)
    chains = _chains(node[first], node[last], ends)
    return [_strand(ways, of_way, first, last, chain) for chain in chains]


def _breaks(
    ways: Ways, node: NDArray[np.int64], of_way: NDArray[np.int64], count: int
) -> NDArray[np.bool_]:
    """Nodes where lines branch, end or change kind, shape (count,)."""
    inner = np.flatnonzero(of_way[:-1] == of_way[1:])
    inner = inner[node[inner] != node[inner + 1]]
    touched = np.concatenate([node[inner], node[inner + 1]])
    kinds = np.tile(ways.kind[of_way[inner]], 2)
    degree = np.bincount(touched, minlength=count)
    least = np.full(count, len(ways.kinds))
    most = np.full(count, -1)
    np.minimum.at(least, touched, kinds)
    np.maximum.at(most, touched, kinds)
    ends: NDArray[np.bool_] = (degree != TWO) | (least != most)
    return ends


def _pieces(
    ways: Ways, node: NDArray[np.int64], of_way: NDArray[np.int64], ends: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Ways cut at the breaks: first and last position of each piece."""
    cut = ends[node]
    cut[ways.start[:-1]] = True
    cut[ways.start[1:] - 1] = True
    at = np.flatnonzero(cut)
    same = of_way[at[:-1]] == of_way[at[1:]]
    first, last = at[:-1][same], at[1:][same]
    real = (last > first + 1) | (node[first] != node[last])
    return first[real], last[real]


def _chains(
    tail: NDArray[np.int64], head: NDArray[np.int64], ends: NDArray[np.bool_]
) -> list[list[tuple[int, bool]]]:
    """Pieces in a row from break to break, each with whether it is walked backwards."""
    ready = ends[tail] & ends[head]
    chains = [[(int(piece), False)] for piece in np.flatnonzero(ready)]
    touching: dict[int, list[int]] = defaultdict(list)
    loose = [int(piece) for piece in np.flatnonzero(~ready)]
    for piece in loose:
        for end in (int(tail[piece]), int(head[piece])):
            if not ends[end]:
                touching[end].append(piece)
    used: set[int] = set()
    for piece in loose:
        if piece not in used and (ends[tail[piece]] or ends[head[piece]]):
            backwards = not ends[tail[piece]]
            chain = [(piece, backwards)]
            used.add(piece)
            at = int(tail[piece] if backwards else head[piece])
            while not ends[at]:
                following = next(other for other in touching[at] if other not in used)
                backwards = int(head[following]) == at
                chain.append((following, backwards))
                used.add(following)
                at = int(tail[following] if backwards else head[following])
            chains.append(chain)
    return sorted(chains)


def _strand(
    ways: Ways,
    of_way: NDArray[np.int64],
    first: NDArray[np.int64],
    last: NDArray[np.int64],
    chain: list[tuple[int, bool]],
) -> Strand:
    runs = []
    for number, (piece, backwards) in enumerate(chain):
        run = np.arange(first[piece], last[piece] + 1)
        runs.append((run[::-1] if backwards else run)[min(number, 1) :])
    at = np.concatenate(runs) if len(runs) > 1 else runs[0]
    way = int(of_way[at[0]])
    ends = int(ways.refs[at[0]]), int(ways.refs[at[-1]])
    kind = ways.kinds[ways.kind[way]]
    return Strand(int(ways.id[way]), ways.name[way], kind, ends, ways.points[at])
