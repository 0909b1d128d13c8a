"""Write ``README.md`` of a seeds folder: its tables, column by column, from the declarations.

Nothing in it is typed by hand twice; run it when :mod:`corridors.schema` has changed::

    python -m corridors.exchange.tables_doc seeds
"""

from __future__ import annotations

import sys
from math import isinf
from pathlib import Path
from typing import TYPE_CHECKING

from corridors import schema
from corridors import seeds as seed_tables
from corridors.files import write_text
from corridors.scenario import BASES, VERBS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from corridors.seeds import Seeds

KINDS = {
    "id": "id",
    "text": "text",
    "choice": "one of",
    "number": "number",
    "date": "day, 2026-11-01",
    "month-day": "month and day, 12-01",
    "period": "year or month, 2024-10",
    "moment": "year, month or day, 2024-10-31",
    "ids": "list",
    "choices": "list of",
    "points": "points, `lon lat; lon lat`",
    "yes-no": "yes or no",
}
RULES = (
    "Text is UTF-8, one row a line, with a header; an empty cell means not known or not so.",
    "A list stands in one cell, its items parted by `;`.",
    "An id has lower-case letters, digits and hyphens; no place, link and gate share one.",
    "Countries are ISO 3166-1 alpha-2; `XZ` is the high sea.",
    "A length is the published one. Shapes in `lines.csv` are for the eye alone.",
    "Every row names its sources by id, or says `assumed`; the note holds conflicting figures.",
    "`corridors check` names every fault at once; `corridors sources` lists what rests on what.",
)
MADE_BY = (
    "Tables as of {date}. This page is made from `corridors/schema.py` by "
    "`python -m corridors.exchange.tables_doc`; change it there."
)
WHICH_ROW = (
    "A number is looked up by its name for a place in the network: a link, a gate or a terminal. "
    "Of the rows that fit, the most specific one holds: a row with `at` before any without, then "
    "one with `to`, then one with `country`, then one with `mode`. An empty scope column fits "
    "everything. A name that is needed and that no row gives is a fault."
)
SCENARIOS = (
    "A file in `scenarios/` has `id`, `title`, `reason`, if need be `date` and `extends`, and "
    "ordered `[[changes]]`. Each change has one verb, "
    + ", ".join(f"`{verb}`" for verb in VERBS)
    + ", with its targets: ids of gates, links or corridors, a country (`IR`), a pair of countries "
    "(`AZ-IR`), or for `set` and `scale` one cell as `table.id.column`. A charge has one of "
    + ", ".join(f"`{basis}`" for basis in BASES)
    + ". Two layers that change one thing in different ways contradict each other, unless one "
    "extends the other or the later change says `override = true`."
)
LICENCE = (
    "The data of this folder are under the Open Database License 1.0 (ODbL); the code is under "
    "MIT. Whoever hands on the data, or maps and tables made from them, names the following:"
)


def readme(seeds: Seeds) -> str:
    """``README.md`` of a folder of tables as text."""
    parts = [
        f"# {seeds.title}",
        MADE_BY.format(date=seeds.data_date),
        "## Rules for all tables",
        _bullets(RULES),
        *(_table(name) for name in schema.TABLES),
        "## Names of parameters",
        _parameters(),
        "## Which row of the parameters holds",
        WHICH_ROW,
        "## Scenarios",
        SCENARIOS,
        "## data.toml",
        "`title` of the folder, its `data_date`, and the list `attribution`.",
        "## Licence and attribution",
        LICENCE,
        _bullets(seeds.attribution or ("(nothing is named in data.toml)",)),
    ]
    return "\n\n".join(parts) + "\n"


def _table(name: str) -> str:
    row = schema.TABLES[name]
    said = " ".join((row.__doc__ or "").split())
    needed = "must be there" if name in schema.REQUIRED_TABLES else "may be missing"
    head = f"## {name}.csv\n\n{said.replace('``', '`')} The file {needed}."
    cells = [
        (f"`{heading}`", _kind(spec), spec.unit, _range(spec), "yes" * spec.required, spec.meaning)
        for heading, spec in schema.columns(name).items()
    ]
    return f"{head}\n\n{_grid(('column', 'kind', 'unit', 'range', 'required', 'meaning'), cells)}"


def _parameters() -> str:
    cells = [
        (f"`{name}`", unit, _bounds(low, high), meaning)
        for name, (unit, low, high, meaning) in schema.PARAMETERS.items()
    ]
    return _grid(("name", "unit", "range", "meaning"), cells)


def _kind(spec: schema.Column) -> str:
    words = [KINDS[spec.kind]]
    if spec.choices and len(spec.choices) <= len(schema.MODES) + len(schema.PARTS):
        words.append(", ".join(f"`{choice}`" for choice in spec.choices))
    elif spec.choices:
        words.append("the names below")
    if spec.refers:
        words.append("of " + " or ".join(f"`{table}.csv`" for table in spec.refers))
    return " ".join(words)


def _range(spec: schema.Column) -> str:
    return _bounds(spec.low, spec.high)


def _bounds(low: float, high: float) -> str:
    if isinf(low) and isinf(high):
        return ""
    if isinf(high):
        return f"{low:g} or more"
    return f"{low:g} to {high:,.12g}"


def _grid(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _bullets(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def main() -> None:
    """Write ``README.md`` into the folder named on the command line; the bundled one if none."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else seed_tables.bundled()
    path = write_text(folder / "README.md", readme(seed_tables.read(folder)))
    sys.stdout.write(f"wrote {path}\n")


if __name__ == "__main__":
    main()
