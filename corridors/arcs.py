"""The state graph: places by mode and gauge, and the arcs between them.

A state is a place in one layer (road, sea, or rail of one gauge). Links are arcs within a layer;
changes of mode and gauge are arcs between layers of one place; loading and unloading join a
place's own origin and destination states to its layers. So a plain shortest path over the arcs is
an exact door-to-door way, transfers and borders included.

What an arc costs is a sum of terms, each ``v[a] * v[b] / v[c]`` over one vector ``v`` that holds
every parameter and every length. A scenario, a draw or a lever is another vector, never another
graph.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors.errors import Fault, SeedsError
from corridors.schema import MARKETS, PARTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from corridors import schema
    from corridors.seeds import Seeds


ORIGIN, DESTINATION = "origin", "destination"
HAUL, TRANSFER, LOAD, UNLOAD = range(4)
KINDS = ("haul", "transfer", "load", "unload")
#: What a term adds to: hours, USD of a shipment, USD of a tonne, kg CO2e of a tonne.
HOURS, USD, USD_PER_T, KG_PER_T = range(4)
ONE = 0


class State(NamedTuple):
    """A place in one layer."""

    place: str
    layer: str


class Scope(NamedTuple):
    """Where a parameter is asked for; each tuple lists names to try, best first."""

    mode: tuple[str, ...] = ()
    country: str = ""
    at: tuple[str, ...] = ()
    to: tuple[str, ...] = ()

    def __str__(self) -> str:
        to = f"to {' or '.join(self.to)}" if self.to else ""
        return " ".join(filter(None, ["/".join(self.mode), self.country, to]))


class Term(NamedTuple):
    """One addend of an arc's figures, as places in the vector of values; ``gate`` asks for it."""

    measure: int
    part: str
    a: int
    b: int = ONE
    c: int = ONE
    gate: str = ""


