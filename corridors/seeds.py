"""Read a folder of tables, check it, and name every fault at once."""

from __future__ import annotations

import csv
import datetime as dt
import math
import re
import tomllib
from collections import Counter
from dataclasses import dataclass, fields
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from corridors import schema
from corridors.errors import CorridorsError, Fault, SeedsError, unknown
from geo.measure import geodesics_km

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

#: A published length may fall this far short of the geodesic before it is a fault; points are
#: rounded and a town is not a dot.
GEODESIC_SLACK_KM = 0.5
_ID = re.compile(r"[a-z0-9][a-z0-9-]*\Z")
_ISO = re.compile(r"[A-Z]{2}\Z")
_PERIOD = re.compile(r"\d{4}(-(0[1-9]|1[0-2]))?\Z")
_MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])\Z")
Numbered = dict[str, list[tuple[int, Any]]]
Ids = dict[str, set[str]]


@dataclass(frozen=True, eq=False)
class Seeds:
    """The checked tables of one folder; each maps an id to its row, in the file's order."""

    folder: Path
    title: str
    data_date: dt.date
    attribution: tuple[str, ...]
    sources: Mapping[str, schema.Source]
    places: Mapping[str, schema.Place]
    gates: Mapping[str, schema.Gate]
    links: Mapping[str, schema.Link]
    transfers: Mapping[str, schema.Transfer]
    parameters: Mapping[str, schema.Parameter]
    corridors: Mapping[str, schema.Corridor]
    observed: Mapping[str, schema.Observation]
    claims: Mapping[str, schema.Claim]
    conditions: Mapping[str, schema.Condition]
    price_levels: Mapping[str, schema.PriceLevel]
    lines: Mapping[str, schema.Line]
    events: tuple[schema.Event, ...]

    @cached_property
    def gate_events(self) -> Mapping[str, tuple[schema.Event, ...]]:
        """Events of each gate, oldest first."""
        found: dict[str, list[schema.Event]] = {gate: [] for gate in self.gates}
        for event in sorted(self.events, key=lambda event: event.date):
            found[event.gate].append(event)
        return {gate: tuple(events) for gate, events in found.items()}

    @cached_property
    def gate_links(self) -> Mapping[str, tuple[str, ...]]:
        """Links behind each gate."""
        found: dict[str, list[str]] = {gate: [] for gate in self.gates}
        for link in self.links.values():
            for gate in link.gates:
                found[gate].append(link.id)
        return {gate: tuple(links) for gate, links in found.items()}

    def corridor_family(self, name: str) -> tuple[str, ...]:
        """The corridor of an id, or those whose ids begin with it and a hyphen."""
        if name in self.corridors:
            return (name,)
        return tuple(corridor for corridor in self.corridors if corridor.startswith(f"{name}-"))

    def line(self, link: str) -> tuple[schema.Point, ...]:
        """The drawn line of a link: its stored shape, or its way points."""
        if link in self.lines:
            return self.lines[link].points
        row = self.links[link]
        return (self.places[row.from_].point, *row.way_points, self.places[row.to].point)


def bundled() -> Path:
    """The folder of tables that comes with the package, installed or in a checkout."""
    here = Path(__file__).resolve().parent
    for folder in (here / "_seeds", here.parent / "seeds"):
        if (folder / "places.csv").is_file():
            return folder
    message = "the bundled seeds are missing from this installation"
    raise CorridorsError(message)


def read(folder: str | Path | None = None) -> Seeds:
    """Read and check a folder of tables.

    Parameters
    ----------
    folder
        Holds ``places.csv``, ``links.csv`` and, if need be, the other tables of
        :mod:`corridors.schema`, and ``data.toml``; the bundled folder when left out.

    Returns
    -------
    Seeds

    Raises
    ------
    SeedsError
        With every fault of every table.
    CorridorsError
        When the folder is not there.
    """
    path = bundled() if folder is None else Path(folder)
    if not path.is_dir():
        message = f"no folder of tables at {str(folder)!r}"
        raise CorridorsError(message)
    return _read(path.resolve(), _stamp(path))


