"""Lay an imported network under another: one folder of tables out of two."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from corridors import schema
from corridors import seeds as seed_tables
from corridors.arcs import compile_arcs
from corridors.errors import CorridorsError
from corridors.exchange.tables import Draft, check_new, draft, write_seeds
from geo.measure import geodesics_km

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from corridors.seeds import Seeds

#: How far apart two places of one name may lie to be one place.
NAME_REACH_KM = 5.0
#: How far apart two places may lie to be one whatever they are called, if a net joins both.
REACH_KM = 0.5
#: Kinds of imported place that ought to find their like.
NAMED = ("city", "station", "port")
PREFIX = "under"
EXTRA = "merging tables needs scipy: pip install 'corridors[background]'"
Renames = dict[str, dict[str, str]]


class Snap(NamedTuple):
    """An imported place that became one of the base's."""

    imported: str
    base: str
    km: float
    by: str


@dataclass(frozen=True)
class MergeReport:
    """What became of the imported places.

    Attributes
    ----------
    snapped
        Imported places that are places of the base, how far apart they lay, and whether their
        name or their nearness told.
    alone
        Imported towns, stations and ports that found no place of the base.
    renamed
        Imported ids that the base has too, and their new ones.
    """

    snapped: tuple[Snap, ...]
    alone: tuple[str, ...]
    renamed: Mapping[str, str]

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it."""
        return {**asdict(self), "snapped": [snap._asdict() for snap in self.snapped]}

    def __str__(self) -> str:
        shown = ", ".join(self.alone[:10]) + (" and more" if len(self.alone) > 10 else "")  # noqa: PLR2004 - a line's worth
        lines = [f"{len(self.snapped)} places snapped to the base's"]
        lines += [f"{len(self.alone)} towns, stations and ports found no place: {shown}"] * bool(
            self.alone
        )
        lines += [f"{len(self.renamed)} ids renamed, since the base has them"] * bool(self.renamed)
        return "\n".join(lines)


def merge(base: str | Path | None, imported: str | Path, out: str | Path) -> MergeReport:
    """Lay an imported network under a base and write both as one folder of tables.

    Parameters
    ----------
    base
        A folder of tables; the bundled one when None. Its rows stay as they are.
    imported
        A folder of tables, such as :func:`corridors.import_osm` makes.
    out
        A folder that does not hold anything yet.

    Returns
    -------
    MergeReport

    Raises
    ------
    SeedsError
        When either folder has faults.
    CorridorsError
        When a folder is missing, or the new one cannot be written.

    Notes
    -----
    An imported place is one of the base's if it lies within 5 km and shares a name, or within
    500 m and shares a mode or gauge; each base place takes one imported place, the nearest first.
    Links of a snapped place run on to the base's point, and are that much longer. Parameters,
    dates and scenarios are the base's; of the imported parameters only those come along that are
    for an imported thing. Observed figures and claims are the base's alone.
    """
    check_new(out)
    above, below = seed_tables.read(base), seed_tables.read(imported)
    snapped = tuple(_snaps(above, below))
    gaps = {snap.imported: snap for snap in snapped}
    carried = _carried(above, below, gaps)
    renames = _renamed(above, carried)
    write_seeds(out, _laid(above, below, gaps, carried, renames), check=compile_arcs)
    alone = tuple(
        place.id for place in below.places.values() if place.kind in NAMED and place.id not in gaps
    )
    renamed = {old: new for table in renames.values() for old, new in table.items()}
    return MergeReport(snapped, alone, renamed)


def _snaps(above: Seeds, below: Seeds) -> Iterator[Snap]:
    """Pairs of places that are one, nearest first, each place once."""
    try:
        from scipy.spatial import cKDTree
    except ImportError as error:
        raise CorridorsError(EXTRA) from error

    from geo.trace import EARTH_RADIUS_KM, unit_vectors

    ours, theirs = list(above.places.values()), list(below.places.values())
    trees = [
        cKDTree(unit_vectors(np.array([place.point for place in places]).reshape(-1, 2)))
        for places in (ours, theirs)
    ]
    near = trees[1].query_ball_tree(trees[0], NAME_REACH_KM / EARTH_RADIUS_KM)
    pairs = [(theirs[at], ours[hit]) for at, hits in enumerate(near) for hit in hits]
    gaps = geodesics_km([place.point for place, _ in pairs], [place.point for _, place in pairs])
    layers = [_layers(seeds) for seeds in (below, above)]
    taken: set[str] = set()
    for km, (place, own) in sorted(
        zip(gaps, pairs, strict=True), key=lambda item: (item[0], item[1][0].id, item[1][1].id)
    ):
        named = not _names(place).isdisjoint(_names(own))
        shared = not layers[0][place.id].isdisjoint(layers[1][own.id])
        met = {f"below {place.id}", f"above {own.id}"}
        if taken.isdisjoint(met) and (named or (shared and km <= REACH_KM)):
            taken |= met
            yield Snap(place.id, own.id, round(km, 3), "name" if named else "nearness")


def _layers(seeds: Seeds) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for link in seeds.links.values():
        found[link.from_].update(link.layers)
        found[link.to].update(link.layers)
    return found


def _names(place: schema.Place) -> set[str]:
    if place.kind not in NAMED:
        return set()
    return {name.casefold() for name in (place.name, *place.local_names)}


def _carried(above: Seeds, below: Seeds, gaps: Mapping[str, Snap]) -> dict[str, list[Any]]:
    """Imported rows that come along: not those of which the base speaks itself."""
    rows = draft(below).rows
    found = {
        "places": [row for row in rows["places"] if row.id not in gaps],
        "transfers": [row for row in rows["transfers"] if row.place not in gaps],
        "parameters": [row for row in rows["parameters"] if row.at and row.at not in gaps],
        **{name: list(rows[name]) for name in ("gates", "links", "lines", "events")},
        **{name: list(rows[name]) for name in ("conditions", "corridors")},
    }
    used = {source for table in found.values() for row in table for source in row.source}
    found["sources"] = [
        row for row in rows["sources"] if row.id in used and above.sources.get(row.id) != row
    ]
    return found


def _renamed(above: Seeds, carried: Mapping[str, list[Any]]) -> Renames:
    """New ids for carried rows whose id the base has for something else, by table."""
    shared = ("places", "links", "gates")
    given = {row for name in shared for row in getattr(above, name)}
    besides = {row.id for name in shared for row in carried[name]}
    found = {name: _new_ids(carried[name], given, besides) for name in shared}
    for name in ("sources", "transfers", "corridors", "conditions", "parameters"):
        own = {row.id for row in carried[name]}
        found[name] = _new_ids(carried[name], set(getattr(above, name)), own)
    return found


def _new_ids(rows: Iterable[Any], given: set[str], besides: set[str]) -> dict[str, str]:
    """A free id for each row whose own is given already; ``given`` grows by them."""
    found: dict[str, str] = {}
    for row in rows:
        if row.id in given:
            new, number = f"{PREFIX}-{row.id}", 1
            while new in given or new in besides:
                number += 1
                new = f"{PREFIX}-{row.id}-{number}"
            given.add(new)
            found[row.id] = new
    return found


def _laid(
    above: Seeds,
    below: Seeds,
    gaps: Mapping[str, Snap],
    carried: Mapping[str, list[Any]],
    renames: Renames,
) -> Draft:
    """The base's tables with the carried rows beneath."""
    upper = draft(above)
    moved = {snap.imported: snap.base for snap in gaps.values()}
    known = {**renames, "places": {**renames["places"], **moved}}
    rows = {name: list(upper.rows[name]) for name in schema.TABLES}
    for name, table in carried.items():
        for row in table:
            rows[name].append(_with_ids(name, _reaching(name, row, above, below, gaps), known))
    return Draft(
        title=f"{above.title}, over {below.title}",
        data_date=above.data_date,
        attribution=tuple(dict.fromkeys((*above.attribution, *below.attribution))),
        rows=rows,
        folders=upper.folders,
    )


