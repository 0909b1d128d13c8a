"""The model beside what was published: every miss is kept and explained."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors import schema
from corridors.analysis.factors import factors
from corridors.analysis.prices import price_level
from corridors.cargo import cargo
from corridors.cost import DUTY, Addend, addends
from corridors.errors import NoRoute
from corridors.routing import MEASURES, Route, route

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from corridors.network import Network

#: How far the model may lie from a published value, as a share of it.
TOLERANCE = {"km": 0.02, "hours": 0.25, "usd": 0.35}
#: The share of the rows that ought to lie inside.
WANTED = {"km": 0.90, "hours": 0.75, "usd": 0.75}
#: Groups of rows that shares are told of, and what a reader calls them.
GROUPS = {
    "": "all rows",
    "like_": "like for like",
    "own_": "of these, of a source of its own",
    "ways_": "ways, each counted once",
}
REACH, AMONG = "within the model's own range", "met by the others published of the way"
#: What the way of a row minimises: a length is that of the shortest way, a time or a price that
#: of the way a shipper would take.
OBJECTIVE = {"km": "distance", "hours": "generalised", "usd": "generalised"}
#: What figures of one and the same thing share: see :func:`_topic`.
Topic = tuple[str, frozenset[str], frozenset[str], tuple[str, ...]]
_MID_YEAR, _MID_MONTH = 7, 15
#: Draws of the model's own range, and its ends.
_DRAWS, _SEED, _RANGE = 250, 1, (0.05, 0.95)
#: Parts named in the sentence on a miss.
_NAMED_PARTS = 3


@dataclass(frozen=True, eq=False)
class Check:
    """One published figure held against the model.

    Attributes
    ----------
    row
        The published figure.
    date
        The day whose gates count: that of the statement, never after the network's own.
    way
        The model's way; None where there is none.
    needs
        Titles of the gates that would have to open for there to be a way.
    span
        Least and greatest of all that is published of the same measure and the same way.
    reach
        Between what the model's figure lies in 90 of 100 draws of its parameters, the way being
        as it is; None for a length.
    """

    row: schema.Observation
    date: dt.date
    way: Route | None = None
    needs: tuple[str, ...] = ()
    span: tuple[float, float] = (float("inf"), float("-inf"))
    reach: tuple[float, float] | None = None

    @cached_property
    def by_part(self) -> dict[str, float]:
        """The model's hours or USD by part, of the parts that the row counts, largest first.

        USD are at the prices of the day of the statement.
        """
        found: dict[str, float] = {}
        if self.way is None:
            return found
        for addend, level in self.priced:
            worth = _ratio(level) * addend.worth(self.way.network.values)
            found[addend.part] = found.get(addend.part, 0.0) + worth
        if self.row.measure == "usd" and not self.row.parts:
            duty = sum(leg.usd_by.get(DUTY, 0.0) for leg in self.way.legs)
            ratio = _ratio(price_level(self.way.network.seeds, "", self.row.date))
            found |= {DUTY: ratio * duty} if duty else {}
        return dict(sorted(found.items(), key=lambda item: -item[1]))

    @cached_property
    def priced(self) -> tuple[tuple[Addend, schema.PriceLevel | None], ...]:
        """What :attr:`model` adds up but duties, each with how its prices stood at the time."""
        if self.way is None or self.row.measure == "km":
            return ()
        arcs, seeds = self.way.network.arcs, self.way.network.seeds
        shipment = self.way.asked["cargo"] or self.way.network.cargo
        market = {
            arcs.parameter[row.id]: row.name
            for row in seeds.parameters.values()
            if row.name in schema.MARKETS
        }

        def level(price: str, origin: str, destination: str) -> schema.PriceLevel | None:
            if self.row.measure == "hours":
                return None
            return price_level(seeds, price, self.row.date, origin=origin, destination=destination)

        return tuple(
            (addend, level(market.get(addend.a, ""), *voyage))
            for arc, voyage in zip(self.way.arcs, _voyages(self.way), strict=True)
            for addend in addends(arcs, shipment, arc, self.row.measure)
            if not self.row.parts or addend.part in self.row.parts
        )

    @cached_property
    def model(self) -> float:
        """The model's value, of the parts that the row counts; NaN where there is no way."""
        if self.way is None:
            return float("nan")
        return self.way.km if self.row.measure == "km" else sum(self.by_part.values())

    @property
    def miss(self) -> float:
        """How far the model lies from the published value, as a share of it."""
        return (self.model - self.row.value) / self.row.value if self.row.value else float("nan")

    @property
    def inside(self) -> bool:
        """Whether the model lies within the tolerance of the value, or a time in its spread.

        A length is held to the chosen source alone, a price to the value alone. A published time
        comes with its own spread; where sources contradict each other on the time of one way, in
        one direction, the spread is that of all of them (:attr:`by_others`).
        """
        return self._by_itself or self.by_others

    @property
    def _by_itself(self) -> bool:
        low, high = self.spread
        spread = self.row.measure == "hours" and low <= self.model <= high
        return spread or abs(self.miss) <= TOLERANCE[self.row.measure]

    @property
    def by_others(self) -> bool:
        """Whether a time lies inside by what others say of the same way, and by that alone."""
        low, high = self.span
        held = self.row.measure == "hours" and self.like and low <= self.model <= high
        return held and not self._by_itself

    @property
    def reached(self) -> bool:
        """Whether the published spread meets the model's own range."""
        low, high = self.reach or (float("inf"), float("-inf"))
        return low <= self.spread[1] and self.spread[0] <= high

    @property
    def spread(self) -> tuple[float, float]:
        """The published spread; the value itself where no other end is published."""
        row = self.row
        low = row.value if row.low is None else row.low
        return low, row.value if row.high is None else row.high

    @property
    def like(self) -> bool:
        """Whether like is held against like."""
        return not self.row.unlike

    @cached_property
    def shared(self) -> tuple[str, ...]:
        """Parameters, links and price levels behind the figure that name one of its own sources.

        Such a row checks how they add up; it is no second witness of them.
        """
        mine = set(self.row.source) - {schema.ASSUMED}
        behind = [row for row in self._behind() if mine.intersection(row.source)]
        return tuple(dict.fromkeys(row.id for row in behind))

    def _behind(self) -> Iterator[schema.Link | schema.Parameter | schema.PriceLevel]:
        """Links of a length; parameters and levels of a time or price, of the parts it counts."""
        if self.way is None:
            return
        seeds = self.way.network.seeds
        if self.row.measure == "km":
            yield from (seeds.links[link] for link in self.way.links)
            return
        at = {
            place: seeds.parameters[row] for row, place in self.way.network.arcs.parameter.items()
        }
        for addend, level in self.priced:
            yield from (at[place] for place in (addend.a, addend.b, addend.c) if place in at)
            if level:
                yield level

    @property
    def why(self) -> str:
        """A sentence or two on a miss; empty where the model lies inside."""
        if self.inside:
            return ""
        row = self.row
        said = [self._no_way() if self.way is None else self._off()]
        said += [f"Not alike: {row.unlike}"] if row.unlike else []
        said += [row.note] if row.note else []
        return " ".join(text[:1].upper() + text[1:].rstrip(" .;") + "." for text in said)

    def _no_way(self) -> str:
        how = f" by {' or '.join(self.row.modes)}" if self.row.modes else ""
        needs = f"; {', '.join(self.needs)} would have to open" if self.needs else ""
        return f"No way{how} as of {self.date}{needs}"

    def _off(self) -> str:
        row = self.row
        low, high = self.spread
        spread = f" (spread {low:,g} to {high:,g})" if low < high else ""
        direction = "above" if self.miss > 0 else "below"
        parts = [f"{part} {amount:,.0f}" for part, amount in self.by_part.items() if amount]
        largest = f", of it {', '.join(parts[:_NAMED_PARTS])}" if row.measure != "km" else ""
        return (
            f"The model has {self.model:,.0f} {MEASURES[row.measure]}{largest}: "
            f"{abs(self.miss):.0%} {direction} the {row.value:,g} published{spread}"
        )

    def to_dict(self) -> dict[str, Any]:
        """One row of the result, with the names and addresses of its sources left to the table."""
        row = self.row
        return {
            "id": row.id,
            "from": row.from_,
            "to": row.to,
            "modes": "; ".join(row.modes),
            "via": "; ".join(row.via),
            "measure": row.measure,
            "published": row.value,
            "low": row.low,
            "high": row.high,
            "model": self.model,
            "miss_percent": 100 * self.miss,
            "inside": self.inside,
            "model_low": self.reach[0] if self.reach else None,
            "model_high": self.reach[1] if self.reach else None,
            "kind": row.kind,
            "date": row.date,
            "gates_as_of": str(self.date),
            "scenario": row.scenario,
            "cargo": row.cargo,
            "opened": "; ".join(row.opened),
            "parts": "; ".join(row.parts),
            "unlike": row.unlike,
            "levels": "; ".join(
                dict.fromkeys(f"{level.id} {level.level:g}" for _, level in self.priced if level)
            ),
            "shared": "; ".join(self.shared),
            "countries": " ".join(self.way.countries) if self.way else "",
            "note": row.note,
            "why": self.why,
        }