@cache
def _read(folder: Path, stamp: tuple[tuple[str, int, int], ...]) -> Seeds:  # noqa: ARG001 - the stamp keys the cache
    faults: list[Fault] = []
    about = _about(folder, faults)
    written: Ids = {}
    numbered = {name: _rows(folder, name, faults, written) for name in schema.TABLES}
    faults.extend(_cross_checks(numbered, written))
    if faults:
        raise SeedsError(faults)
    tables: dict[str, Any] = {
        name: MappingProxyType({_key(row): row for _, row in rows})
        for name, rows in numbered.items()
        if name != "events"
    }
    return Seeds(
        folder=folder, events=tuple(row for _, row in numbered["events"]), **about, **tables
    )


def _stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Name, size and time of every table: what a cached reading is good for."""
    found = []
    for path in sorted(folder.iterdir()):
        if path.suffix in {".csv", ".toml"}:
            status = path.stat()
            found.append((path.name, status.st_size, status.st_mtime_ns))
    return tuple(found)


def _about(folder: Path, faults: list[Fault]) -> dict[str, Any]:
    """What ``data.toml`` says of the folder as a whole."""
    about: dict[str, Any] = {"title": folder.name, "data_date": dt.date.today(), "attribution": ()}
    path = folder / "data.toml"
    if not path.is_file():
        return about
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.append(Fault("data.toml", None, "", "", f"not TOML: {error}"))
        return about
    wanted: dict[str, tuple[Callable[[object], bool], str]] = {
        "title": (lambda value: isinstance(value, str), "must be a text"),
        "data_date": (lambda value: type(value) is dt.date, "must be a day, 2026-11-01"),
        "attribution": (_is_texts, "must be a list of texts"),
    }
    for key, value in said.items():
        if key not in wanted:
            faults.append(Fault("data.toml", None, key, "", unknown("key", key, wanted)))
        elif not wanted[key][0](value):
            faults.append(Fault("data.toml", None, key, str(value), wanted[key][1]))
        else:
            about[key] = tuple(value) if key == "attribution" else value
    return about


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _key(row: Any) -> str:
    return str(row.link if isinstance(row, schema.Line) else row.id)


def _rows(folder: Path, name: str, faults: list[Fault], written: Ids) -> list[tuple[int, Any]]:
    """The rows of one table with their line numbers; faults and ids are collected.

    The ids are those of all rows, also of rows with faults, so that a reference to one of these
    is no fault of its own; a table that cannot be read has none.
    """
    file = f"{name}.csv"
    path = folder / file
    if not path.is_file():
        if name in schema.REQUIRED_TABLES:
            faults.append(Fault(file, None, "", "", "the table is missing"))
        else:
            written[name] = set()
        return []
    try:
        records = list(_records(path))
    except UnicodeDecodeError as error:
        faults.append(Fault(file, None, "", "", f"not UTF-8 text: {error.reason}"))
        return []
    except csv.Error as error:
        faults.append(Fault(file, None, "", "", f"not a table: {error}"))
        return []
    header = records[0][1] if records else []
    wanted = schema.columns(name)
    before = len(faults)
    faults.extend(_bad_header(file, header, wanted))
    if len(faults) > before:
        return []
    key = header.index(next(iter(wanted)))
    written[name] = {cells[key].strip() for _, cells in records[1:] if key < len(cells)}
    rows = [(number, _row(name, header, cells, number, faults)) for number, cells in records[1:]]
    return [(number, row) for number, row in rows if row is not None]


def _records(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Records of a file that are not blank, each with the number of its last line."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells


def _bad_header(
    file: str, header: Sequence[str], wanted: Mapping[str, schema.Column]
) -> Iterator[Fault]:
    for heading, count in Counter(header).items():
        if heading not in wanted:
            yield Fault(file, 1, "", heading, unknown("column", heading, wanted))
        elif count > 1:
            yield Fault(file, 1, heading, "", "the column stands more than once")
    for heading, column in wanted.items():
        if column.required and heading not in header:
            yield Fault(file, 1, heading, "", "the column is missing")


def _row(
    name: str, header: Sequence[str], cells: Sequence[str], number: int, faults: list[Fault]
) -> Any:
    """One row as its dataclass, or nothing when it has a fault."""
    file = f"{name}.csv"
    if len(cells) != len(header):
        message = f"has {len(cells)} cells, the header has {len(header)}"
        faults.append(Fault(file, number, "", "", message))
        return None
    given = dict(zip(header, cells, strict=True))
    before = len(faults)
    values = {}
    for attribute, heading, column in _attributes(name):
        text = given.get(heading, "").strip()
        try:
            values[attribute] = _cell(text, column)
        except ValueError as error:
            faults.append(Fault(file, number, heading, text, str(error)))
    return schema.TABLES[name](**values) if len(faults) == before else None


@cache
def _attributes(name: str) -> tuple[tuple[str, str, schema.Column], ...]:
    """Attribute, heading and column of each field of a table's row."""
    return tuple(
        (item.name, item.name.rstrip("_"), item.metadata["column"])
        for item in fields(schema.TABLES[name])
    )


