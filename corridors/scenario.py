"""Scenarios: named, ordered changes to gates, lines, numbers and charges.

A change names its targets; expanding it against the tables gives effects, each on one key (a
gate, a link, a value, a charge). Layers are laid one over the other; two that touch one key
contradict each other unless one extends the other or the later change says ``override``.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import tomllib
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING, Any

from corridors import schema
from corridors.errors import ScenarioError, unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from corridors.seeds import Seeds

VERBS = ("open", "close", "build", "set", "scale", "charge")
BASES = ("usd_per_shipment", "usd_per_tonne", "share_of_value")
#: Columns that ``set`` and ``scale`` change at once; any other column rebuilds the tables.
FAST = (("parameters", "value"), ("links", "length_km"))
_OPTIONS = {
    "open": {"mode"},
    "close": {"mode"},
    "build": {"on"},
    "set": {"to", "mode", "country"},
    "scale": {"by", "mode", "country"},
    "charge": set(BASES),
}
_DAY = (dt.date, "a day such as 2026-11-01")
_TEXT = (str, "a text")
_TEMPLATE = """\
# A scenario: named, ordered changes to the tables. `corridors scenario show FILE` prints what it
# makes of the base; `corridors route A B --scenario FILE` routes under it.
id = {name}
title = "What a reader sees"
reason = "Why one would ask"
extends = "base"            # another scenario, bundled or a file, laid first
# date = 2028-06-01         # the day whose gates count; the tables' own data date if left out

# Changes are laid in order. Two that touch one value contradict each other and are refused,
# unless one scenario extends the other or the later change says `override = true`.

# [[changes]]
# open = ["astara-rail"]                      # gates, links, corridors, "AZ-IR" or "IR"

# [[changes]]
# close = "TR-AM"                             # every border, ferry and sea lane between the two

# [[changes]]
# close = "btk"                               # a corridor, here its railway alone
# mode = "rail"

# [[changes]]
# build = ["rasht-astara-rail"]               # a line not yet built
# on = 2029-01-01                             # stands from this day; always if left out

# [[changes]]
# set = "parameters.speed-rail-az.value"      # table.id.column
# to = 25

# [[changes]]
# scale = "parameters.dwell_h"                # every parameter of a name, by mode or country
# by = 0.5
# mode = "road"

# [[changes]]
# charge = ["araz-road", "araz-rail"]         # a gate, a corridor at its toll gates, a country
# usd_per_shipment = 100                      # or usd_per_tonne, or share_of_value
"""
#: What each key of a scenario, and each key that narrows a change, holds.
_HEAD: dict[str, tuple[type, str]] = {
    "id": _TEXT,
    "title": _TEXT,
    "reason": _TEXT,
    "date": _DAY,
    "extends": _TEXT,
    "changes": (list, "a list of tables"),
}
_NARROWING: dict[str, tuple[type, str]] = {
    "mode": _TEXT,
    "country": _TEXT,
    "on": _DAY,
    "override": (bool, "true or false"),
}
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One verb on its targets.

    Attributes
    ----------
    verb
        One of ``VERBS``.
    targets
        Ids of gates, links or corridors, a country ``IR``, a country pair ``AZ-IR``; for ``set``
        and ``scale`` one ``table.id.column``, or ``parameters.name`` for all of a name.
    value
        The number or text that ``set``, ``scale`` and ``charge`` use.
    basis
        ``charge`` only: one of ``BASES``.
    mode, country
        Narrow the targets.
    on
        ``build`` only: the day from which it stands.
    override
        Lets it touch what an earlier layer has touched.
    """

    verb: str
    targets: tuple[str, ...]
    value: float | str = 0.0
    basis: str = ""
    mode: str = ""
    country: str = ""
    on: dt.date | None = None
    override: bool = False

    def __str__(self) -> str:
        words = [self.verb, ", ".join(self.targets)]
        words += [f"({' '.join(filter(None, [self.mode, self.country]))})"] * bool(
            self.mode or self.country
        )
        words += {"set": [f"to {self.value}"], "scale": [f"by {self.value}"]}.get(self.verb, [])
        words += [f"{self.value} {self.basis.replace('_', ' ')}"] * (self.verb == "charge")
        words += [f"on {self.on}"] * (self.on is not None)
        return " ".join(words)


