"""The exact points at which the best way changes as a duty, a dwell, a rate or a speed moves.

The cost of a way is a straight line in the lever: so much a passage, an hour, a tonne-kilometre.
The best of many lines is a concave, piecewise linear curve, whose corners are found exactly by
solving where lines meet (Eisner & Severance 1976). A speed enters by its inverse, so the work is
done in hours a kilometre and told in km/h.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors import kernel, schema
from corridors.analysis.leads import Lead, lead
from corridors.arcs import DESTINATION, HOURS, ORIGIN, State
from corridors.cost import Charge, Figures, charged_arcs
from corridors.errors import CorridorsError, NoRoute, UnknownNameError
from corridors.routing import UNITS, Query, Route, check_place, graph

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandas as pd
    from numpy.typing import NDArray

    from corridors.cost import Cargo
    from corridors.network import Network

KINDS = ("duty", "dwell", "rate", "speed", "length", "parameter")
_NAMES = {"rate": ("rate_usd_per_tkm", "fare_usd", "fee_usd"), "speed": ("speed_kmh",)}
#: Where no way avoids a duty, it is followed up to this many times the best way's cost.
_FAR = 2.0
#: A range that ends where nothing changes any more ends this much beyond the last point.
_BEYOND = 1.25
_LINEAR = 1e-9


@dataclass(frozen=True, slots=True)
class Lever:
    """A number that is moved, and what all arcs cost at one value of it.

    Attributes
    ----------
    name
        As it was asked for, such as ``dwell:astara-road``.
    unit
        Unit of its values.
    low, high
        The range it is moved over.
    now
        Its value in the network.
    inverse
        Whether costs are straight lines in its inverse.
    least, most
        Bounds that no value may pass.
    """

    name: str
    unit: str
    low: float
    high: float
    now: float
    inverse: bool = False
    least: float = 0.0
    most: float = math.inf

    def value(self, t: float) -> float:
        """Its value at a point from 0 to 1 of the way from low to high."""
        if self.inverse:
            return 1 / (1 / self.low + t * (1 / self.high - 1 / self.low))
        return self.low + t * (self.high - self.low)

    @property
    def span(self) -> float:
        """High less low, of the inverse if costs are straight lines in that."""
        return 1 / self.high - 1 / self.low if self.inverse else self.high - self.low


@dataclass(frozen=True, eq=False)
class Range:
    """A range of the lever in which one way is the best.

    Attributes
    ----------
    start, end
        Values of the lever.
    worth_start, worth_end
        What the way costs at the two ends, in the unit of the objective.
    slope
        How much of the lever the way uses: passages that pay a duty, hours at a dwell, tonne-km at
        a rate; of a speed, how the objective moves with hours a kilometre.
    lead
        The named corridor it follows.
    route
        The way, with its figures as the network stands.
    """

    start: float
    end: float
    worth_start: float
    worth_end: float
    slope: float
    lead: Lead
    route: Route = field(repr=False)


@dataclass(frozen=True, eq=False)
class Breakeven:
    """Which way is best over the whole range of a lever.

    Attributes
    ----------
    origin, destination, by
        What was asked.
    lever
        What is moved.
    ranges
        From low to high without a gap.
    """

    origin: str
    destination: str
    by: str
    lever: Lever
    ranges: tuple[Range, ...]

    @property
    def breakpoints(self) -> tuple[float, ...]:
        """Values of the lever at which the best way changes, ascending."""
        return tuple(item.end for item in self.ranges[:-1])

    def at(self, value: float) -> Range:
        """The range that a value lies in; at a breakpoint the one below it.

        Raises
        ------
        CorridorsError
            When the value lies outside the range that was searched.
        """
        if not self.lever.low <= value <= self.lever.high:
            message = (
                f"{self.lever.name} {value:g} lies outside "
                f"{self.lever.low:g} to {self.lever.high:g} {self.lever.unit}"
            )
            raise CorridorsError(message)
        return next(item for item in self.ranges if value <= item.end or item is self.ranges[-1])

    def worth(self, value: float) -> float:
        """What the best way costs at a value of the lever, in the unit of the objective."""
        found = self.at(value)
        if found.start == found.end:
            return found.worth_start
        points = (1 / value, 1 / found.start, 1 / found.end) if self.lever.inverse else None
        x, start, end = points or (value, found.start, found.end)
        share = (x - start) / (end - start)
        return found.worth_start + share * (found.worth_end - found.worth_start)

    def leaders(self) -> list[tuple[str, float, float]]:
        """Corridors in turn with the range in which each leads; neighbours alike are joined."""
        found: list[tuple[str, float, float]] = []
        for item in self.ranges:
            if found and found[-1][0] == item.lead.corridor:
                found[-1] = (found[-1][0], found[-1][1], item.end)
            else:
                found.append((item.lead.corridor, item.start, item.end))
        return found

    def table(self) -> pd.DataFrame:
        """One row a range.

        Returns
        -------
        DataFrame
            Columns ``from, to, unit, corridor, share, worth_from, worth_to, slope, km, hours, usd,
            co2_kg, countries, gates``; figures as the network stands.
        """
        import pandas as pd

        return pd.DataFrame([_row(item, self.lever) for item in self.ranges])

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it."""
        lever = self.lever
        rows = [_row(item, lever) | {"links": list(item.route.links)} for item in self.ranges]
        return {
            "origin": self.origin,
            "destination": self.destination,
            "by": self.by,
            "lever": lever.name,
            "unit": lever.unit,
            "low": lever.low,
            "high": lever.high,
            "now": lever.now,
            "breakpoints": list(self.breakpoints),
            "ranges": rows,
        }

    def words(self) -> str:
        """A sentence a range."""
        lever = self.lever
        names = self.ranges[0].route.network.seeds.places
        ends = f"{names[self.origin].name} to {names[self.destination].name}, by {self.by}"
        over = f"{lever.name} from {lever.low:,.4g} to {lever.high:,.4g} {lever.unit}"
        lines = [f"{ends}, over {over} (now {lever.now:,.4g})"]
        unit = UNITS[self.by]
        for item in self.ranges:
            way = f"{item.lead}, through {' '.join(item.route.countries)}"
            way += f" by {' and '.join(item.route.modes)}"
            worth = f"{item.worth_start:,.1f} to {item.worth_end:,.1f} {unit}"
            lines.append(f"{item.start:,.6g} to {item.end:,.6g} {lever.unit}: {way}; {worth}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        head, *rest = self.words().splitlines()
        items = "".join(f"<li>{escape(line)}</li>" for line in rest)
        return f"<p><b>{escape(head)}</b></p><ul>{items}</ul>"


def _row(item: Range, lever: Lever) -> dict[str, Any]:
    route = item.route
    return {
        "from": item.start,
        "to": item.end,
        "unit": lever.unit,
        "corridor": item.lead.corridor,
        "share": item.lead.share,
        "worth_from": item.worth_start,
        "worth_to": item.worth_end,
        "slope": item.slope,
        **{measure: route.total(measure) for measure in ("km", "hours", "usd", "co2_kg")},
        "countries": " ".join(route.countries),
        "gates": "; ".join(route.gates),
    }


def breakeven(
    net: Network,
    origin: str,
    destination: str,
    *,
    lever: str,
    low: float | None = None,
    high: float | None = None,
    by: str = "cost",
    cargo: Cargo | None = None,
    modes: Iterable[str] | None = None,
    avoid: Iterable[str] = (),
) -> Breakeven:
    """Where the best way changes as one number of the model moves, exactly.

    Parameters
    ----------
    net, origin, destination, by, cargo, modes, avoid
        As for :func:`corridors.route`.
    lever
        ``duty:<gate, corridor, family of corridors or country>``, USD a shipment in place of what
        the network charges there; ``dwell:<gate>``, hours at the gate in place of its own, either
        way; ``rate:<parameter>``, ``speed:<parameter>``, ``length:<link>``; or the id of any other
        parameter whose effect is a straight line.
    low, high
        The range. When left out: for a duty, from nothing to where nothing changes any more; for
        a dwell, from nothing to the high end of the gate's published range; for a parameter its
        published range.

    Returns
    -------
    Breakeven

    Raises
    ------
    CorridorsError
        When the lever does not enter what is minimised, or not as a straight line, or the range
        is none.
    UnknownNameError
        When a name is not known; shows the nearest.
    NoRoute
        When there is no way at all.

    Notes
    -----
    Concave envelope of the ways' straight lines: M. J. Eisner and D. G. Severance, "Mathematical
    techniques for efficient record segmentation in large shared databases", Journal of the ACM
    23(4), 1976. Solves about two shortest ways a range.

    Examples
    --------
    >>> import corridors as co
    >>> net = co.load().under("both-open")
    >>> found = co.breakeven(net, "baku", "nakhchivan", lever="duty:araz-rail")
    >>> found.ranges[0].start, len(found.breakpoints) == len(found.ranges) - 1
    (0.0, True)
    """
    for place in (origin, destination):
        check_place(net, place)
    query = Query(net, by=by, cargo=cargo, modes=modes, avoid=avoid)
    shut = np.isinf(query.weight_between(origin, destination))
    node = net.arcs.node
    ends = node[State(origin, ORIGIN)], node[State(destination, DESTINATION)]

    def solve(weight: NDArray[np.float64]) -> list[int]:
        way = kernel.shortest(graph(net), weight, *ends)[1] if origin != destination else []
        if not way and origin != destination:
            raise NoRoute(origin, destination, query.needs([origin, destination]))
        return way

    moved, figures = _lever(net, lever, query, (solve, shut), (low, high))

    def weight(value: float) -> NDArray[np.float64]:
        return np.where(shut, np.inf, figures(value).by(by))

    moved = _straight(moved, by, weight)
    pieces = kernel.lower_envelope(solve, weight(moved.low), weight(moved.high))
    ranges = []
    for piece in pieces:
        route = query.as_route(origin, destination, piece.way)
        ranges.append(
            Range(
                start=moved.value(piece.start) if piece.start else moved.low,
                end=moved.value(piece.end) if piece.end < 1 else moved.high,
                worth_start=piece.at(piece.start),
                worth_end=piece.at(piece.end),
                slope=(piece.at_1 - piece.at_0) / moved.span,
                lead=lead(net, route.links),
                route=route,
            )
        )
    return Breakeven(origin, destination, by, moved, tuple(ranges))


_Solver = tuple["Callable[[NDArray[np.float64]], list[int]]", "NDArray[np.bool_]"]
_Asked = tuple[float | None, float | None]


def _lever(
    net: Network, name: str, query: Query, solver: _Solver, asked: _Asked
) -> tuple[Lever, Callable[[float], Figures]]:
    """A lever from its name, and the figures of all arcs at a value of it."""
    kind, colon, target = name.partition(":")
    if not colon:
        kind, target = "parameter", name
    makers = {"duty": _duty, "dwell": _dwell, "length": _length}
    if kind not in KINDS:
        what = "lever"
        raise UnknownNameError(what, name, [f"{known}:" for known in KINDS])
    make = makers.get(kind)
    lever, figures = (
        make(net, target, query, solver) if make else _parameter(net, target, query, kind)
    )
    low, high = (
        own if given is None else float(given)
        for own, given in zip((lever.low, lever.high), asked, strict=True)
    )
    if not (math.isfinite(high) and lever.least <= low < high <= lever.most):
        within = f"{lever.least:g} or more"
        within += f" to {lever.most:g} {lever.unit}" * math.isfinite(lever.most)
        message = f"the range of {name} must run upward within {within}: {low:g} to {high:g}"
        raise CorridorsError(message)
    return replace(lever, name=name, low=low, high=high), figures


def _duty(
    net: Network, target: str, query: Query, solver: _Solver
) -> tuple[Lever, Callable[[float], Figures]]:
    """A charge a shipment, in place of what the network charges there."""
    seeds, basis = net.seeds, "usd_per_shipment"
    countries = {place.country for place in seeds.places.values()} - {schema.HIGH_SEAS}
    families = dict.fromkeys(corridor.partition("-")[0] for corridor in seeds.corridors)
    known = [*seeds.gates, *seeds.corridors, *families, *countries]
    if target not in known and not seeds.corridor_family(target):
        what = "gate, corridor or country"
        raise UnknownNameError(what, target, known)
    now = sum(charge.usd(query.cargo) for charge in net.charges if charge.target == target)
    others = tuple(charge for charge in net.charges if charge.target != target)

    def figures(value: float) -> Figures:
        charged = replace(net, charges=(*others, Charge(target, basis, value)), _memo={})
        return charged.figures(query.cargo)

    solve, shut = solver
    base = np.where(shut, np.inf, figures(0.0).by(query.by))
    without = base.copy()
    without[charged_arcs(net.arcs, seeds, target)] = np.inf
    best = float(base[solve(base)].sum())
    try:
        high = _BEYOND * (float(without[solve(without)].sum()) - best)
    except NoRoute:
        high = _FAR * best
    return Lever(target, "USD", 0.0, high if high > 0 else best, now), figures


def _dwell(
    net: Network, target: str, query: Query, _: _Solver
) -> tuple[Lever, Callable[[float], Figures]]:
    """Hours at a gate, either way, in place of its own."""
    gates = [*net.arcs.gate_arcs]
    if target not in gates:
        what = "gate"
        raise UnknownNameError(what, target, gates)
    terms = net.arcs.terms[HOURS]
    own = np.flatnonzero(terms.gate == gates.index(target))
    if not own.size:
        message = f"gate {target!r} has no dwell in the tables"
        raise CorridorsError(message)
    hours = terms.amounts(net.values)[own]
    base = net.figures(query.cargo)

    def figures(value: float) -> Figures:
        added = np.bincount(terms.arc[own], weights=value - hours, minlength=net.arcs.count)
        spent = query.cargo.usd_per_h * added
        return replace(base, hours=base.hours + added, generalised_usd=base.generalised_usd + spent)

    rows = [*net.seeds.parameters.values()]
    high = max(rows[place - 1].high for place in terms.a[own])
    return Lever(target, "h", 0.0, max(high, 2 * float(hours.max())), float(hours.mean())), figures


def _length(
    net: Network, target: str, query: Query, _: _Solver
) -> tuple[Lever, Callable[[float], Figures]]:
    """The length of a link."""
    if target not in net.arcs.length:
        what = "link"
        raise UnknownNameError(what, target, net.arcs.length)
    place = net.arcs.length[target]
    now = float(np.take(net.values, place))
    least, most = (
        schema.columns("links")["length_km"].low,
        schema.columns("links")["length_km"].high,
    )
    lever = Lever(target, "km", now / 2, min(now * 2, most), now, least=least, most=most)
    return lever, _with_value(net, place, query)


def _parameter(
    net: Network, target: str, query: Query, kind: str
) -> tuple[Lever, Callable[[float], Figures]]:
    """A parameter of the tables."""
    rows = net.seeds.parameters
    names = _NAMES.get(kind, tuple(schema.PARAMETERS))
    known = [row.id for row in rows.values() if row.name in names]
    if target not in known:
        what = f"{kind} among the parameters" if kind in _NAMES else "lever or parameter"
        raise UnknownNameError(what, target, known)
    row, place = rows[target], net.arcs.parameter[target]
    _, least, most, _ = schema.PARAMETERS[row.name]
    now = float(np.take(net.values, place))
    lever = Lever(target, row.unit, row.low, row.high, now, least=least, most=most)
    return lever, _with_value(net, place, query)


def _with_value(net: Network, place: int, query: Query) -> Callable[[float], Figures]:
    """Figures with another number at one place of the vector of values."""

    def figures(value: float) -> Figures:
        values = np.array(net.values)
        values[place] = value
        return replace(net, values=values, _memo={}).figures(query.asked["cargo"])

    return figures


def _straight(lever: Lever, by: str, weight: Callable[[float], NDArray[np.float64]]) -> Lever:
    """The lever, found to move costs on straight lines: in itself, or in its inverse."""
    ends = weight(lever.low), weight(lever.high)
    if np.array_equal(*ends):
        message = f"{lever.name} does not enter what by={by!r} minimises on any open way"
        raise CorridorsError(message)
    finite = np.isfinite(ends[0])
    middle = (ends[0][finite] + ends[1][finite]) / 2
    for inverse in (False, True) if lever.low > 0 else (False,):
        tried = replace(lever, inverse=inverse)
        if np.allclose(weight(tried.value(0.5))[finite], middle, rtol=_LINEAR, atol=_LINEAR):
            return tried
    message = f"{lever.name} does not enter by={by!r} as a straight line"
    raise CorridorsError(message)


__all__ = ["Breakeven", "Lever", "Range", "breakeven"]
