"""Which named corridor a way follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from corridors.network import Network


#: A way follows a corridor if this part of its km, or more, lies on it.
LEAST_SHARE = 0.25
#: How much of a corridor without toll gates a way must run along for its name.
LEAST_FOLLOWED = 0.25


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

    A corridor that names toll gates leads only ways that pass one: ways that share a trunk line are
    told apart by where they leave it. One without leads ways that run along a quarter of it: a
    coaster from St Petersburg to Hamburg does not sail round the Cape. Of corridors with the same
    km in common, the shorter one leads, of which more is followed.

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
    whole = sum(km.values()) or 1.0
    found = [(0.0, 0.0, "")]
    for row in net.seeds.corridors.values():
        own = dict.fromkeys(row.links)
        shared = sum(km.get(link, 0.0) for link in own)
        size = sum(float(lengths[where[link]]) for link in own)
        if row.toll_gates:
            entered = not passed.isdisjoint(row.toll_gates)
        else:
            entered = shared >= LEAST_FOLLOWED * size
        if entered and shared >= LEAST_SHARE * whole:
            found.append((shared, -size, row.id))
    shared, _, name = max(found, key=lambda item: item[:2])
    return Lead(name, shared / whole)


__all__ = ["Lead", "lead"]