@dataclass(frozen=True, slots=True)
class Scenario:
    """Ordered changes with a reason; nothing of the network itself."""

    id: str
    title: str = ""
    reason: str = ""
    date: dt.date | None = None
    extends: str = ""
    changes: tuple[Change, ...] = ()

    def _repr_html_(self) -> str:
        facts = [f"from {self.date}"] * (self.date is not None)
        facts += [f"extends {escape(self.extends)}"] * bool(self.extends)
        head = f"<b>{escape(self.title or self.id)}</b> ({'; '.join([escape(self.id), *facts])})"
        why = f"<br>{escape(self.reason)}" if self.reason else ""
        items = "".join(f"<li>{escape(str(change))}</li>" for change in self.changes)
        return f"<p>{head}{why}</p>" + (f"<ol>{items}</ol>" if items else "")


@dataclass(frozen=True, slots=True)
class Effect:
    """What one change does to one key; ``by`` is the scenario it came from."""

    key: Key
    value: float | str | bool
    verb: str
    by: str
    override: bool = False

    def __str__(self) -> str:
        what = ".".join(self.key[1:])
        if self.key[0] in {"gate", "link"}:
            return f"{'open' if self.value else 'shut'} {what}"
        return (
            f"{self.verb} {what} {self.value:g}" if _number(self.value) else f"{what}={self.value}"
        )


def bundled_scenarios(seeds: Seeds) -> dict[str, Path]:
    """Ids and files of the scenarios in a folder of tables."""
    folder = seeds.folder / "scenarios"
    return {path.stem: path for path in sorted(folder.glob("*.toml"))} if folder.is_dir() else {}


def load_scenario(name: str | Path, seeds: Seeds) -> Scenario:
    """Read a scenario: a bundled id, or the path of a TOML file.

    Raises
    ------
    ScenarioError
        When it is not there, or a line of it is not understood.
    """
    for path in (seeds.folder / "scenarios" / f"{name}.toml", Path(name)):
        try:
            status = path.stat()
        except (OSError, ValueError):
            continue
        if S_ISREG(status.st_mode):
            return _read(path, status.st_mtime_ns, status.st_size)
    if str(name) == "base":
        return Scenario(id="base", title="As of the data date")
    if str(name).endswith(".toml"):
        message = f"no such file: {name}"
        raise ScenarioError(message)
    raise ScenarioError(unknown("scenario", str(name), ["base", *bundled_scenarios(seeds)]))


@cache
def _read(path: Path, *_stamp: int) -> Scenario:
    """A scenario's file, read again only when its stamp has changed."""
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"{path.name}: not TOML: {error}"
        raise ScenarioError(message) from None
    return parse(said, name=path.name)


def parse(said: Mapping[str, Any], *, name: str) -> Scenario:
    """A scenario from the mapping that its TOML holds; every fault at once.

    Examples
    --------
    >>> parse({"id": "x", "changes": [{"open": "some-gate"}]}, name="x.toml").changes[0].verb
    'open'
    """
    faults = [f"{name}: {unknown('key', key, _HEAD)}" for key in said if key not in _HEAD]
    faults += [f"{name}: {fault}" for fault in _mistyped(said, _HEAD)]
    if not said.get("id"):
        faults.append(f"{name}: id is missing")
    changes = []
    listed = said.get("changes", [])
    for number, item in enumerate(listed if isinstance(listed, list) else [], start=1):
        try:
            changes.append(_change(item))
        except ScenarioError as error:
            faults.append(f"{name}: change {number}: {error}")
    if faults:
        raise ScenarioError("\n".join(faults))
    head = {key: said[key] for key in _HEAD if key in said and key != "changes"}
    return Scenario(**head, changes=tuple(changes))