@dataclass(frozen=True, eq=False)
class Terms:
    """The terms of one measure as columns of equal length, sorted by arc.

    ``gate`` counts the gates of ``Arcs.gate_arcs`` from 0; -1 where no gate asks for the term.
    """

    arc: NDArray[np.int64]
    part: NDArray[np.int64]
    a: NDArray[np.int64]
    b: NDArray[np.int64]
    c: NDArray[np.int64]
    gate: NDArray[np.int64]

    @cached_property
    def of_arc(self) -> Mapping[int, list[tuple[str, int, int, int]]]:
        """Part and places of the terms of each arc that has any."""
        found: dict[int, list[tuple[str, int, int, int]]] = defaultdict(list)
        columns = (column.tolist() for column in (self.arc, self.part, self.a, self.b, self.c))
        for arc, part, a, b, c in zip(*columns, strict=True):
            found[arc].append((PARTS[part], a, b, c))
        return dict(found)

    def amounts(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """What each term amounts to under a vector of values."""
        amounts: NDArray[np.float64] = values[self.a] * values[self.b] / values[self.c]
        return amounts


@dataclass(frozen=True, eq=False)
class Arcs:
    """The compiled state graph; arcs are sorted by tail, so an arc's id is its place.

    Attributes
    ----------
    states
        The state of each node.
    node
        Node of each state.
    start, head
        Compressed rows: arcs ``start[n]`` to ``start[n + 1]`` leave node n.
    tail, link, kind, mode
        Of each arc: its first node, the index of its link (-1 for none), one of ``KINDS`` by
        number, and the mode or layer that a reader sees.
    crosses
        Whether the arc crosses a border: a border gate, or a ferry between two countries.
    back_start, back_head, back_tail, back_arc
        The same graph turned round, for searches from the end, and the arc that each was.
    gate_arcs
        Arcs behind each gate.
    terms
        The addends of hours, USD, USD per tonne and kg per tonne.
    """

    states: tuple[State, ...]
    node: Mapping[State, int]
    start: NDArray[np.int64]
    head: NDArray[np.int64]
    tail: NDArray[np.int64]
    link: NDArray[np.int64]
    kind: NDArray[np.int64]
    crosses: NDArray[np.bool_]
    back_start: NDArray[np.int64]
    back_head: NDArray[np.int64]
    back_tail: NDArray[np.int64]
    back_arc: NDArray[np.int64]
    links: tuple[str, ...]
    gate_arcs: Mapping[str, NDArray[np.int64]]
    terms: tuple[Terms, ...]
    values: NDArray[np.float64]
    parameter: Mapping[str, int]
    length: Mapping[str, int]

    @property
    def count(self) -> int:
        """How many arcs there are."""
        return len(self.head)


class Lookup:
    """Finds the parameter that holds for a name and a scope: the most specific row wins."""

    def __init__(self, parameters: Mapping[str, schema.Parameter]) -> None:
        self._rows = {
            (row.name, row.at, row.to, row.country, row.mode): row.id for row in parameters.values()
        }
        self._at = {row.id: row.at for row in parameters.values()}
        self._found: dict[tuple[str, Scope], str | None] = {}

    def find(self, name: str, scope: Scope) -> str | None:
        """Id of the parameter, or None."""
        key = (name, scope)
        if key not in self._found:
            mode, country, at, to = scope
            orders = product((*at, ""), (*to, ""), dict.fromkeys((country, "")), (*mode, ""))
            hits = (self._rows.get((name, *order)) for order in orders)
            self._found[key] = next((hit for hit in hits if hit), None)
        return self._found[key]

    def own(self, name: str, scope: Scope) -> str | None:
        """Id of the parameter if its row is for one of the things in ``scope.at`` alone."""
        found = self.find(name, scope)
        return found if found and self._at[found] else None


@cache
def compile_arcs(seeds: Seeds) -> Arcs:
    """Build the state graph of a folder of tables.

    Raises
    ------
    SeedsError
        When a link or transfer has no speed, rate or time to go by.
    """
    return _Builder(seeds).build()


class _Arc(NamedTuple):
    tail: int
    head: int
    link: int
    kind: int
    crosses: bool
    gates: tuple[str, ...]
    terms: tuple[Term, ...]


class _Builder:
    """Collects states, arcs and terms, then lays them out as arrays."""

    def __init__(self, seeds: Seeds) -> None:
        self.seeds = seeds
        self.lookup = Lookup(seeds.parameters)
        rows = seeds.parameters
        self.parameter = {name: place for place, name in enumerate(rows, start=ONE + 1)}
        self.length = {
            link: place for place, link in enumerate(seeds.links, start=ONE + 1 + len(rows))
        }
        self.node: dict[State, int] = {}
        self.arcs: list[_Arc] = []
        self.missing: dict[str, Fault] = {}

    def build(self) -> Arcs:
        layers = self._layers()
        for index, link in enumerate(self.seeds.links.values()):
            for layer in link.layers:
                self._haul(index, link, layer, link.from_, link.to)
                self._haul(index, link, layer, link.to, link.from_)
        for place, here in layers.items():
            self._change(place, here)
            self._load(place, here)
        if self.missing:
            raise SeedsError(self.missing.values())
        return self._arrays()

    def _layers(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, dict[str, None]] = {place: {} for place in self.seeds.places}
        for link in self.seeds.links.values():
            for layer in link.layers:
                found[link.from_][layer] = None
                found[link.to][layer] = None
        return {place: tuple(layers) for place, layers in found.items()}

    def _at(self, place: str, layer: str) -> int:
        return self.node.setdefault(State(place, layer), len(self.node))

    def _needed(self, name: str, scope: Scope, *, by: str) -> int:
        """Where a parameter stands in the vector of values; one that lacks is a fault."""
        found = self.lookup.find(name, scope)
        if found:
            return self.parameter[found]
        message = f"{name} is not given for {scope} ({by} needs it)"
        fault = Fault("parameters.csv", None, "name", name, message)
        self.missing.setdefault(f"{name} {scope}", fault)
        return ONE

    def _haul(self, index: int, link: schema.Link, layer: str, start: str, end: str) -> None:
        places = self.seeds.places
        borders = [gate for gate in link.gates if self.seeds.gates[gate].kind == "border"]
        entered = places[end].country
        overseas = link.mode == "ferry" and places[start].country != entered
        terms = [
            *self._moving(link),
            *self._paying(link, end),
            *self._passing(link, borders, entered, overseas=overseas),
        ]
        self.arcs.append(
            _Arc(
                tail=self._at(start, layer),
                head=self._at(end, layer),
                link=index,
                kind=HAUL,
                crosses=bool(borders) or overseas,
                gates=link.gates,
                terms=tuple(terms),
            )
        )

    def _moving(self, link: schema.Link) -> list[Term]:
        """Time under way, rest at the wheel, waiting for a sailing; and emissions."""
        scope = Scope(mode=(link.mode,), country=link.country, at=(link.id,))
        km = self.length[link.id]
        sailing = self.lookup.own("sailing_h", scope)
        if sailing:
            terms = [Term(HOURS, "moving", self.parameter[sailing])]
        else:
            speed = self._needed("speed_kmh", scope, by=link.id)
            terms = [Term(HOURS, "moving", km, c=speed)]
            rest = self.lookup.find("rest_h_per_driving_h", scope)
            if rest:
                terms.append(Term(HOURS, "rest", km, self.parameter[rest], speed))
        if link.mode == "ferry" or self.lookup.own("wait_h", scope):
            terms.append(Term(HOURS, "waiting", self._needed("wait_h", scope, by=link.id)))
        emission = self._needed("emission_kg_per_tkm", scope, by=link.id)
        return [*terms, Term(KG_PER_T, "haulage", km, emission)]

    def _paying(self, link: schema.Link, end: str) -> list[Term]:
        """A fare where the link has one of its own or is a ferry, else length by rate.

        Freight at sea follows the trade more than the length: a lane takes what the market of
        its own direction bears on top of what the miles cost.
        """
        scope = Scope(mode=(link.mode,), country=link.country, at=(link.id,), to=(end,))
        if link.mode == "ferry" or self.lookup.own("fare_usd", scope):
            return [Term(USD, "fare", self._needed("fare_usd", scope, by=link.id))]
        rate = self._needed("rate_usd_per_tkm", scope, by=link.id)
        markets = [self.lookup.own(name, scope) for name in MARKETS]
        above = [Term(USD, "fare", self.parameter[found]) for found in markets if found]
        return [Term(USD_PER_T, "haulage", self.length[link.id], rate), *above]

    def _passing(
        self, link: schema.Link, borders: list[str], entered: str, *, overseas: bool
    ) -> list[Term]:
        """Dwell and fees: at every border, and at other gates that have rows of their own."""
        terms = []
        for gate in link.gates:
            scope = Scope(mode=(link.carries or link.mode,), at=(gate,), to=(entered,))
            due = gate in borders or (overseas and self.seeds.gates[gate].kind == "service")
            for name, measure, part in (("dwell_h", HOURS, "border"), ("fee_usd", USD, "fees")):
                if due or self.lookup.own(name, scope):
                    value = self._needed(name, scope, by=f"gate {gate}")
                    terms.append(Term(measure, part, value, gate=gate))
        return terms

    def _change(self, place: str, layers: tuple[str, ...]) -> None:
        """Changes of mode where there is a terminal, of gauge where there is a facility."""
        facilities = {
            pair
            for row in self.seeds.transfers.values()
            if row.place == place
            for pair in ((row.from_layer, row.to_layer), (row.to_layer, row.from_layer))
        }
        for left, entered in product(layers, layers):
            other_mode = _mode(left) != _mode(entered)
            if (other_mode and self.seeds.places[place].transfers) or (left, entered) in facilities:
                terms = self._handling("transfer", place, left, entered)
                self._arc_at(
                    place, left, entered, TRANSFER, [*terms, *self._boarding(place, entered)]
                )

    def _load(self, place: str, layers: Iterable[str]) -> None:
        for layer in layers:
            load = self._handling("loading", place, layer, ORIGIN)
            self._arc_at(place, ORIGIN, layer, LOAD, [*load, *self._boarding(place, layer)])
            unload = self._handling("loading", place, layer, DESTINATION)
            self._arc_at(place, layer, DESTINATION, UNLOAD, unload)

    def _handling(self, name: str, place: str, layer: str, entered: str) -> list[Term]:
        scope = Scope(
            mode=_names(layer),
            country=self.seeds.places[place].country,
            at=(place,),
            to=_names(entered),
        )
        return [
            Term(HOURS, name, self._needed(f"{name}_h", scope, by=place)),
            Term(USD, name, self._needed(f"{name}_usd", scope, by=place)),
        ]

    def _boarding(self, place: str, layer: str) -> list[Term]:
        """Waiting for a ship and the fixed price of a voyage, where a port has rows for them."""
        if layer != "sea":
            return []
        scope = Scope(mode=("sea",), at=(place,))
        waits, boards = self.lookup.own("wait_h", scope), self.lookup.own("boarding_usd", scope)
        terms = [Term(HOURS, "waiting", self.parameter[waits])] if waits else []
        return [*terms, Term(USD, "fare", self.parameter[boards])] if boards else terms

    def _arc_at(self, place: str, left: str, entered: str, kind: int, terms: list[Term]) -> None:
        tail, head = self._at(place, left), self._at(place, entered)
        self.arcs.append(_Arc(tail, head, -1, kind, crosses=False, gates=(), terms=tuple(terms)))

    def _arrays(self) -> Arcs:
        for place in self.seeds.places:
            self._at(place, ORIGIN)
            self._at(place, DESTINATION)
        arcs = sorted(self.arcs, key=lambda arc: arc.tail)
        tail = np.array([arc.tail for arc in arcs], dtype=np.int64)
        head = np.array([arc.head for arc in arcs], dtype=np.int64)
        back = np.argsort(head, kind="stable")
        behind: dict[str, list[int]] = defaultdict(list)
        for index, arc in enumerate(arcs):
            for gate in arc.gates:
                behind[gate].append(index)
        values = [1.0, *(row.value for row in self.seeds.parameters.values())]
        values += [link.length_km for link in self.seeds.links.values()]
        return Arcs(
            states=tuple(self.node),
            node=self.node,
            start=_starts(tail, len(self.node)),
            head=head,
            tail=tail,
            link=np.array([arc.link for arc in arcs], dtype=np.int64),
            kind=np.array([arc.kind for arc in arcs], dtype=np.int64),
            crosses=np.array([arc.crosses for arc in arcs], dtype=bool),
            back_start=_starts(head[back], len(self.node)),
            back_head=tail[back],
            back_tail=head[back],
            back_arc=back,
            links=tuple(self.seeds.links),
            gate_arcs={gate: np.array(behind[gate], dtype=np.int64) for gate in self.seeds.gates},
            terms=tuple(_columns(arcs, measure, [*self.seeds.gates]) for measure in range(4)),
            values=np.array(values),
            parameter=self.parameter,
            length=self.length,
        )


def _mode(layer: str) -> str:
    return layer.partition("-")[0]


def _names(layer: str) -> tuple[str, ...]:
    """What a layer may be called in a table: itself, then its mode."""
    return tuple(dict.fromkeys((layer, _mode(layer))))


def _starts(ends: NDArray[np.int64], nodes: int) -> NDArray[np.int64]:
    """Row starts of sorted ends."""
    return np.searchsorted(ends, np.arange(nodes + 1)).astype(np.int64)


def _columns(arcs: list[_Arc], measure: int, gates: list[str]) -> Terms:
    number = {"": -1} | {gate: place for place, gate in enumerate(gates)}
    rows = [
        (index, PARTS.index(term.part), term.a, term.b, term.c, number[term.gate])
        for index, arc in enumerate(arcs)
        for term in arc.terms
        if term.measure == measure
    ]
    table = np.array(rows, dtype=np.int64).reshape(-1, 6)
    return Terms(*table.T)
