"""Why one route differs from another: the gates that decided it, and what each stretch changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, Any

from corridors import schema
from corridors.analysis.leads import lead
from corridors.errors import CorridorsError, NoRoute
from corridors.routing import MEASURES, Route
from corridors.scenario import Change, Scenario

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import pandas as pd

    from corridors.network import Network
    from corridors.routing import Leg
    from corridors.scenario import Key

GONE, NEW, KEPT = "gone", "new", "kept"
#: What is said of a part in words; less than this rounds to nothing.
_NOTABLE = {"km": 0.5, "hours": 0.05, "usd": 0.5}
_UNITS = {"hours": "h", "usd": "USD", "km": "km"}


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is otherwise in the other network.

    Attributes
    ----------
    key
        ``("gate", id)``, ``("link", id)``, ``("charge", target, basis)`` or a cell,
        ``(table, id, column)``.
    before, after
        Its value in either network; for gates and links whether they are open.
    """

    key: Key
    before: float | str | bool
    after: float | str | bool

    def __str__(self) -> str:
        what = ".".join(self.key[1:])
        if self.key[0] in {"gate", "link"}:
            return f"{what} {'opens' if self.after else 'shuts'}"
        if self.key[0] == "charge":
            return f"charge on {self.key[1]}: {self.before:g} to {self.after:g} {self._basis}"
        return f"{self.key[0]}.{what}: {self.before} to {self.after}"

    @property
    def _basis(self) -> str:
        return self.key[2].replace("_", " ")

    def undone(self) -> Change:
        """The change that puts it back."""
        kind, target, *rest = self.key
        if kind in {"gate", "link"}:
            return Change("open" if self.before else "close", (target,), override=True)
        if kind == "charge":
            amount = float(self.before)
            return Change("charge", (target,), value=amount, basis=rest[0], override=True)
        cell = ".".join(self.key)
        value = self.before if isinstance(self.before, str) else float(self.before)
        return Change("set", (cell,), value=value, override=True)


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch that went, came, or stayed at other figures; figures are new less old.

    Attributes
    ----------
    change
        ``gone``, ``new`` or ``kept``.
    kind
        A mode, or ``transfer``, ``load`` or ``unload``.
    country
        Whose soil it lies on.
    corridor
        The corridor that most of it lies on; empty where there is none.
    start, end
        Places (ids).
    gates
        Gates it passes.
    """

    change: str
    kind: str
    country: str
    corridor: str
    start: str
    end: str
    gates: tuple[str, ...]
    km: float
    hours: float
    usd: float
    co2_kg: float
    generalised_usd: float


@dataclass(frozen=True, eq=False)
class Explanation:
    """What changes from one route to another, and why.

    Attributes
    ----------
    old, new
        The two routes.
    decided
        What decided it, each by itself: put back alone, the old way is the best again. Found by
        solving, once for each thing in which the networks differ.
    together
        Where nothing decides by itself: a least set of things that, put back together, restore
        the old way (none of them can be spared).
    asked
        What the two questions differ in (``by``, ``cargo``, ``modes``, ``via``, ``avoid``).
    parts
        Stretches by country and mode; their figures add up to the whole difference.
    """

    old: Route = field(repr=False)
    new: Route = field(repr=False)
    decided: tuple[Difference, ...]
    together: tuple[Difference, ...]
    asked: tuple[str, ...]
    parts: tuple[Part, ...]

    @property
    def changed(self) -> bool:
        """Whether the way itself is another."""
        return self.old.links != self.new.links

    @property
    def gates(self) -> tuple[str, ...]:
        """Gates that decided it, each by itself or all together."""
        deciding = self.decided or self.together
        return tuple(item.key[1] for item in deciding if item.key[0] == "gate")

    def total(self, measure: str) -> float:
        """The whole difference of a measure, new less old."""
        return self.new.total(measure) - self.old.total(measure)

    @cached_property
    def borders(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Gates of crossings that went, and of those that came; a ferry without one by its link."""
        return _gone_and_come(_crossings(self.old), _crossings(self.new))

    @cached_property
    def transfers(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Changes of mode or gauge that went, and those that came, as ``place: layer > layer``."""
        return _gone_and_come(_transfers(self.old), _transfers(self.new))

    def frame(self) -> pd.DataFrame:
        """One row a part, and a last row for the whole."""
        import pandas as pd

        rows = [{name: getattr(part, name) for name in Part.__slots__} for part in self.parts]
        whole = {"change": "all"} | {measure: self.total(measure) for measure in MEASURES}
        table = pd.DataFrame([*rows, whole], columns=[*Part.__slots__]).fillna("")
        return table.assign(gates=["; ".join(gates) for gates in table["gates"]])

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it."""
        names = ("gone", "come")
        return {
            "origin": self.old.origin,
            "destination": self.old.destination,
            "by": self.new.by,
            "old": {"scenario": self.old.scenario, "date": self.old.date},
            "new": {"scenario": self.new.scenario, "date": self.new.date},
            "changed": self.changed,
            "decided": [str(item) for item in self.decided],
            "together": [str(item) for item in self.together],
            "gates": list(self.gates),
            "asked": list(self.asked),
            "difference": {measure: round(self.total(measure), 3) for measure in MEASURES},
            "borders": dict(zip(names, map(list, self.borders), strict=True)),
            "transfers": dict(zip(names, map(list, self.transfers), strict=True)),
            "parts": [_part_dict(part) for part in self.parts],
        }

    def words(self) -> str:
        """The explanation in sentences, one a line."""
        lines = [self._headline(), *self._reasons()]
        lines += [self._stretch(part) for part in self.parts if _notable(part)]
        for what, (gone, come) in (("borders", self.borders), ("transfers", self.transfers)):
            said = [f"gone {', '.join(gone)}"] * bool(gone) + [f"new {', '.join(come)}"] * bool(
                come
            )
            lines += [f"{what}: {'; '.join(said)}"] * bool(said)
        return "\n".join(lines)

    def _headline(self) -> str:
        names = self.old.network.seeds.places
        ends = f"{names[self.old.origin].name} to {names[self.old.destination].name}"
        figures = _figures({measure: self.total(measure) for measure in _UNITS}) or "no difference"
        if not self.changed:
            return f"{ends}: the same way by {lead(self.new.network, self.new.links)}; {figures}"
        ways = [str(lead(route.network, route.links)) for route in (self.old, self.new)]
        return f"{ends}: from {ways[0]} to {ways[1]}; {figures}"

    def _reasons(self) -> list[str]:
        if not self.changed:
            return []
        found = [f"decided by: {self._title(item)}" for item in self.decided]
        if self.together:
            found.append(f"decided by these together: {'; '.join(map(self._title, self.together))}")
        if not found and self.asked:
            by = f"by {self.new.by}, not by {self.old.by}"
            said = [by if name == "by" else f"with other {name}" for name in self.asked]
            found = [f"decided by the question, asked {' and '.join(said)}"]
        return found or ["decided by no single difference: the ways are worth the same"]

    def _title(self, item: Difference) -> str:
        gate = self.new.network.seeds.gates.get(item.key[1]) if item.key[0] == "gate" else None
        return f"{gate.title} ({item})" if gate else str(item)

    def _stretch(self, part: Part) -> str:
        names = self.new.network.seeds.places
        ends = dict.fromkeys((names[part.start].name, names[part.end].name))
        what = f"{part.kind} in {part.country}" if part.km else part.kind
        where = " to ".join(ends) if part.km else f"at {next(iter(ends))}"
        return f"{part.change}: {what}, {where}: {_figures({m: getattr(part, m) for m in _UNITS})}"

    def _repr_html_(self) -> str:
        head, *rest = self.words().splitlines()
        items = "".join(f"<li>{escape(line)}</li>" for line in rest)
        return f"<p><b>{escape(head)}</b></p><ul>{items}</ul>"


def explain(old: Route, new: Route) -> Explanation:
    """What changes from one route to another of the same pair, and why.

    The two may come from two scenarios, two days or two questions.

    Parameters
    ----------
    old, new
        Routes between the same places over networks of the same tables.

    Returns
    -------
    Explanation

    Raises
    ------
    CorridorsError
        When they are not of the same pair, or not of the same tables.

    Examples
    --------
    >>> import corridors as co
    >>> net = co.load()
    >>> old = co.route(net, "baku", "nakhchivan")
    >>> new = old.on(net.under("zangezur-open"))
    >>> found = old.explain(new)
    >>> abs(sum(part.hours for part in found.parts) - found.total("hours")) < 1e-9
    True
    """
    if (old.origin, old.destination) != (new.origin, new.destination):
        message = (
            f"{old.origin} to {old.destination} cannot be explained by "
            f"{new.origin} to {new.destination}: the two routes need the same ends"
        )
        raise CorridorsError(message)
    if old.network.seeds.folder != new.network.seeds.folder:
        message = "routes over different folders of tables cannot be explained by each other"
        raise CorridorsError(message)
    asked = {"by": old.by, **old.asked}, {"by": new.by, **new.asked}
    other = tuple(name for name in asked[1] if asked[0].get(name) != asked[1][name])
    decided, together = _deciding(old, new) if old.links != new.links else ((), ())
    return Explanation(old, new, decided, together, other, _parts(old, new))


def _deciding(old: Route, new: Route) -> tuple[tuple[Difference, ...], tuple[Difference, ...]]:
    """Differences that restore the old way when put back: each alone, else a least set."""
    found = differences(old.network, new.network, (old.origin, old.destination))

    def restores(items: Sequence[Difference]) -> bool:
        changes = tuple(item.undone() for item in items)
        net = new.network.under(Scenario("as before", changes=changes))
        try:
            return new.on(net).links == old.links
        except NoRoute:
            return False

    alone = tuple(item for item in found if restores([item]))
    if alone or not found or not restores(found):
        return alone, ()
    return (), tuple(_irreducible(found, restores))


def _irreducible(
    items: Sequence[Difference], restores: Callable[[Sequence[Difference]], bool]
) -> list[Difference]:
    """Items none of which can be spared."""
    kept = list(items)
    for item in items:
        fewer = [other for other in kept if other is not item]
        if restores(fewer):
            kept = fewer
    return kept


def differences(
    old: Network, new: Network, pair: tuple[str, str] | None = None
) -> list[Difference]:
    """All in which two networks over the same tables differ.

    Parameters
    ----------
    old, new
        Networks over one folder of tables, under any scenarios and as of any days.
    pair
        Ids of the places that the cargo is bound between, whose countries decide which gates are
        open to it; cargo in general when left out.
    """
    was, is_ = old.open_gates, new.open_gates
    if pair is not None:
        origin, destination = (old.seeds.places[place].country for place in pair)
        was, is_ = (net.open_for(origin, destination) for net in (old, new))
    gates = [gate for gate in new.seeds.gates if (gate in was) != (gate in is_)]
    found = [Difference(("gate", gate), gate in was, gate in is_) for gate in gates]
    found += [
        Difference(("link", link), link in new.shut_links, link in old.shut_links)
        for link in sorted(old.shut_links ^ new.shut_links)
    ]
    duties = [
        {(charge.target, charge.basis): charge.amount for charge in net.charges}
        for net in (old, new)
    ]
    cells = [
        {effect.key: effect.value for effect in net.effects if effect.key[0] in schema.TABLES}
        for net in (old, new)
    ]
    for key in dict.fromkeys((*duties[0], *duties[1])):
        amounts = [duty.get(key, 0.0) for duty in duties]
        found.append(Difference(("charge", *key), *amounts))
    for cell in dict.fromkeys((*cells[0], *cells[1])):
        values = (of.get(cell, _cell(net, cell)) for net, of in zip((old, new), cells, strict=True))
        found.append(Difference(cell, *values))
    return [item for item in found if item.before != item.after]


@dataclass(frozen=True, eq=False)
class Diff:
    """What a scenario makes of a network.

    Attributes
    ----------
    old, new
        The network without it and under it.
    items
        All in which the two differ.
    """

    old: Network = field(repr=False)
    new: Network = field(repr=False)
    items: tuple[Difference, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it."""
        scenario = self.new.scenarios[-1]
        return {
            "id": scenario.id,
            "title": scenario.title,
            "reason": scenario.reason,
            "extends": scenario.extends,
            "layers": [layer.id for layer in self.new.scenarios],
            "date": str(self.new.date),
            "changes": [str(change) for change in scenario.changes],
            "effects": [str(effect) for effect in self.new.effects],
            "conditions": list(self.new.acted),
            "differences": [
                {"key": list(item.key), "before": item.before, "after": item.after}
                for item in self.items
            ],
        }

    def words(self) -> str:
        """The scenario's head, then a diff: - before what goes, + before what comes."""
        scenario = self.new.scenarios[-1]
        lines = [f"{scenario.id}: {scenario.title}", scenario.reason]
        lines += [f"extends {scenario.extends}"] * bool(scenario.extends)
        lines += [f"--- {self.old.name}, {self.old.date}", f"+++ {self.new.name}, {self.new.date}"]
        for item in self.items:
            lines += self._lines(item)
        conditions = self.new.seeds.conditions
        lines += [f"condition: {conditions[acted].title} ({acted})" for acted in self.new.acted]
        return "\n".join(filter(None, lines))

    def _lines(self, item: Difference) -> list[str]:
        kind, *rest = item.key
        if kind in {"gate", "link"}:
            gate = self.new.seeds.gates.get(rest[0]) if kind == "gate" else None
            title = f" ({gate.title})" if gate else ""
            return [f"{'+ open' if item.after else '- shut'} {kind} {rest[0]}{title}"]
        what = f"charge {rest[0]}" if kind == "charge" else ".".join(item.key)
        unit = f" {rest[1].replace('_', ' ')}" if kind == "charge" else ""
        values = [
            f"{value:g}" if isinstance(value, float) else str(value)
            for value in (item.before, item.after)
        ]
        return [f"{sign} {what} {value}{unit}" for sign, value in zip("-+", values, strict=True)]


def scenario_diff(old: Network, new: Network) -> Diff:
    """What the scenarios of a network change against the network without them.

    Raises
    ------
    CorridorsError
        When the second network is under no scenario.
    """
    if not new.scenarios:
        message = "there is no scenario to show: the network is the base"
        raise CorridorsError(message)
    return Diff(old, new, tuple(differences(old, new)))


def _cell(net: Network, key: Key) -> float | str:
    """A cell as the tables have it."""
    table, row, heading = key
    names = {"from": "from_"}
    value = getattr(getattr(net.seeds, table)[row], names.get(heading, heading))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "; ".join(map(str, value))
    return value if isinstance(value, float) else "" if value is None else str(value)


def _parts(old: Route, new: Route) -> tuple[Part, ...]:
    """Stretches of legs that went, that came, and that stayed at other figures."""
    before, after = ({_identity(leg): leg for leg in route.legs} for route in (old, new))
    found = []
    for change, route, legs, others in ((GONE, old, before, after), (NEW, new, after, before)):
        numbered = [
            (number, leg) for number, (key, leg) in enumerate(legs.items()) if key not in others
        ]
        sign = -1.0 if change == GONE else 1.0
        found += [
            _part(change, route, run, [_scaled(leg, sign) for leg in run])
            for run in _runs(numbered)
        ]
    both = [
        (number, before[key], leg)
        for number, (key, leg) in enumerate(after.items())
        if key in before
    ]
    moved = [
        (number, leg)
        for number, was, leg in both
        if any(getattr(was, measure) != getattr(leg, measure) for measure in MEASURES)
    ]
    for run in _runs(moved):
        changes = [_less(leg, before[_identity(leg)]) for leg in run]
        found.append(_part(KEPT, new, run, changes))
    return tuple(found)


def _identity(leg: Leg) -> tuple[str, ...]:
    return (leg.kind, leg.link, leg.start, leg.end, leg.from_layer, leg.to_layer)


def _kind(leg: Leg) -> str:
    return leg.mode or leg.kind


def _runs(numbered: Iterable[tuple[int, Leg]]) -> list[list[Leg]]:
    """Legs that follow each other in one country by one mode."""
    runs = groupby(
        enumerate(numbered),
        key=lambda item: (item[1][0] - item[0], item[1][1].country, _kind(item[1][1])),
    )
    return [[leg for _, (_, leg) in run] for _, run in runs]


def _scaled(leg: Leg, sign: float) -> dict[str, float]:
    return {measure: sign * getattr(leg, measure) for measure in MEASURES}


def _less(leg: Leg, other: Leg) -> dict[str, float]:
    return {measure: getattr(leg, measure) - getattr(other, measure) for measure in MEASURES}


def _part(
    change: str, route: Route, run: Sequence[Leg], figures: Sequence[dict[str, float]]
) -> Part:
    return Part(
        change=change,
        kind=_kind(run[0]),
        country=run[0].country,
        corridor=lead(route.network, [leg.link for leg in run if leg.link]).corridor,
        start=run[0].start,
        end=run[-1].end,
        gates=tuple(dict.fromkeys(gate for leg in run for gate in leg.gates)),
        **{measure: sum(item[measure] for item in figures) for measure in MEASURES},
    )


def _part_dict(part: Part) -> dict[str, Any]:
    plain = {name: getattr(part, name) for name in Part.__slots__}
    plain |= {measure: round(getattr(part, measure), 3) for measure in MEASURES}
    return {**plain, "gates": list(part.gates)}


def _crossings(route: Route) -> list[str]:
    """Border gates passed, in order; of a ferry without one its service or link."""
    gates = route.network.seeds.gates
    found = []
    for leg in route.hauls:
        if leg.crosses:
            borders = [gate for gate in leg.gates if gates[gate].kind == "border"]
            found += borders or list(leg.gates[:1]) or [leg.link]
    return found


def _transfers(route: Route) -> list[str]:
    return [
        f"{leg.start}: {leg.from_layer} > {leg.to_layer}"
        for leg in route.legs
        if leg.kind == "transfer"
    ]


def _gone_and_come(
    old: Sequence[str], new: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (
        tuple(item for item in old if item not in new),
        tuple(item for item in new if item not in old),
    )


def _notable(part: Part) -> bool:
    return any(abs(getattr(part, measure)) >= least for measure, least in _NOTABLE.items())


def _figures(amounts: dict[str, float]) -> str:
    said = [
        f"{amount:+,.{1 if measure == 'hours' else 0}f} {_UNITS[measure]}"
        for measure, amount in amounts.items()
        if abs(amount) >= _NOTABLE[measure]
    ]
    return ", ".join(said)


__all__ = ["Diff", "Difference", "Explanation", "Part", "differences", "explain", "scenario_diff"]