def _mistyped(said: Mapping[str, Any], wanted: Mapping[str, tuple[type, str]]) -> list[str]:
    """Values of another type than their key holds; a day with a clock is no day."""
    return [
        f"{key} {said[key]!r} must be {what}"
        for key, (kind, what) in wanted.items()
        if key in said and type(said[key]) is not kind
    ]


def _change(item: Any) -> Change:
    verbs = [verb for verb in VERBS if isinstance(item, dict) and verb in item]
    if len(verbs) != 1:
        found = f"{len(verbs)} of them" if isinstance(item, dict) else repr(item)
        message = f"must hold one of {', '.join(VERBS)}; found {found}"
        raise ScenarioError(message)
    verb = verbs[0]
    allowed = _OPTIONS[verb] | {verb, "override"}
    for key in item:
        if key not in allowed:
            raise ScenarioError(unknown("key", key, sorted(allowed)))
    mistyped = _mistyped(item, _NARROWING)
    if mistyped:
        raise ScenarioError("; ".join(mistyped))
    targets = tuple(item[verb] if isinstance(item[verb], list) else [item[verb]])
    if not targets or not all(isinstance(target, str) for target in targets):
        message = f"{verb}: {item[verb]!r} must be an id or a list of ids"
        raise ScenarioError(message)
    value, basis = _amount(verb, item)
    return Change(
        verb=verb,
        targets=targets,
        value=value,
        basis=basis,
        mode=item.get("mode", ""),
        country=item.get("country", ""),
        on=item.get("on"),
        override=bool(item.get("override", False)),
    )


def _amount(verb: str, item: Mapping[str, Any]) -> tuple[float | str, str]:
    """The value a change carries, and for a charge its basis."""
    if verb == "charge":
        given = [basis for basis in BASES if basis in item]
        if len(given) != 1:
            message = f"a charge has one of {', '.join(BASES)}"
            raise ScenarioError(message)
        value, basis = item[given[0]], given[0]
    else:
        basis = ""
        word = {"set": "to", "scale": "by"}.get(verb)
        if word is None:
            return 0.0, ""
        if word not in item:
            message = f"{verb} needs {word!r}"
            raise ScenarioError(message)
        value = item[word]
    if isinstance(value, list | dict):
        message = f"{verb}: {value!r} must be a number, a text or a day"
        raise ScenarioError(message)
    if verb != "set" and (not _number(value) or not math.isfinite(value) or value < 0):
        message = f"{verb}: {value!r} must be a number that is not negative"
        raise ScenarioError(message)
    return value, basis


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def template(name: str) -> str:
    """A TOML scenario with a commented example of every verb.

    Examples
    --------
    >>> parse(tomllib.loads(template("mine")), name="mine.toml").id
    'mine'
    """
    return _TEMPLATE.format(name=json.dumps(name, ensure_ascii=False))


def chain(scenario: Scenario, seeds: Seeds) -> list[Scenario]:
    """A scenario behind everything it extends, the first one first."""
    found = [scenario]
    while found[0].extends:
        if found[0].extends in {item.id for item in found}:
            message = f"scenario {scenario.id!r} extends itself by {found[0].extends!r}"
            raise ScenarioError(message)
        found.insert(0, load_scenario(found[0].extends, seeds))
    return found


@cache
def expand(scenario: Scenario, seeds: Seeds, *, on: dt.date) -> tuple[Effect, ...]:
    """The effects of a scenario's own changes, every fault at once."""
    effects: list[Effect] = []
    faults = []
    for number, change in enumerate(scenario.changes, start=1):
        try:
            effects.extend(
                Effect(key, value, change.verb, scenario.id, change.override)
                for key, value in _effects(change, seeds, on)
            )
        except ScenarioError as error:
            faults.append(f"scenario {scenario.id!r}, change {number}: {error}")
    if faults:
        raise ScenarioError("\n".join(faults))
    return tuple(effects)


