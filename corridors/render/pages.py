"""Sections of the report on truth: model beside published figures, claims, and what rests on what.

Each function gives a string of HTML without heading or style; whatever comes from a table is
escaped, and only addresses of the web become links.
"""

from __future__ import annotations

import re
from html import escape
from math import isnan
from typing import TYPE_CHECKING, Any

from corridors import schema
from corridors.analysis.provenance import is_url
from corridors.analysis.validation import AMONG, GROUPS, REACH, TOLERANCE, met
from corridors.routing import MEASURES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from corridors.analysis.claims import Judged
    from corridors.analysis.provenance import Held, Provenance
    from corridors.analysis.validation import Check, Validation
    from corridors.seeds import Seeds

TITLES = {"km": "Lengths", "hours": "Times", "usd": "Costs"}
VERDICT_CLASSES = {"confirmed": "better", "depends on": ""}
#: What the words and columns of the published figures mean.
LEGEND = (
    (
        "Inside: within {tolerances} of the published value. A time is inside its published "
        "spread too, or inside that of all sources that tell of the same way in the same "
        "direction, as these contradict each other: {others} times are inside by others alone, and "
        "say so. Lengths and costs are held to the value, whatever its spread."
    ),
    (
        "Like for like: without figures that are another thing than the model's, each of which "
        "says why. These were wanted to lie inside; the stricter tests beside may fall short."
    ),
    "A source of its own: one that no number behind the model's figure rests on.",
    "Ways, each counted once: a way is met if half of its like figures are, or more.",
    (
        "The model's own range: where its figure lies in 90 of 100 draws of its parameters. Those "
        "have ranges of means, so single quotations fall outside more often than one in ten."
    ),
    (
        "Met by the others: of the figures whose way others tell of as well, how many the "
        "geometric mean of those others meets. A yardstick: what one would meet without a model."
    ),
    (
        "Prices are held at the prices of their time and, where they are known, of their trade. "
        "What that multiplies stands under the way: prices in general, the market of ships out, or "
        "of the haul back, with the period whose level it is. 1 is the level of the tables."
    ),
    (
        "Kinds: length; observed or timetable; tender, a tariff or a carrier's list; claim, "
        "somebody's word; forecast."
    ),
)
#: What a level of prices multiplies.
PRICES = {"": "prices", "market_usd": "ocean market", "backhaul_usd": "haul back"}
MINUS = "\u2212"
_ID = re.compile(r"\bF0\d{3}\b")
#: A miss beyond this is told as a multiple.
_TIMES = 9
LEFT = ' style="text-align:left"'
#: Headings of columns that hold words.
WORDS = {"claim", "verdict", "what the model or the sum finds", "sources", "kind", "source"} | {
    *("beside", "note", "published by", "rows that rest on it"),
}


def validation_section(validation: Validation) -> str:
    """The model beside every published figure, with a sentence on each miss.

    Parameters
    ----------
    validation
        From :func:`corridors.validate`.

    Returns
    -------
    str
        Shares reached, then one table a measure; each published value links to its source.
    """
    shares = "".join(_share_row(validation, measure) for measure in TOLERANCE)
    heads = ("measure", *GROUPS.values(), "wanted of like for like", REACH, AMONG)
    others = sum(check.by_others for check in validation.checks)
    lines = [line.format(tolerances=_tolerances(), others=others) for line in LEGEND]
    said = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return (
        f"{_table(heads, shares)}"
        f'<details><summary>How to read it</summary><ul class="small">{said}</ul></details>'
        f"{''.join(_measure(validation, measure) for measure in TOLERANCE)}"
    )


def claims_section(judged: Sequence[Judged], seeds: Seeds) -> str:
    """The brief's claims with their verdicts and what the run or sum found."""
    rows = "".join(_claim_row(item, seeds) for item in judged)
    return _table(("", "claim", "verdict", "what the model or the sum finds", "sources"), rows)


