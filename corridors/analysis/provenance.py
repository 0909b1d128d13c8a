"""What rests on what: every row with its sources, every source with its rows, every assumption."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

from corridors import schema
from corridors.errors import UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from corridors.seeds import Seeds

#: Tables whose rows carry a source.
SOURCED_TABLES = tuple(
    name for name, row in schema.TABLES.items() if "source" in {item.name for item in fields(row)}
)
#: The column that holds a table's chief value, and those that hold its range.
VALUES = {
    "links": ("length_km", "", ""),
    "parameters": ("value", "low", "high"),
    "gates": ("opening_likely", "opening_low", "opening_high"),
    "observed": ("value", "low", "high"),
    "price_levels": ("level", "", ""),
}
NO_VALUE = ("", "", "")


@dataclass(frozen=True, slots=True)
class Held:
    """One row of a table with what it rests on.

    Attributes
    ----------
    table, id
        Where it stands; an event's id is its gate and day.
    sources
        Ids of the sources it names, without ``assumed``.
    assumed
        Whether it says ``assumed``, alone or beside sources.
    value, low, high, unit
        Its chief value with its range, where the table has one: a number, or a day.
    note
        Its note.
    """

    table: str
    id: str
    sources: tuple[str, ...]
    assumed: bool
    value: float | dt.date | None = None
    low: float | dt.date | None = None
    high: float | dt.date | None = None
    unit: str = ""
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it."""
        return {
            "table": self.table,
            "id": self.id,
            "value": _plain(self.value),
            "low": _plain(self.low),
            "high": _plain(self.high),
            "unit": self.unit,
            "source": list(self.sources),
            "note": self.note,
        }


@dataclass(frozen=True, eq=False)
class Provenance:
    """The rows of all tables with what they rest on."""

    seeds: Seeds = field(repr=False)
    rows: tuple[Held, ...]

    @cached_property
    def by_source(self) -> dict[str, tuple[Held, ...]]:
        """Rows that rest on each source, in the order of ``sources.csv``; empty where none does."""
        found: dict[str, list[Held]] = {source: [] for source in self.seeds.sources}
        for row in self.rows:
            for source in row.sources:
                found.setdefault(source, []).append(row)
        return {source: tuple(rows) for source, rows in found.items()}

    def of(self, source: str) -> tuple[Held, ...]:
        """Rows that rest on one source.

        Raises
        ------
        UnknownNameError
            When ``sources.csv`` does not hold it.
        """
        if source not in self.seeds.sources:
            what = "source"
            raise UnknownNameError(what, source, self.seeds.sources)
        return self.by_source[source]

    @property
    def assumed(self) -> tuple[Held, ...]:
        """Rows that are assumed, wholly or in part."""
        return tuple(row for row in self.rows if row.assumed)

    @property
    def unused(self) -> tuple[str, ...]:
        """Sources on which no row rests."""
        return tuple(source for source, rows in self.by_source.items() if not rows)

    @property
    def without_url(self) -> tuple[str, ...]:
        """Sources that give a reader nowhere to click."""
        return tuple(row.id for row in self.seeds.sources.values() if not is_url(row.url))

    @property
    def table(self) -> pd.DataFrame:
        """How far each table is sourced.

        Returns
        -------
        DataFrame
            Indexed by table: ``rows``; ``sourced`` (by sources alone), ``partly`` (beside an
            assumption), ``assumed`` (alone), ``unsourced`` (neither); ``share`` with a source.
        """
        import pandas as pd

        found = {name: counts for name, counts in self.counts().items() if counts["rows"]}
        return pd.DataFrame.from_dict(found, orient="index").rename_axis("table")

    def counts(self) -> dict[str, dict[str, Any]]:
        """The figures of :attr:`table` by table."""
        return {name: _counted(self, name) for name in SOURCED_TABLES}

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it."""
        return {
            "tables": {name: counts for name, counts in self.counts().items() if counts["rows"]},
            "sources": [
                {
                    "id": row.id,
                    "title": row.title,
                    "publisher": row.publisher,
                    "date": row.date,
                    "url": row.url,
                    "rows": [f"{held.table}.{held.id}" for held in self.by_source[row.id]],
                }
                for row in self.seeds.sources.values()
            ],
            "assumed": [row.to_dict() for row in self.assumed],
            "unsourced": [f"{row.table}.{row.id}" for row in unsourced(self.seeds)],
            "unused": list(self.unused),
        }


def provenance(seeds: Seeds) -> Provenance:
    """What every row of a folder of tables rests on.

    Parameters
    ----------
    seeds
        Checked tables.

    Returns
    -------
    Provenance
    """
    return Provenance(seeds, tuple(_held(seeds)))


def unsourced(seeds: Seeds) -> tuple[Held, ...]:
    """Rows that rest on nothing: no known source, nor ``assumed``; or assumed without a range.

    A parameter that is assumed must have a range; so must the opening of an unbuilt gate.
    """
    return tuple(row for row in _held(seeds) if _unsound(seeds, row))


def is_url(text: str) -> bool:
    """Whether a reader can click on it."""
    return text.startswith(("https://", "http://"))


def _unsound(seeds: Seeds, row: Held) -> bool:
    if any(source in seeds.sources for source in row.sources):
        return False
    return not row.assumed or _lacks_range(row)


def _lacks_range(row: Held) -> bool:
    """Whether a row whose table has a range gives a value without one."""
    ranged = bool(VALUES.get(row.table, NO_VALUE)[1])
    return ranged and row.value is not None and (row.low is None or row.low == row.high)


def _held(seeds: Seeds) -> Iterator[Held]:
    for name in SOURCED_TABLES:
        rows = seeds.events if name == "events" else getattr(seeds, name).values()
        for row in rows:
            yield _one(name, row)


def _one(name: str, row: Any) -> Held:
    value, low, high = (
        getattr(row, column) if column else None for column in VALUES.get(name, NO_VALUE)
    )
    return Held(
        table=name,
        id=_name(name, row),
        sources=tuple(source for source in row.source if source != schema.ASSUMED),
        assumed=schema.ASSUMED in row.source,
        value=value,
        low=low,
        high=high,
        unit=_unit(name, row),
        note=getattr(row, "note", ""),
    )


def _name(name: str, row: Any) -> str:
    if name == "events":
        return f"{row.gate} {row.date}"
    return str(row.link if name == "lines" else row.id)


def _unit(name: str, row: Any) -> str:
    if name == "observed":
        return {"hours": "h", "usd": "USD"}.get(row.measure, "km")
    return str(row.unit) if name == "parameters" else "km" * (name == "links")


def _plain(value: float | dt.date | None) -> float | str | None:
    return str(value) if isinstance(value, dt.date) else value


def _counted(found: Provenance, name: str) -> dict[str, Any]:
    rows = [row for row in found.rows if row.table == name]
    known = [any(source in found.seeds.sources for source in row.sources) for row in rows]
    pairs = list(zip(rows, known, strict=True))
    return {
        "rows": len(rows),
        "sourced": sum(has and not row.assumed for row, has in pairs),
        "partly": sum(has and row.assumed for row, has in pairs),
        "assumed": sum(row.assumed and not has for row, has in pairs),
        "unsourced": sum(not row.assumed and not has for row, has in pairs),
        "share": sum(known) / len(rows) if rows else float("nan"),
    }


__all__ = ["Held", "Provenance", "is_url", "provenance", "unsourced"]
