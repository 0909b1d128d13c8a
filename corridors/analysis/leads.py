"""Which named corridor a way follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from corridors.network import Network


#: A way follows a corridor if this part of its km, or more, lies on it.
LEAST_SHARE = 0.25


class Lead(NamedTuple):
    """The corridor a way follows; an empty id where it follows none.

    ``share`` is the part of the way's km that lies on it, 0 to 1.
    """

    corridor: str
    share: float

    def __str__(self) -> str:
        return f"{self.corridor} ({self.share:.0%} of the way)" if self.corridor else "no corridor"


def lead(net: Network, links: Iterable[str]) -> Lead:
    """The corridor that most of a way's km lie on, if a quarter of them do.

    A corridor that names toll gates stands behind those whose gates the way does pass: ways that
    share a trunk line are told apart by where they leave it. Of corridors with the same km in
    common, the shorter one leads, of which more is followed.

    Parameters
    ----------
    net
        The network whose lengths count.
    links
        Ids of the way's links.

    Examples
    --------
    >>> import corridors as co
    >>> net = co.load()
    >>> lead(net, net.seeds.corridors["btk"].links).corridor
    'btk'
    """
    where, lengths = net.arcs.length, net.values
    km = {link: float(lengths[where[link]]) for link in links}
    passed = {gate for link in km for gate in net.seeds.links[link].gates}
    found = [((False, 0.0, 0.0), Lead("", 0.0))]
    for row in net.seeds.corridors.values():
        own = dict.fromkeys(row.links)
        share = sum(km.get(link, 0.0) for link in own) / (sum(km.values()) or 1.0)
        if share >= LEAST_SHARE:
            entered = not row.toll_gates or not passed.isdisjoint(row.toll_gates)
            size = sum(float(lengths[where[link]]) for link in own)
            found.append(((entered, share, -size), Lead(row.id, share)))
    return max(found, key=lambda item: item[0])[1]


__all__ = ["Lead", "lead"]