@dataclass(frozen=True, eq=False)
class Validation:
    """All published figures beside the model's.

    Attributes
    ----------
    network
        The network that was held against them.
    checks
        One for each row of ``observed.csv``, in its order; none is left out.
    """

    network: Network = field(repr=False)
    checks: tuple[Check, ...]

    @property
    def misses(self) -> tuple[Check, ...]:
        """Checks that lie outside both spread and tolerance."""
        return tuple(check for check in self.checks if not check.inside)

    @property
    def table(self) -> pd.DataFrame:
        """One row per published figure.

        Returns
        -------
        DataFrame
            Columns ``id, from, to, modes, via, measure, published, low, high, model, miss_percent,
            inside, model_low, model_high, kind, date, gates_as_of, scenario, cargo, opened, parts,
            unlike, levels, shared, countries, note, why, source, source_titles, urls``. ``model``
            is NaN where there is no way.
        """
        import pandas as pd

        return pd.DataFrame([self._row(check) for check in self.checks])

    def _row(self, check: Check) -> dict[str, Any]:
        held = self.network.seeds.sources
        rows = [held[source] for source in check.row.source if source in held]
        return {
            **check.to_dict(),
            "source": "; ".join(check.row.source),
            "source_titles": "; ".join(row.title for row in rows),
            "urls": " ".join(row.url for row in rows if row.url),
        }

    @property
    def summary(self) -> pd.DataFrame:
        """Shares inside, by measure.

        Returns
        -------
        DataFrame
            Indexed by measure: ``rows, inside, share`` of all rows; ``like_rows, like_inside,
            like_share`` of those that hold like against like, ``wanted`` of these and whether it
            is ``reached``; ``own_rows, own_inside, own_share`` of those among them whose sources
            stand behind nothing that the model's figure is made of; ``ways_rows, ways_inside,
            ways_share`` of ways told of once or often, met if half of their like rows are or more;
            ``reach_rows, reach_inside, reach_share`` of rows that meet the model's own range;
            ``agree_rows, agree_inside, agree_share`` of those that the others published of their
            way meet (:meth:`agreement`).
        """
        import pandas as pd

        found = {measure: self.shares(measure) for measure in TOLERANCE}
        return pd.DataFrame.from_dict(found, orient="index").rename_axis("measure")

    def shares(self, measure: str) -> dict[str, Any]:
        """One row of :attr:`summary` as plain data."""
        checks = [check for check in self.checks if check.row.measure == measure]
        like = [check for check in checks if check.like]
        topics: dict[Topic, list[bool]] = {}
        for check in like:
            topics.setdefault(_topic(check), []).append(check.inside)
        groups = {
            "": [check.inside for check in checks],
            "like_": [check.inside for check in like],
            "own_": [check.inside for check in like if not check.shared],
            "ways_": [2 * sum(inside) >= len(inside) for inside in topics.values()],
            "reach_": [check.reached for check in like if check.reach],
            "agree_": self.agreement(measure),
        }
        found: dict[str, Any] = {}
        for group, met_by in groups.items():
            found[f"{group}rows"], found[f"{group}inside"] = len(met_by), sum(met_by)
            found[f"{group}share"] = _share(met_by)
        found["wanted"] = WANTED[measure]
        found["reached"] = found["like_share"] >= WANTED[measure]
        return found

    def agreement(self, measure: str) -> list[bool]:
        """How far the published figures foretell each other: a model to measure ours by.

        Returns
        -------
        list of bool
            For each like row on a way that other like rows tell of: whether the middle of those
            others, their geometric mean, meets it within the tolerance; prices at the prices of its
            own time. It is what someone would meet who had no model but all other published
            figures of the way.
        """
        topics: dict[Topic, list[float]] = {}
        for check in self.checks:
            if check.row.measure == measure and check.like and check.model > 0 < check.row.value:
                log = math.log(check.model / check.row.value)
                topics.setdefault(_topic(check), []).append(log)
        return [
            abs(math.exp(log - (sum(logs) - log) / (len(logs) - 1)) - 1) <= TOLERANCE[measure]
            for logs in topics.values()
            if len(logs) > 1
            for log in logs
        ]

    @property
    def by_kind(self) -> pd.DataFrame:
        """Rows and shares inside by measure and kind of figure.

        Returns
        -------
        DataFrame
            Columns ``measure, kind, rows, inside, share``; only kinds that occur.
        """
        import pandas as pd

        groups: dict[tuple[str, str], list[Check]] = {}
        for check in self.checks:
            groups.setdefault((check.row.measure, check.row.kind), []).append(check)
        rows = [
            {
                "measure": measure,
                "kind": kind,
                "rows": len(checks),
                "inside": sum(check.inside for check in checks),
                "share": _share([check.inside for check in checks]),
            }
            for (measure, kind), checks in sorted(groups.items())
        ]
        return pd.DataFrame(rows, columns=["measure", "kind", "rows", "inside", "share"])

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it; what is not known is null."""
        return {
            "date": str(self.network.date),
            "tolerance": TOLERANCE,
            "summary": {
                measure: {name: _plain(value) for name, value in self.shares(measure).items()}
                for measure in TOLERANCE
            },
            "rows": [
                {name: _plain(value) for name, value in self._row(check).items()}
                for check in self.checks
            ],
        }

    def __repr__(self) -> str:
        return f"<Validation: {len(self.checks)} published figures, {len(self.misses)} misses>"

    def _repr_html_(self) -> str:
        head = f"{len(self.checks)} published figures against {self.network.name}"
        return f"<h4>{escape(head)}</h4>{self.summary.round(3).to_html()}"


def validate(net: Network) -> Validation:
    """Hold every published total of ``observed.csv`` against the model.

    A length is held against the shortest way under the row's modes and places to pass; a time or
    a price against the way of least generalised cost under the same, for the cargo that the row
    names and at the prices of its time (:func:`corridors.analysis.prices.price_level`). Gates
    stand as they stood when the figure was published, with the scenario and the gates that the
    row names laid over.

    Parameters
    ----------
    net
        The network; its own scenarios stay.

    Returns
    -------
    Validation

    Raises
    ------
    ScenarioError
        When a row names a scenario that is not there.
    UnknownNameError
        When a row names a cargo or a thing to avoid that is not there.

    Examples
    --------
    >>> import corridors as co
    >>> found = co.validate(co.load())
    >>> len(found.checks) == len(found.network.seeds.observed)
    True
    """
    checks = [_check(net, row) for row in net.seeds.observed.values()]
    spans: dict[Topic, tuple[float, float]] = {}
    for check in (check for check in checks if check.like and check.way):
        low, high = spans.get(_topic(check), (float("inf"), float("-inf")))
        ends = check.row.value, *check.spread
        spans[_topic(check)] = (min(low, *ends), max(high, *ends))
    reach = _reach(net, checks)
    return Validation(
        net,
        tuple(
            replace(check, span=spans.get(_topic(check), check.span), reach=reach.get(check.row.id))
            for check in checks
        ),
    )


def _reach(net: Network, checks: Iterable[Check]) -> dict[str, tuple[float, float]]:
    """The model's own range of each time and price: the same draws for all, on the way it takes."""
    drawn = factors(net)
    luck = drawn.quantiles(drawn.uniforms(_SEED, 0, _DRAWS)).T
    where = [net.arcs.parameter[name] for name in drawn.parameters]
    numbers = dict(zip(where, luck[: len(where)], strict=True))
    found = {}
    for check in checks:
        if check.way and check.row.measure != "km":
            under = check.way.network
            low, high = np.quantile(_drawn(check, under.arcs.values, under.values, numbers), _RANGE)
            found[check.row.id] = float(low), float(high)
    return found