def _cell(text: str, column: schema.Column) -> Any:
    """The value of one cell; ValueError says what it should have been."""
    if not text:
        if column.required:
            message = "must not be empty"
            raise ValueError(message)
        return _EMPTY.get(column.kind)
    return _READERS[column.kind](text, column)


def _read_id(text: str, _: schema.Column) -> str:
    if not _ID.match(text):
        message = "an id has lower-case letters, digits and hyphens only"
        raise ValueError(message)
    return text


def _read_text(text: str, _: schema.Column) -> str:
    return text


def _read_choice(text: str, column: schema.Column) -> str:
    if text not in column.choices:
        message = f"must be one of {', '.join(column.choices)}"
        raise ValueError(message)
    return text


def _read_number(text: str, column: schema.Column) -> float:
    try:
        value = float(text)
    except ValueError:
        message = "must be a number"
        raise ValueError(message) from None
    if not math.isfinite(value):
        message = "must be a number, and a finite one"
        raise ValueError(message)
    if not column.low <= value <= column.high:
        message = f"must lie between {column.low:g} and {column.high:g} {column.unit}".rstrip()
        raise ValueError(message)
    return value


def _read_date(text: str, _: schema.Column) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        message = "must be a day such as 2026-11-01"
        raise ValueError(message) from None


def _read_month_day(text: str, _: schema.Column) -> str:
    if not _MONTH_DAY.match(text):
        message = "must be a month and day such as 12-01"
        raise ValueError(message)
    return text


def _read_period(text: str, _: schema.Column) -> str:
    if not _PERIOD.match(text):
        message = "must be a year, or a year and month, such as 2024 or 2024-10"
        raise ValueError(message)
    return text


def _read_moment(text: str, _: schema.Column) -> str:
    parts = text.split("-")
    try:
        dt.date.fromisoformat("-".join([*parts, "01", "01"][:3]))
    except ValueError:
        message = "must be a year, a month or a day, such as 2024, 2024-10 or 2024-10-31"
        raise ValueError(message) from None
    return text


def _items(text: str) -> Iterator[str]:
    return (item.strip() for item in text.split(";") if item.strip())


def _read_ids(text: str, _: schema.Column) -> tuple[str, ...]:
    return tuple(_items(text))


def _read_choices(text: str, column: schema.Column) -> tuple[str, ...]:
    return tuple(_read_choice(item, column) for item in _items(text))