def _reaching(name: str, row: Any, above: Seeds, below: Seeds, gaps: Mapping[str, Snap]) -> Any:
    """A link or a line that runs on to the points of snapped ends."""
    if name not in {"links", "lines"}:
        return row
    link = row if name == "links" else below.links[row.link]
    start, end = gaps.get(link.from_), gaps.get(link.to)
    if name == "links":
        more = sum(snap.km for snap in (start, end) if snap)
        return replace(row, length_km=round(row.length_km + more, 3))
    head = (above.places[start.base].point,) if start else ()
    tail = (above.places[end.base].point,) if end else ()
    return replace(row, points=(*head, *row.points, *tail))


def _with_ids(name: str, row: Any, renames: Renames) -> Any:
    """A row under its new id, and referring to others by theirs."""
    changed: dict[str, Any] = {}
    key = "link" if name == "lines" else "id"
    for item in fields(row):
        column: schema.Column = item.metadata["column"]
        tables = (*column.refers, *((name,) if item.name == key else ()))
        new = {old: at for table in tables for old, at in renames.get(table, {}).items()}
        cell = getattr(row, item.name)
        if isinstance(cell, str):
            changed[item.name] = new.get(cell, cell)
        elif new:
            changed[item.name] = tuple(new.get(value, value) for value in cell)
    return replace(row, **changed)