def _drawn(
    check: Check,
    before: NDArray[np.float64],
    now: NDArray[np.float64],
    numbers: Mapping[int, NDArray[np.float64]],
) -> NDArray[np.float64]:
    """The model's figure in every draw, shape (draws,); what a scenario has set is not drawn."""

    def at(place: int) -> NDArray[np.float64] | float:
        kept = place not in numbers or now.item(place) != before.item(place)
        return now.item(place) if kept else numbers[place]

    total = np.zeros(_DRAWS)
    for addend, level in check.priced:
        total += _ratio(level) * addend.units * at(addend.a) * at(addend.b) / at(addend.c)
    return total


def met(shares: Mapping[str, Any], group: str) -> str:
    """How many rows of a group lie inside, with their share, as a reader sees it."""
    inside, rows, share = (shares[f"{group}{name}"] for name in ("inside", "rows", "share"))
    return f"{inside} of {rows}, {share:.0%}" if rows else ""


def _ratio(level: schema.PriceLevel | None) -> float:
    """Prices of a time to those of the tables; the same where nothing is known."""
    return level.level if level else 1.0


def _voyages(way: Route) -> Iterator[tuple[str, str]]:
    """For every leg the countries where its voyage by sea begins and ends; empty ashore."""
    places = way.network.seeds.places
    for at_sea, legs in groupby(way.legs, key=lambda leg: leg.mode == "sea"):
        run = list(legs)
        ends = (places[run[0].start].country, places[run[-1].end].country) if at_sea else ("", "")
        yield from [ends] * len(run)