def _read_points(text: str, _: schema.Column) -> tuple[schema.Point, ...]:
    found = []
    for item in _items(text):
        parts = item.split()
        try:
            lon, lat = (float(part) for part in parts)
        except ValueError:
            message = f"{item!r} is not a longitude and a latitude"
            raise ValueError(message) from None
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):  # noqa: PLR2004 - the globe
            message = f"{item!r} does not lie on the globe"
            raise ValueError(message)
        found.append((lon, lat))
    return tuple(found)


def _read_yes_no(text: str, _: schema.Column) -> bool:
    if text not in {"yes", "no"}:
        message = "must be yes or no"
        raise ValueError(message)
    return text == "yes"


_EMPTY: dict[str, Any] = {
    **dict.fromkeys(("ids", "choices", "points"), ()),
    **dict.fromkeys(("text", "id", "choice", "month-day", "period", "moment"), ""),
}
_READERS: dict[str, Any] = {
    "id": _read_id,
    "text": _read_text,
    "choice": _read_choice,
    "number": _read_number,
    "date": _read_date,
    "month-day": _read_month_day,
    "period": _read_period,
    "moment": _read_moment,
    "ids": _read_ids,
    "choices": _read_choices,
    "points": _read_points,
    "yes-no": _read_yes_no,
}


def _cross_checks(rows: Numbered, written: Ids) -> Iterator[Fault]:
    """Faults that show only when tables are held against each other."""
    yield from _twice(rows)
    yield from _dangling(rows, written)
    yield from _bad_countries(rows)
    yield from _bad_links(rows)
    yield from _bad_gates(rows)
    yield from _bad_parameters(rows)
    yield from _bad_price_levels(rows)
    yield from _bad_corridors(rows)
    yield from _bad_observed(rows)


def _twice(rows: Numbered) -> Iterator[Fault]:
    for name, numbered in rows.items():
        if name == "events":
            continue
        counts = Counter(_key(row) for _, row in numbered)
        for number, row in numbered:
            if counts[_key(row)] > 1:
                column = next(iter(schema.columns(name)))
                message = f"the {column} stands more than once"
                yield Fault(f"{name}.csv", number, column, _key(row), message)
    where: dict[str, str] = {}
    for name in ("places", "links", "gates"):
        for number, row in rows[name]:
            if where.setdefault(row.id, name) != name:
                message = f"{where[row.id]}.csv has this id too"
                yield Fault(f"{name}.csv", number, "id", row.id, message)


def _dangling(rows: Numbered, written: Ids) -> Iterator[Fault]:
    if not written.get("sources", {""}) and any(
        set(row.source) - {schema.ASSUMED}
        for numbered in rows.values()
        for _, row in numbered
        if hasattr(row, "source")
    ):
        message = "the table has no rows, but those of other tables name their sources"
        yield Fault("sources.csv", None, "", "", message)
        written = {name: ids for name, ids in written.items() if name != "sources"}
    for name, numbered in rows.items():
        for item in fields(schema.TABLES[name]):
            column: schema.Column = item.metadata["column"]
            if not column.refers or any(other not in written for other in column.refers):
                continue
            allowed = set().union(*(written[other] for other in column.refers))
            if column.refers == ("sources",):
                allowed = allowed | {schema.ASSUMED}
            what = " or ".join(other.rstrip("s") for other in column.refers)
            for number, row in numbered:
                cell = getattr(row, item.name)
                for value in (cell,) if isinstance(cell, str) else cell:
                    if value and value not in allowed:
                        heading = item.name.rstrip("_")
                        message = unknown(what, value, sorted(allowed))
                        yield Fault(f"{name}.csv", number, heading, value, message)


def _bad_countries(rows: Numbered) -> Iterator[Fault]:
    for name in ("places", "links", "gates", "events", "parameters", "price_levels"):
        for number, row in rows[name]:
            for heading in ("country", "countries", "origin", "destination"):
                cell = getattr(row, heading, ())
                for value in (cell,) if isinstance(cell, str) else cell:
                    if value and not _ISO.match(value):
                        message = "must be two capital letters (ISO 3166-1)"
                        yield Fault(f"{name}.csv", number, heading, value, message)