def provenance_section(found: Provenance) -> str:
    """How far each table is sourced, all assumptions, and every source with its rows."""
    counted = "".join(
        f"<tr><th>{escape(name)}<br><span class='small'>{escape(_holds(name))}</span></th>"
        f"{_numbers(list(counts.values())[:-1])}"
        f"<td>{_percent(counts['share'])}</td></tr>"
        for name, counts in found.counts().items()
        if counts["rows"]
    )
    assumed = "".join(_assumed_row(row, found.seeds) for row in found.assumed)
    sources = "".join(_source_row(found, source) for source in found.seeds.sources)
    heads = ("table", "rows", "sourced", "in part", "assumed", "neither", "with a source")
    return (
        _table(heads, counted)
        + _folded(
            f"{len(found.assumed)} rows that are assumed, wholly or in part",
            _table(("row", "value", "range", "beside", "note"), assumed),
        )
        + _folded(
            f"{len(found.seeds.sources)} sources and the rows that rest on them",
            _table(("source", "published by", "date", "rows that rest on it"), sources),
        )
    )


def _holds(table: str) -> str:
    """What a table holds: the first line of what its rows are."""
    return (schema.TABLES[table].__doc__ or "").strip().splitlines()[0]


def source_links(seeds: Seeds, sources: Iterable[str]) -> str:
    """Sources as links to where they were read; those without an address as plain text."""
    return ", ".join(_source_link(seeds, source) for source in sources)


def _noted(seeds: Seeds, text: str) -> str:
    """A note; sources that it names by their ids become links."""
    return _ID.sub(
        lambda found: (
            _source_link(seeds, found[0].lower(), label=found[0])
            if found[0].lower() in seeds.sources
            else found[0]
        ),
        escape(text),
    )


def _source_link(seeds: Seeds, source: str, *, label: str = "") -> str:
    row = seeds.sources.get(source)
    if row is None:
        return escape(source)
    label, title = escape(label or row.publisher or row.title), escape(row.title, quote=True)
    if not is_url(row.url):
        return f'<span title="{title}">{label}</span>'
    return f'<a href="{escape(row.url, quote=True)}" title="{title}">{label}</a>'


def _share_row(validation: Validation, measure: str) -> str:
    row: dict[str, Any] = validation.shares(measure)
    kind = "better" if row["reached"] else "worse"
    cells = [
        f'<span class="{kind}">{met(row, group)}</span>' if group == "like_" else met(row, group)
        for group in GROUPS
    ]
    cells += [_percent(row["wanted"]), met(row, "reach_"), met(row, "agree_")]
    said = "".join(f"<td>{cell}</td>" for cell in cells)
    return f"<tr><th>{TITLES[measure]}</th>{said}</tr>"


def _measure(validation: Validation, measure: str) -> str:
    checks = [check for check in validation.checks if check.row.measure == measure]
    seeds = validation.network.seeds
    checks.sort(key=lambda check: check.inside)
    rows = "".join(_check_row(check, seeds) for check in checks)
    heads = ("way", "published", "spread", "model", "off by", "kind", "date", "source")
    title = f"{TITLES[measure]}, {MEASURES[measure]}: {len(checks)} published figures, misses first"
    return _folded(title, _table(heads, rows)) if checks else ""


def _check_row(check: Check, seeds: Seeds) -> str:
    row = check.row
    low, high = check.spread
    spread = f"{low:,g} to {high:,g}" if low < high else ""
    kind = "better" if check.inside else "worse"
    flag = "" if check.inside else ' <span class="small">a miss</span>'
    flag += ' <span class="small">inside by others</span>' * check.by_others
    flag += ' <span class="small">not alike</span>' if row.unlike else ""
    flag += ' <span class="small">shares a source</span>' if check.shared else ""
    said = f'<div class="said">{_noted(seeds, check.why)}</div>'
    return (
        f"<tr><th>{_way(check, seeds)}</th><td>{row.value:,g}</td><td>{spread}</td>"
        f"<td>{'' if check.way is None else f'{check.model:,.0f}'}</td>"
        f'<td><span class="{kind}">{_off(check)}</span></td>'
        f'<td class="left">{escape(row.kind)}{flag}</td><td>{escape(row.date)}</td>'
        f'<td class="left">{source_links(seeds, row.source)}</td></tr>'
        + (f'<tr><td class="left small" colspan="8">{said}</td></tr>' if check.why else "")
    )