def _topic(check: Check) -> Topic:
    """What rows must share to speak of the same: measure, parts, cargo, and the way's links.

    Prices and times also share the direction: each has its market, and its border to wait at.
    """
    row = check.row
    links = frozenset(check.way.links if check.way else (row.id,))
    ends = () if row.measure == "km" else (row.from_, row.to)
    return row.measure, frozenset((*row.parts, row.cargo)), links, ends


def _check(net: Network, row: schema.Observation) -> Check:
    date = _day(row.date, net.date)
    layers = (row.scenario,) if row.scenario else ()
    under = net.under(*layers, open=row.opened, date=date)
    try:
        way = route(
            under,
            row.from_,
            row.to,
            by=OBJECTIVE[row.measure],
            modes=row.modes or None,
            via=row.via,
            avoid=row.avoid,
            cargo=cargo(row.cargo, under) if row.cargo else None,
        )
    except NoRoute as no:
        return Check(row, date, needs=tuple(net.seeds.gates[gate].title for gate in no.needs))
    return Check(row, date, way)


def _day(text: str, latest: dt.date) -> dt.date:
    """The day a statement speaks of: the middle of a month or year; ``latest`` if not given."""
    if not text:
        return latest
    year, month, day = (*map(int, text.split("-")), 0, 0)[:3]
    return min(dt.date(year, month or _MID_YEAR, day or _MID_MONTH), latest)


def _share(met_by: Sequence[bool]) -> float:
    return sum(met_by) / len(met_by) if met_by else float("nan")


def _plain(value: Any) -> Any:
    """A number that JSON can hold: NaN becomes null."""
    return None if isinstance(value, float) and value != value else value  # noqa: PLR0124 - NaN alone differs from itself


__all__ = ["Check", "Validation", "met", "validate"]
