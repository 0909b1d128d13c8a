"""OpenStreetMap files drawn in ASCII: letters are nodes, a hundredth of a degree apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

STEP = 0.01
#: Middle of Azerbaijan: far from every border.
NORTH_WEST = (48.0, 40.5)
RAIL = {"railway": "rail", "gauge": "1520"}
ROAD = {"highway": "trunk"}
Tags = dict[str, str]


def points(drawing: str, north_west: tuple[float, float] = NORTH_WEST) -> dict[str, tuple]:
    """Where each letter of a drawing lies."""
    west, north = north_west
    return {
        letter: (west + STEP * column, north - STEP * row)
        for row, line in enumerate(drawing.strip("\n").splitlines())
        for column, letter in enumerate(line)
        if letter.isalnum()
    }


def write(
    path: Path,
    drawing: str,
    ways: Iterable[tuple[str, Tags]] = (),
    *,
    tags: Mapping[str, Tags] | None = None,
    borders: Mapping[str, Iterable[str]] | None = None,
    north_west: tuple[float, float] = NORTH_WEST,
    hidden: str = "",
) -> Path:
    """Write a drawing as a PBF file.

    Parameters
    ----------
    path
        File to write.
    drawing
        Letters at their places.
    ways
        Letters in order, and tags.
    tags
        Tags of letters.
    borders
        Boundary of each country by ISO code, as rings of letters.
    north_west
        Where the drawing's corner lies.
    hidden
        Letters whose nodes the file lacks.
    """
    osmium = pytest.importorskip("osmium")
    from osmium.osm.mutable import Node, Relation, Way

    where = points(drawing, north_west)
    boundary = {"boundary": "administrative", "admin_level": "2"}
    rings = [(code, ring) for code, all_ in (borders or {}).items() for ring in all_]
    lines = [*ways, *((ring, boundary) for _, ring in rings)]
    with osmium.SimpleWriter(str(path), overwrite=True) as file:
        for letter in sorted(where):
            if letter not in hidden:
                said = (tags or {}).get(letter, {})
                file.add_node(Node(id=ord(letter), location=where[letter], tags=said))
        for number, (letters, said) in enumerate(lines, start=1):
            refs = [ord(letter) for letter in letters]
            file.add_way(Way(id=number, nodes=refs, tags=said))
        first = len(lines) - len(rings) + 1
        for number, code in enumerate(borders or {}, start=1):
            members = [
                ("w", first + at, "outer") for at, (own, _) in enumerate(rings) if own == code
            ]
            said = {**boundary, "type": "boundary", "ISO3166-1:alpha2": code}
            file.add_relation(Relation(id=number, members=members, tags=said))
    return path
