"""Tiny networks drawn in ASCII, written as real tables.

A drawing has one chain a line: places joined by links in dashes, ``mode km`` and then gates::

    a -- road 100 -- b -- rail-1520 50 border -- c
    a -- ferry-road 80 service -- c

Gates are borders unless their name begins with ``project``, ``strait`` or ``service``. They are
open unless listed as shut.
"""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

from corridors import schema
from corridors.network import Network, load

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

#: name, mode, at, to, value: simple numbers that can be added up by hand.
PARAMETERS = [
    ("speed_kmh", "road", 50),
    ("speed_kmh", "rail", 40),
    ("speed_kmh", "sea", 20),
    ("speed_kmh", "ferry", 20),
    ("rate_usd_per_tkm", "road", 0.1),
    ("rate_usd_per_tkm", "rail", 0.05),
    ("rate_usd_per_tkm", "sea", 0.01),
    ("emission_kg_per_tkm", "road", 0.1),
    ("emission_kg_per_tkm", "rail", 0.03),
    ("emission_kg_per_tkm", "sea", 0.02),
    ("emission_kg_per_tkm", "ferry", 0.05),
    ("dwell_h", "road", 10),
    ("dwell_h", "rail", 30),
    ("dwell_h", "sea", 5),
    ("fee_usd", "road", 100),
    ("fee_usd", "rail", 50),
    ("fee_usd", "sea", 20),
    ("wait_h", "ferry", 12),
    ("fare_usd", "ferry", 500),
    ("loading_h", "road", 1),
    ("loading_h", "rail", 5),
    ("loading_h", "sea", 10),
    ("loading_usd", "road", 10),
    ("loading_usd", "rail", 20),
    ("loading_usd", "sea", 30),
    ("transfer_h", "", 8),
    ("transfer_usd", "", 40),
    ("tonnes_per_teu", "", 10),
    ("cargo_value_usd", "", 24000),
    ("time_cost_share_per_day", "", 0.01),
]
_TOKEN = re.compile(r"\s*--\s*(.+?)\s*--\s*")


def write(folder: Path, table: str, rows: Iterable[Mapping[str, object]]) -> None:
    names = list(schema.columns(table))
    with (folder / f"{table}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def draw(
    folder: Path,
    drawing: str,
    *,
    shut: Iterable[str] = (),
    countries: Mapping[str, str] | None = None,
    extra: Mapping[str, list[dict[str, object]]] | None = None,
) -> Path:
    """Write the tables of a drawing into a folder."""
    countries = countries or {}
    extra = extra or {}
    places: dict[str, None] = {}
    links, gates = [], {}
    for line in filter(str.strip, drawing.splitlines()):
        tokens = _TOKEN.split(line.strip())
        places |= dict.fromkeys(tokens[::2])
        for start, spec, end in zip(tokens[::2], tokens[1::2], tokens[2::2], strict=False):
            kind, km, *behind = spec.split()
            mode, _, detail = kind.partition("-")
            rail = mode == "rail" or detail == "rail"
            gates |= dict.fromkeys(behind)
            links.append(
                {
                    "id": f"{start}-{end}-{kind}-{len(links)}",
                    "from": start,
                    "to": end,
                    "mode": mode,
                    "carries": detail if mode == "ferry" else "",
                    "gauge_mm": (detail if mode == "rail" and detail else "1520") if rail else "",
                    "length_km": km,
                    "source": "assumed",
                    "status": "open",
                    "country": countries.get(start, "AA"),
                    "gates": "; ".join(behind),
                }
            )
    folder.mkdir(parents=True, exist_ok=True)
    write(
        folder,
        "places",
        [
            {
                "id": place,
                "name": place.title(),
                "country": countries.get(place, "AA"),
                "kind": "city",
                "lon": f"{50 + index * 1e-3}",
                "lat": "40",
                "transfers": "yes",
                "source": "assumed",
            }
            for index, place in enumerate(places)
        ],
    )
    write(folder, "links", links)
    write(
        folder,
        "gates",
        [
            {
                "id": gate,
                "title": gate,
                "kind": _kind(gate),
                "source": "assumed",
                "state": "shut" if gate in set(shut) else "open",
            }
            for gate in gates
        ],
    )
    write(
        folder,
        "parameters",
        [
            {
                "id": f"p{index}",
                "name": name,
                "mode": mode,
                "value": value,
                "low": value / 2,
                "high": value * 2,
                "unit": schema.PARAMETERS[name][0],
                "source": "assumed",
            }
            for index, (name, mode, value) in enumerate(PARAMETERS)
        ]
        + extra.get("parameters", []),
    )
    for table, rows in extra.items():
        if table != "parameters":
            write(folder, table, rows)
    return folder


def _kind(gate: str) -> str:
    kinds = ("project", "strait", "service")
    return next((kind for kind in kinds if gate.startswith(kind)), "border")


def lay(folder: Path, name: str, text: str) -> Path:
    """Write a file beside the tables, ``scenarios/x.toml``."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def network(folder: Path, drawing: str, **options: object) -> Network:
    """Draw and load."""
    return load(draw(folder, drawing, **options), date="2026-01-01")


def alter(folder: Path, table: str, key: str, **cells: object) -> Path:
    """Change cells of the row whose first cell is ``key``; ``from_`` stands for ``from``."""
    path = folder / f"{table}.csv"
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    chosen = next(row for row in rows if next(iter(row.values())) == key)
    chosen |= {name.rstrip("_"): str(value) for name, value in cells.items()}
    write(folder, table, rows)
    return folder
