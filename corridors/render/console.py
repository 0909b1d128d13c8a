"""Tables for a terminal: model beside published figures, claims, and what rests on what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from corridors.analysis.provenance import unsourced
from corridors.analysis.validation import AMONG, GROUPS, REACH, TOLERANCE, met

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.analysis.claims import Judged
    from corridors.analysis.provenance import Provenance
    from corridors.analysis.validation import Check, Validation
    from corridors.seeds import Seeds

#: Columns that hold words and lean left; the others hold figures.
WORDS = {
    *("", "kind", "date", "source", "title", "url", "table", "row", "note", "beside"),
    *("claim", "verdict", "finding"),
}


def validation_parts(found: Validation, *, misses: bool = False) -> list[Any]:
    """One table a measure, the misses in words, and the shares reached."""
    checks = found.misses if misses else found.checks
    tables = {
        measure: [check for check in checks if check.row.measure == measure]
        for measure in TOLERANCE
    }
    parts: list[Any] = [_checks(measure, held) for measure, held in tables.items() if held]
    parts += [f"[bold]{check.row.id}[/]  {escape(check.why)}" for check in found.misses]
    return [*parts, "", _shares(found)]


def _checks(measure: str, checks: Sequence[Check]) -> Table:
    table = _grid("", "published", "spread", "model", "off by", "kind", "date", "", title=measure)
    for check in checks:
        row, (low, high) = check.row, check.spread
        table.add_row(
            row.id,
            f"{row.value:,g}",
            f"{low:,g} to {high:,g}" if low < high else "",
            "no way" if check.way is None else f"{check.model:,.0f}",
            "" if check.way is None else f"{check.miss:+.0%}",
            row.kind,
            row.date,
            " ".join(
                filter(
                    None,
                    (
                        "" if check.inside else "MISS",
                        "(not alike)" * (not check.like),
                        "(shares a source)" * bool(check.shared),
                    ),
                )
            ),
        )
    return table


def _shares(found: Validation) -> Table:
    table = _grid("", *GROUPS.values(), "wanted of like for like", REACH, AMONG)
    for measure in TOLERANCE:
        row = found.shares(measure)
        cells = [met(row, group) for group in GROUPS]
        cells += [f"{row['wanted']:.0%}", met(row, "reach_"), met(row, "agree_")]
        table.add_row(measure, *cells)
    return table


def claims_table(judged: Sequence[Judged], seeds: Seeds) -> Table:
    """The claims with verdict, finding and where their sources were read."""
    table = _grid("", "claim", "verdict", "finding")
    for item in judged:
        held = [seeds.sources[name] for name in item.claim.source if name in seeds.sources]
        urls = " ".join(row.url for row in held if row.url)
        differs = "" if item.agrees else f" (register: {item.claim.verdict})"
        said = " ".join(filter(None, [item.finding.text, item.claim.note]))
        table.add_row(
            item.claim.id.upper(),
            escape(item.claim.claim),
            f"{item.finding.verdict}{differs}",
            escape("\n".join(filter(None, [said, urls]))) + "\n",
        )
    return table


def provenance_parts(found: Provenance, *, assumed: bool = False) -> list[Any]:
    """Every source with its count of rows, or every assumption; then the shares by table."""
    bare = unsourced(found.seeds)
    named = ": " + ", ".join(f"{row.table} {row.id}" for row in bare) if bare else ""
    said = (
        f"{len(found.seeds.sources)} sources, {len(found.unused)} of them without a row; "
        f"{len(found.assumed)} rows assumed wholly or in part (--assumed); "
        f"{len(bare)} rows rest on nothing{named}"
    )
    return [_assumed(found) if assumed else _sources(found), "", _tables(found), "", said]


def source_parts(found: Provenance, source: str) -> list[Any]:
    """One source and the rows that rest on it."""
    row = found.seeds.sources[source]
    table = _grid("table", "row", "value", "note")
    for held in found.of(source):
        value = "" if held.value is None else f"{held.value} {held.unit}"
        table.add_row(held.table, held.id, value, escape(held.note))
    said = ". ".join(filter(None, [row.title, row.publisher, row.date, row.note]))
    return [escape(f"{said}\n{row.url}".strip()), table]


def _sources(found: Provenance) -> Table:
    table = _grid("source", "rows", "title", "url")
    for row in found.seeds.sources.values():
        count = len(found.by_source[row.id])
        table.add_row(row.id, str(count), escape(row.title), escape(row.url))
    return table


def _assumed(found: Provenance) -> Table:
    table = _grid("table", "row", "value", "low", "high", "beside", "note")
    for row in found.assumed:
        ends = ["" if number is None else str(number) for number in (row.low, row.high)]
        value = "" if row.value is None else f"{row.value} {row.unit}"
        beside = ", ".join(row.sources)
        table.add_row(row.table, row.id, value, *ends, beside, escape(row.note))
    return table


def _tables(found: Provenance) -> Table:
    table = _grid("table", "rows", "sourced", "in part", "assumed", "neither", "with a source")
    for name, row in found.counts().items():
        if row["rows"]:
            counts = [str(row[key]) for key in ("rows", "sourced", "partly", "assumed")]
            table.add_row(name, *counts, str(row["unsourced"]), f"{row['share']:.0%}")
    return table


def _grid(*headings: str, title: str = "") -> Table:
    table = Table(box=None, pad_edge=False, title_justify="left", title_style="bold")
    table.title = title or None
    for heading in headings:
        table.add_column(heading, justify="left" if heading in WORDS else "right", overflow="fold")
    return table


__all__ = ["claims_table", "provenance_parts", "source_parts", "validation_parts"]