def _off(check: Check) -> str:
    """How far off, in per cent; many times over where that says more."""
    if isnan(check.miss):
        return "no way"
    if check.miss > _TIMES:
        return f"{check.miss + 1:,.0f} times"
    return f"{check.miss:+.1%}".replace("-0.0%", "+0.0%").replace("-", MINUS)


def _way(check: Check, seeds: Seeds) -> str:
    names = [seeds.places[place].name for place in (check.row.from_, *check.row.via, check.row.to)]
    by = f" by {', '.join(check.row.modes)}" if check.row.modes else ""
    besides = [f"over {', '.join(names[1:-1])}"] if check.row.via else []
    besides += [f"shipment: {check.row.cargo}"] if check.row.cargo else []
    levels = [(level, PRICES[level.price]) for _, level in check.priced if level]
    shown = dict.fromkeys(
        f"{what} at {level.level:g} ({level.period})" for level, what in levels if level.level != 1
    )
    besides += ["; ".join(shown)] if shown else []
    return escape(f"{names[0]} to {names[-1]}{by}") + "".join(
        f'<br><span class="small">{escape(line)}</span>' for line in besides
    )


def _claim_row(item: Judged, seeds: Seeds) -> str:
    claim, finding = item.claim, item.finding
    kind = VERDICT_CLASSES.get(finding.verdict, "worse")
    note = f'<br><span class="small">{escape(claim.note)}</span>' if claim.note else ""
    return (
        f'<tr><th>{escape(claim.id.upper())}</th><td class="left">{escape(claim.claim)}</td>'
        f'<td class="left"><span class="{kind}">{escape(finding.verdict)}</span></td>'
        f'<td class="left">{escape(finding.text)}{note}</td>'
        f'<td class="left">{source_links(seeds, claim.source)}</td></tr>'
    )


def _assumed_row(row: Held, seeds: Seeds) -> str:
    value = "" if row.value is None else f"{_shown(row.value)} {row.unit}".strip()
    spread = "" if row.low is None else f"{_shown(row.low)} to {_shown(row.high)}"
    return (
        f"<tr><th>{escape(row.table)} {escape(row.id)}</th><td>{escape(value)}</td>"
        f'<td>{escape(spread)}</td><td class="left">{source_links(seeds, row.sources)}</td>'
        f'<td class="left">{_noted(seeds, row.note)}</td></tr>'
    )


def _source_row(found: Provenance, source: str) -> str:
    row = found.seeds.sources[source]
    title = escape(row.title)
    linked = f'<a href="{escape(row.url, quote=True)}">{title}</a>' if is_url(row.url) else title
    rests: dict[str, list[str]] = {}
    for held in found.by_source[source]:
        rests.setdefault(held.table, []).append(held.id)
    listed = "; ".join(f"{table}: {', '.join(dict.fromkeys(ids))}" for table, ids in rests.items())
    return (
        f'<tr><th>{linked}</th><td class="left">{escape(row.publisher)}</td>'
        f'<td>{escape(row.date)}</td><td class="left">{escape(listed or "none")}</td></tr>'
    )


def _table(heads: Sequence[str], rows: str, *, caption: str = "") -> str:
    head = "".join(f"<th{LEFT * (name in WORDS)}>{escape(name)}</th>" for name in heads)
    said = f"<caption>{escape(caption)}</caption>" if caption else ""
    return (
        f'<div class="scroll"><table>{said}<thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _folded(title: str, body: str) -> str:
    return f"<details><summary>{escape(title)}</summary>{body}</details>"


def _numbers(values: Iterable[Any]) -> str:
    return "".join(f"<td>{value:,}</td>" for value in values)


def _shown(value: object) -> str:
    return f"{value:,g}" if isinstance(value, float) else str(value)


def _percent(share: float) -> str:
    return "" if isnan(share) else f"{share:.0%}"


def _tolerances() -> str:
    return ", ".join(f"{share:.0%} ({TITLES[name].lower()})" for name, share in TOLERANCE.items())


__all__ = ["claims_section", "provenance_section", "source_links", "validation_section"]