def _bad_links(rows: Numbered) -> Iterator[Fault]:
    file = "links.csv"
    point = {row.id: row.point for _, row in rows["places"]}
    whole = [
        (number, row) for number, row in rows["links"] if row.from_ in point and row.to in point
    ]
    straight = geodesics_km(
        [point[row.from_] for _, row in whole], [point[row.to] for _, row in whole]
    )
    for (number, row), km in zip(whole, straight, strict=True):
        if row.length_km + GEODESIC_SLACK_KM < km:
            message = f"shorter than the geodesic, {km:.1f} km"
            yield Fault(file, number, "length_km", f"{row.length_km:g}", message)
    for number, row in rows["links"]:
        if row.from_ == row.to:
            yield Fault(file, number, "to", row.to, "a link must lead somewhere else")
        if (row.mode == "ferry") != bool(row.carries):
            message = "a ferry, and nothing else, says what it carries"
            yield Fault(file, number, "carries", row.carries, message)
        if ("rail" in (row.mode, row.carries)) != bool(row.gauge_mm):
            message = "rail and rail ferries, and nothing else, have a gauge"
            yield Fault(file, number, "gauge_mm", "; ".join(row.gauge_mm), message)
        if row.status != "open" and not row.gates:
            message = f"a link that is {row.status} needs the gate that opens it"
            yield Fault(file, number, "gates", "", message)


def _bad_gates(rows: Numbered) -> Iterator[Fault]:
    luck = {row.id: row.opens_with if row.opening_likely else None for _, row in rows["gates"]}
    for number, row in rows["gates"]:
        spread = [row.opening_low, row.opening_likely, row.opening_high]
        if any(spread) and not all(spread):
            yield Fault("gates.csv", number, "opening_likely", "", "a spread has all three days")
        elif all(spread) and spread != sorted(spread):
            message = "low, likely and high must not run backwards"
            yield Fault("gates.csv", number, "opening_likely", str(spread[1]), message)
        message = _bad_luck(
            row.id, row.opens_with, luck, of="gate", spread="a spread of opening days"
        )
        if message:
            yield Fault("gates.csv", number, "opens_with", row.opens_with, message)
        if bool(row.season_from) != bool(row.season_until):
            message = "a season has two ends"
            yield Fault("gates.csv", number, "season_until", row.season_until, message)
    for number, row in rows["events"]:
        if (row.event == "promise") != (row.due is not None):
            message = "a promise, and nothing else, is due on a day"
            yield Fault("events.csv", number, "due", str(row.due or ""), message)


def _bad_luck(row: str, other: str, luck: Mapping[str, str | None], *, of: str, spread: str) -> str:
    """What is wrong with sharing luck: it is shared with a row that has a spread and its own.

    ``luck`` tells of each row with which it shares, None where it has no spread.
    """
    if other not in luck:
        return ""
    if luck[row] is None:
        return f"only a {of} with {spread} shares the luck of another"
    if other == row:
        return f"must be another {of}"
    if luck[other] is None:
        return f"must have {spread}"
    return f"shares luck itself; name {luck[other]}" if luck[other] else ""