def layered(layers: Sequence[Sequence[Effect]], related: set[tuple[str, str]]) -> list[Effect]:
    """Effects of all layers in order; a contradiction is an error.

    Parameters
    ----------
    layers
        Effects of each scenario, in the order they are laid.
    related
        Pairs of scenario ids of which one extends the other.
    """
    found: list[Effect] = []
    holder: dict[Key, Effect] = {}
    clashes = []
    for effect in (effect for layer in layers for effect in layer):
        before = holder.get(effect.key)
        agreed = before is None or (before.by, effect.by) in related or effect.override
        if before is not None and not agreed and before.value != effect.value:
            clashes.append(
                f"{before.by!r} and {effect.by!r} both change {'.'.join(effect.key)} "
                f"({before.value} and {effect.value}); "
                "let one extend the other, or say override = true on the later change"
            )
        holder[effect.key] = effect
        found.append(effect)
    if clashes:
        raise ScenarioError("\n".join(clashes))
    return found


def _effects(change: Change, seeds: Seeds, on: dt.date) -> Iterator[tuple[Key, float | str | bool]]:
    if change.verb in {"open", "close", "build"}:
        stands = change.on is None or change.on <= on
        for target in change.targets:
            for key in _switches(target, change, seeds):
                if stands:
                    yield key, change.verb != "close"
    elif change.verb == "charge":
        for target in change.targets:
            yield ("charge", _charged(target, seeds), change.basis), float(change.value)
    else:
        for target in change.targets:
            for key in _cells(target, change, seeds):
                yield key, _new_value(key, change, seeds)


def _switches(target: str, change: Change, seeds: Seeds) -> list[Key]:
    """The gates or links that a target of open, close or build stands for."""
    gates, links = seeds.gates, seeds.links
    if change.verb == "build":
        projects = [gate.id for gate in gates.values() if gate.kind == "project"]
        if target not in projects:
            raise ScenarioError(unknown("project", target, projects))
        return [("gate", target)]
    crossings, chosen = _meant(target, seeds)
    if not crossings and not chosen:
        countries = {place.country for place in seeds.places.values()}
        known = [*gates, *links, *seeds.corridors, *countries, *_pairs(gates.values())]
        raise ScenarioError(unknown("gate, link, corridor, country or country pair", target, known))
    if change.mode:
        crossings, chosen = _by_mode(target, crossings, chosen, change, seeds)
    return [*(("gate", gate) for gate in crossings), *(("link", link) for link in chosen)]


def _by_mode(
    target: str, crossings: Sequence[str], chosen: Sequence[str], change: Change, seeds: Seeds
) -> tuple[list[str], list[str]]:
    """What of some gates and links is for one mode: to open its gates, to close its links."""
    by_mode = {link.id for link in seeds.links.values() if link.mode == change.mode}
    gates = [gate for gate in crossings if by_mode.intersection(seeds.gate_links[gate])]
    links = [link for link in chosen if link in by_mode]
    if not by_mode:
        modes = {link.mode for link in seeds.links.values()}
        raise ScenarioError(unknown("mode", change.mode, sorted(modes)))
    if not gates and not links:
        message = f"{target!r} has nothing by {change.mode}"
        raise ScenarioError(message)
    if change.verb == "open":
        return gates, links
    behind = (link for gate in gates for link in seeds.gate_links[gate] if link in by_mode)
    return [], [*links, *behind]


