"""How shippers would share themselves among ways: the path-size logit.

M. Ben-Akiva and M. Bierlaire (1999), "Discrete choice methods and their applications to short term
travel decisions"; the form is that of AequilibraE's documentation, after M. S. Ramming (2002).
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from corridors.analysis.leads import lead
from corridors.cost import OBJECTIVES
from corridors.errors import CorridorsError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from corridors.routing import Route

#: Assumed, for want of an estimate on these corridors; 5 to 20 is a fair range. A way a tenth
#: dearer than the least is taken e times less often at 10.
SCALE = 10.0
#: The weight of the overlap: 1 is what the theory gives for ways that share all but a name.
BETA = 1.0


@dataclass(frozen=True, slots=True)
class Share:
    """One way's part of the traffic.

    Attributes
    ----------
    route
        The way.
    share
        The part of shipments that take it; all shares add up to 1.
    path_size
        How much of it is its own: 1 where it shares no km, 1/n where n ways are alike.
    """

    route: Route = field(repr=False)
    share: float
    path_size: float


@dataclass(frozen=True, eq=False)
class Choice:
    """Shares of some ways between two places.

    Attributes
    ----------
    by, scale, beta
        What shippers weigh, how sharply, and how much overlap counts.
    shares
        In the order of the ways given.
    """

    by: str
    scale: float
    beta: float
    shares: tuple[Share, ...]

    def by_corridor(self) -> dict[str, float]:
        """Shares added up by the corridor that each way follows, largest first."""
        found: dict[str, float] = {}
        for item in self.shares:
            corridor = lead(item.route.network, item.route.links).corridor
            found[corridor] = found.get(corridor, 0.0) + item.share
        return dict(sorted(found.items(), key=lambda pair: -pair[1]))

    @property
    def table(self) -> pd.DataFrame:
        """One row a way: ``share, path_size, corridor, km, hours, usd, co2_kg, countries``."""
        import pandas as pd

        return pd.DataFrame([_row(item) for item in self.shares])

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        rows = [_row(item) | {"links": list(item.route.links)} for item in self.shares]
        return {"by": self.by, "scale": self.scale, "beta": self.beta, "ways": rows}

    def _repr_html_(self) -> str:
        head = f"path-size logit by {self.by}, scale {self.scale:g}"
        return f"<p><b>{escape(head)}</b></p>{self.table.round(3).to_html(index=False)}"


def _row(item: Share) -> dict[str, Any]:
    way = item.route
    return {
        "share": item.share,
        "path_size": item.path_size,
        "corridor": lead(way.network, way.links).corridor,
        **{measure: way.total(measure) for measure in ("km", "hours", "usd", "co2_kg")},
        "countries": " ".join(way.countries),
    }


def shares(
    ways: Sequence[Route],
    *,
    by: str | None = None,
    scale: float = SCALE,
    beta: float = BETA,
) -> Choice:
    """Shares of the traffic that would take each of some ways, by the path-size logit.

    The utility of way i is ``-scale * c_i / min(c) + beta * ln(g_i)``, with ``c_i`` its cost and
    ``g_i`` its path size: the sum over its links of the link's part of its length, divided by how
    many of the ways use the link. Without the second term, ways that differ by a siding would
    count as ways of their own.

    Parameters
    ----------
    ways
        Alternatives between one pair, from :func:`corridors.alternatives`.
    by
        What shippers weigh; what the first way minimises when left out.
    scale
        How sharply: a way dearer by a part ``1 / scale`` of the least cost is taken e times less
        often. The default, 10, is assumed; no estimate for these corridors is known to us.
    beta
        Weight of the overlap; 0 gives the plain logit.

    Returns
    -------
    Choice

    Raises
    ------
    CorridorsError
        When there is no way, the ways are of several pairs, or a number is none or negative.

    Examples
    --------
    >>> import corridors as co
    >>> ways = co.alternatives(co.load(), "baku", "tbilisi", k=3, by="cost")
    >>> abs(sum(item.share for item in co.shares(ways).shares) - 1) < 1e-12
    True
    """
    if not ways or len({(way.origin, way.destination) for way in ways}) > 1:
        message = f"shares need ways of one pair; {len(ways)} given"
        raise CorridorsError(message)
    for name, value in (("scale", scale), ("beta", beta)):
        if not (math.isfinite(value) and value >= 0):
            message = f"{name} {value!r} must be a number that is not negative"
            raise CorridorsError(message)
    weighed = by or ways[0].by
    if weighed not in OBJECTIVES:
        what = "objective"
        raise UnknownNameError(what, weighed, OBJECTIVES)
    costs = [way.total(OBJECTIVES[weighed]) for way in ways]
    sizes = path_sizes(ways)
    least = min(costs) or 1.0
    utilities = [
        beta * math.log(size) - scale * cost / least
        for cost, size in zip(costs, sizes, strict=True)
    ]
    powers = [math.exp(utility - max(utilities)) for utility in utilities]
    found = zip(ways, powers, sizes, strict=True)
    return Choice(
        weighed,
        scale,
        beta,
        tuple(Share(way, power / sum(powers), size) for way, power, size in found),
    )


def path_sizes(ways: Sequence[Route]) -> list[float]:
    """How much of each way is its own, above 0 and up to 1; lengths are km."""
    users = Counter(link for way in ways for link in set(way.links))
    return [
        sum(leg.km / way.km / users[leg.link] for leg in way.hauls) if way.km else 1.0 / len(ways)
        for way in ways
    ]


__all__ = ["Choice", "Share", "path_sizes", "shares"]