def _bad_parameters(rows: Numbered) -> Iterator[Fault]:
    file = "parameters.csv"
    links = {row.id: row for _, row in rows["links"]}
    luck = {row.id: row.drawn_with if row.low < row.high else None for _, row in rows["parameters"]}
    scopes: dict[tuple[str, ...], str] = {}
    for number, row in rows["parameters"]:
        unit, low, high, _ = schema.PARAMETERS[row.name]
        if row.unit != unit:
            yield Fault(file, number, "unit", row.unit, f"{row.name} is in {unit}")
        for heading in ("value", "low", "high"):
            value = getattr(row, heading)
            if not low <= value <= high:
                message = f"{row.name} lies between {low:g} and {high:g} {unit}"
                yield Fault(file, number, heading, f"{value:g}", message)
        if not row.low <= row.value <= row.high:
            message = f"must lie in its own range, {row.low:g} to {row.high:g}"
            yield Fault(file, number, "value", f"{row.value:g}", message)
        message = _bad_luck(row.id, row.drawn_with, luck, of="parameter", spread="a range")
        if message:
            yield Fault(file, number, "drawn_with", row.drawn_with, message)
        if row.name in schema.MARKETS:
            yield from _bad_market(number, row, links.get(row.at))
        scope = (row.name, row.mode, row.country, row.at, row.to)
        if scope in scopes:
            message = f"says what {scopes[scope]} says already"
            yield Fault(file, number, "id", row.id, message)
        scopes.setdefault(scope, row.id)


def _bad_market(number: int, row: schema.Parameter, link: schema.Link | None) -> Iterator[Fault]:
    """The market of a trade is that of one direction on one sea link."""
    file = "parameters.csv"
    if not row.at or (link and link.mode != "sea"):
        yield Fault(file, number, "at", row.at, f"{row.name} is that of a sea link")
    elif link and row.to not in (link.from_, link.to):
        message = f"must be the end that is sailed to: {link.from_} or {link.to}"
        yield Fault(file, number, "to", row.to, message)


def _bad_price_levels(rows: Numbered) -> Iterator[Fault]:
    """Two rows that could both hold, and trades of no price."""
    file = "price_levels.csv"
    said: dict[tuple[str, str, int], list[schema.PriceLevel]] = {}
    for number, row in rows["price_levels"]:
        ends = row.origin, row.destination
        if any(ends) and not row.price:
            message = "a trade has a price of its own: market_usd or backhaul_usd"
            yield Fault(file, number, "price", "", message)
        others = said.setdefault((row.price, row.period, sum(map(bool, ends))), [])
        for other in others:
            if _meet(row.origin, other.origin) and _meet(row.destination, other.destination):
                yield Fault(file, number, "id", row.id, f"says what {other.id} says already")
        others.append(row)


def _bad_corridors(rows: Numbered) -> Iterator[Fault]:
    """Links of a corridor that do not join the one before."""
    ends = {row.id: {row.from_, row.to} for _, row in rows["links"]}
    for number, row in rows["corridors"]:
        known = [link for link in row.links if link in ends]
        for before, link in pairwise(known):
            if ends[before].isdisjoint(ends[link]):
                message = f"does not join {before}, which stands before it"
                yield Fault("corridors.csv", number, "links", link, message)


def _meet(some: Iterable[str], others: Iterable[str]) -> bool:
    """Whether two lists of countries have one in common; an empty one has them all."""
    return not (some and others) or not set(some).isdisjoint(others)


def _bad_observed(rows: Numbered) -> Iterator[Fault]:
    for number, row in rows["observed"]:
        low = row.value if row.low is None else row.low
        high = row.value if row.high is None else row.high
        if not low <= row.value <= high:
            message = f"must lie in its own spread, {low:g} to {high:g}"
            yield Fault("observed.csv", number, "value", f"{row.value:g}", message)


def read_cell(table: str, heading: str, text: str) -> Any:
    """The value that a cell of a table would have; ValueError says what is wrong with it."""
    return _cell(text, schema.columns(table)[heading])


def faults(seeds: Seeds) -> list[Fault]:
    """Faults that checked rows may have among themselves once some of them are replaced."""
    numbered: Numbered = {
        name: [(number, row) for number, row in enumerate(getattr(seeds, name).values(), start=2)]
        for name in schema.TABLES
        if name != "events"
    }
    written = {name: {_key(row) for _, row in rows} for name, rows in numbered.items()}
    numbered["events"] = list(enumerate(seeds.events, start=2))
    return list(_cross_checks(numbered, written))