def _meant(target: str, seeds: Seeds) -> tuple[list[str], list[str]]:
    """Gates and links that a target names; of a country or a pair, its borders and sea lanes."""
    if target in seeds.gates:
        return [target], []
    if target in seeds.links:
        return [], [target]
    if target in seeds.corridors:
        return [], list(dict.fromkeys(seeds.corridors[target].links))
    countries = set(target.split("-"))
    if not all(len(country) == 2 and country.isupper() for country in countries):  # noqa: PLR2004 - ISO codes
        return [], []
    crossings = [
        gate.id
        for gate in seeds.gates.values()
        if gate.kind in ("border", "service") and countries <= set(gate.countries)
    ]
    of = {place.id: place.country for place in seeds.places.values()}
    lanes = [
        link.id
        for link in seeds.links.values()
        if link.mode == "sea"
        and of[link.from_] != of[link.to]
        and countries <= {of[link.from_], of[link.to]}
    ]
    return crossings, lanes


def _pairs(gates: Iterable[schema.Gate]) -> set[str]:
    return {"-".join(gate.countries) for gate in gates if len(gate.countries) > 1}


def _charged(target: str, seeds: Seeds) -> str:
    countries = {place.country for place in seeds.places.values()} - {schema.HIGH_SEAS}
    known = [*seeds.gates, *seeds.corridors, *countries]
    if target not in known and not seeds.corridor_family(target):
        raise ScenarioError(unknown("gate, corridor or country", target, known))
    return target


def _cells(target: str, change: Change, seeds: Seeds) -> list[Key]:
    """The cells that ``table.id.column`` or ``parameters.name`` stands for."""
    parts = target.split(".")
    if parts[0] not in schema.TABLES or parts[0] in {"events", "lines"}:
        raise ScenarioError(unknown("table", parts[0], schema.TABLES))
    rows: Mapping[str, Any] = getattr(seeds, parts[0])
    if len(parts) == 2 and parts[0] == "parameters":  # noqa: PLR2004 - table and name
        chosen = [
            row.id
            for row in rows.values()
            if row.name == parts[1]
            and change.mode in ("", row.mode)
            and change.country in ("", row.country, row.to)
        ]
        if parts[1] not in schema.PARAMETERS:
            raise ScenarioError(unknown("parameter", parts[1], schema.PARAMETERS))
        if not chosen:
            message = f"no {parts[1]} for {change.mode} {change.country}".rstrip()
            raise ScenarioError(message)
        return [("parameters", row, "value") for row in chosen]
    if len(parts) != 3:  # noqa: PLR2004 - table, id, column
        message = f"{target!r} must read table.id.column, or parameters.name"
        raise ScenarioError(message)
    if parts[1] not in rows:
        raise ScenarioError(unknown(parts[0].rstrip("s"), parts[1], rows))
    if parts[2] not in schema.columns(parts[0]):
        raise ScenarioError(unknown("column", parts[2], schema.columns(parts[0])))
    return [(parts[0], parts[1], parts[2])]


def _new_value(key: Key, change: Change, seeds: Seeds) -> float | str | bool:
    """The value a cell gets; numbers must stay within the column's bounds."""
    name, row, heading = key
    spec = schema.columns(name)[heading]
    old = getattr(getattr(seeds, name)[row], heading + "_" * (heading == "from"))
    if change.verb == "scale":
        if not _number(old):
            message = f"{'.'.join(key)} is not a number and cannot be scaled"
            raise ScenarioError(message)
        value: Any = old * float(change.value)
    else:
        value = change.value
    if spec.kind == "number" and not _number(value):
        message = f"{'.'.join(key)}: {value!r} must be a number"
        raise ScenarioError(message)
    if _number(value):
        low, high = spec.low, spec.high
        if key[0] == "parameters" and heading == "value":
            _, low, high, _ = schema.PARAMETERS[seeds.parameters[row].name]
        if not low <= value <= high:
            message = f"{'.'.join(key)}: {value:g} does not lie between {low:g} and {high:g}"
            raise ScenarioError(message)
        return float(value)
    return str(value)
