"""The best way year by year, as gates open on their likely days."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from corridors.analysis.explain import explain
from corridors.analysis.leads import lead
from corridors.asked import check_count, check_pair, listed
from corridors.errors import CorridorsError, NoRoute
from corridors.routing import MEASURES, Route, check_place, route

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from corridors.cost import Cargo
    from corridors.network import Network

Pair = tuple[str, str]


@dataclass(frozen=True, eq=False)
class Turn:
    """A year in which a pair's best way changes.

    Attributes
    ----------
    pair, year
        Where and when; the way was another the listed year before.
    old, new
        The ways before and after; None where there was none.
    gates
        Gates because of which it changed.
    """

    pair: Pair
    year: int
    old: Route | None = field(repr=False)
    new: Route | None = field(repr=False)
    gates: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Timeline:
    """The best ways of some pairs in some years.

    Attributes
    ----------
    pairs, years, by
        What was asked.
    opening
        On which day of their spread unbuilt gates open: ``low``, ``likely`` or ``high``.
    routes
        The way of each (pair, year); None where there is none.
    turns
        Years in which a way changes, and why.
    """

    pairs: tuple[Pair, ...]
    years: tuple[int, ...]
    by: str
    opening: str
    routes: Mapping[tuple[Pair, int], Route | None] = field(repr=False)
    turns: tuple[Turn, ...]

    @property
    def table(self) -> pd.DataFrame:
        """One row a pair and year.

        Returns
        -------
        DataFrame
            Columns ``origin, destination, year, corridor, km, hours, usd, co2_kg,
            generalised_usd, countries, changed, gates``; figures are NaN where there is no way.
        """
        import pandas as pd

        turns = {(turn.pair, turn.year): turn for turn in self.turns}
        rows = []
        for pair in self.pairs:
            for year in self.years:
                way, turn = self.routes[pair, year], turns.get((pair, year))
                rows.append(
                    {
                        "origin": pair[0],
                        "destination": pair[1],
                        "year": year,
                        "corridor": lead(way.network, way.links).corridor if way else "",
                        **{name: way.total(name) if way else float("nan") for name in MEASURES},
                        "countries": " ".join(way.countries) if way else "",
                        "changed": turn is not None,
                        "gates": "; ".join(turn.gates) if turn else "",
                    }
                )
        return pd.DataFrame(rows)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it."""
        rows = []
        for (pair, year), way in self.routes.items():
            figures = {name: round(way.total(name), 3) if way else None for name in MEASURES}
            links = list(way.links) if way else None
            ends = {"origin": pair[0], "destination": pair[1], "year": year}
            rows.append({**ends, **figures, "links": links})
        return {
            "by": self.by,
            "opening": self.opening,
            "rows": rows,
            "turns": [
                {
                    "origin": turn.pair[0],
                    "destination": turn.pair[1],
                    "year": turn.year,
                    "gates": list(turn.gates),
                }
                for turn in self.turns
            ],
        }

    def words(self) -> str:
        """For each pair the way of the first year and what changes it, a line each."""
        return "\n".join(line for pair in self.pairs for line in self._lines(pair))

    def _lines(self, pair: Pair) -> list[str]:
        found = [f"{pair[0]} to {pair[1]}, by {self.by}"]
        found.append(f"{self.years[0]}: {_said(self.routes[pair, self.years[0]])}")
        for turn in self.turns:
            if turn.pair == pair:
                because = f", because of {', '.join(turn.gates)}" if turn.gates else ""
                found.append(f"{turn.year}: {_said(turn.new)}{because}")
        return found

    def _repr_html_(self) -> str:
        lists = []
        for pair in self.pairs:
            head, *rest = self._lines(pair)
            items = "".join(f"<li>{escape(line)}</li>" for line in rest)
            lists.append(f"<p><b>{escape(head)}</b></p><ul>{items}</ul>")
        return "".join(lists)


def _said(way: Route | None) -> str:
    if way is None:
        return "no way"
    by = f"{lead(way.network, way.links)}, through {' '.join(way.countries)}"
    return f"{by}; {way.hours:,.1f} h, {way.usd:,.0f} USD"


def timeline(
    net: Network,
    pairs: Iterable[Pair],
    years: Iterable[int],
    *,
    by: str = "time",
    opening: str = "likely",
    day: str = "07-01",
    cargo: Cargo | None = None,
    modes: Iterable[str] | None = None,
) -> Timeline:
    """The best way of each pair in each year, and because of which gate it changes.

    Parameters
    ----------
    net
        The network; its scenarios hold in every year.
    pairs
        (origin, destination) ids.
    years
        Years, ascending.
    by, cargo, modes
        As for :func:`corridors.route`.
    opening
        On which day of its spread an unbuilt gate opens: ``low`` (early), ``likely`` or ``high``.
    day
        The day of the year whose gates count, as month and day; the middle of the year, out of
        the ice, when left out.

    Returns
    -------
    Timeline

    Raises
    ------
    CorridorsError
        When there are no pairs, or the years do not ascend, or there is no such day.

    Examples
    --------
    >>> import corridors as co
    >>> found = co.timeline(co.load(), [("baku", "nakhchivan")], [2027, 2040])
    >>> found.years
    (2027, 2040)
    """
    asked, when = tuple(check_pair(pair) for pair in pairs), tuple(years)
    for place in (place for pair in asked for place in pair):
        check_place(net, place)
    for year in when:
        check_count("year", year, least=dt.MINYEAR, most=dt.MAXYEAR)
    if not asked or not when or list(when) != sorted(set(when)):
        message = f"a timeline needs pairs, and years that ascend; years: {list(when)}"
        raise CorridorsError(message)
    allowed = None if modes is None else listed(modes)
    networks = {year: net.under(date=_day(year, day), opening=opening) for year in when}
    routes: dict[tuple[Pair, int], Route | None] = {}
    turns = []
    for pair in asked:
        for year, under in networks.items():
            try:
                routes[pair, year] = route(under, *pair, by=by, cargo=cargo, modes=allowed)
            except NoRoute:
                routes[pair, year] = None
        for before, year in pairwise(when):
            old, new = routes[pair, before], routes[pair, year]
            if (old and old.links) != (new and new.links):
                gates = _because(pair, old, new, (networks[before], networks[year]))
                turns.append(Turn(pair, year, old, new, gates))
    return Timeline(asked, when, by, opening, routes, tuple(turns))


def _because(
    pair: Pair, old: Route | None, new: Route | None, networks: tuple[Network, Network]
) -> tuple[str, ...]:
    """Gates that made one way of another, or made the first or ended the last."""
    if old and new:
        return explain(old, new).gates
    way, shut_in = (new, networks[0]) if new else (old, networks[1])
    countries = (shut_in.seeds.places[place].country for place in pair)
    stand_open = shut_in.open_for(*countries)
    return tuple(gate for gate in (way.gates if way else ()) if gate not in stand_open)


def _day(year: int, day: str) -> dt.date:
    try:
        return dt.date.fromisoformat(f"{year:04d}-{day}")
    except (ValueError, TypeError):
        message = f"{year!r} and {day!r} must make a day, such as 2030 and 07-01"
        raise CorridorsError(message) from None


__all__ = ["Timeline", "Turn", "timeline"]
