"""GMNS, the General Modeling Network Specification: the network there and back, and its states.

Two sets of files are written (``docs/gmns-profile.md`` documents every column):

``gmns/``
    Places as nodes and links as undirected links, with the project's other tables beside them;
    :func:`read_gmns` reads the same tables back.
``gmns-states/``
    The open state graph as a directed network with whole-number ids and costs on every link, so
    that another model's shortest paths are the routes found here.
"""

from __future__ import annotations

import csv
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors import schema
from corridors import seeds as seed_tables
from corridors.arcs import DESTINATION, ORIGIN
from corridors.errors import CorridorsError
from corridors.exchange.frames import link_figures
from corridors.exchange.matrices import zones
from corridors.exchange.tables import (
    about_text,
    cell_text,
    draft,
    number_text,
    points_text,
    table_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from corridors.exchange.frames import Parcel
    from corridors.network import Network
    from corridors.seeds import Seeds

VERSION = 0.96
#: Our columns under the names that GMNS gives them.
NODE_NAMES = {"id": "node_id", "lon": "x_coord", "lat": "y_coord", "kind": "node_type"}
LINK_NAMES = {
    "id": "link_id",
    "from": "from_node_id",
    "to": "to_node_id",
    "length_km": "length",
    "mode": "facility_type",
    "country": "jurisdiction",
}
#: Whether a link is drawn by a line of its own, and how that was made.
LINE_COLUMNS = ("line_method", "line_source")
_COSTS = ("km", "hours", "usd", "co2_kg", "generalised_usd")


def write_gmns(folder: Path, parcel: Parcel) -> None:
    """Write ``gmns/`` and ``gmns-states/``."""
    (folder / "gmns").mkdir()
    (folder / "gmns-states").mkdir()
    _write_network(folder / "gmns", parcel)
    _write_states(folder / "gmns-states", parcel)


def _write_network(folder: Path, parcel: Parcel) -> None:
    tables = draft(parcel.net.seeds)
    (folder / "data.toml").write_text(about_text(tables), encoding="utf-8")
    for name, rows in tables.rows.items():
        if rows and name not in {"places", "links", "lines"}:
            (folder / f"{name}.csv").write_text(table_text(name, rows), encoding="utf-8")
    tables.copy_folders(folder)
    _write(folder / "config.csv", [_config(tables.title, "string")])
    _write(folder / "zone.csv", _zones(parcel.net))
    _write(folder / "node.csv", _nodes(parcel.net))
    _write(folder / "link.csv", _links(parcel))


def _config(title: str, id_type: str) -> dict[str, Any]:
    return {
        "dataset_name": title,
        "short_length": "m",
        "long_length": "km",
        "speed": "km/h",
        "crs": "EPSG:4326",
        "geometry_field_format": "WKT",
        "currency": "USD",
        "version_number": VERSION,
        "id_type": id_type,
    }


def _zones(net: Network) -> list[dict[str, Any]]:
    places = net.seeds.places
    return [
        {"zone_id": number, "name": places[place].name, "place": place}
        for place, number in zones(net).items()
    ]


def _nodes(net: Network) -> list[dict[str, Any]]:
    number = zones(net)
    rows = net.seeds.places.values()
    return [_named("places", row, NODE_NAMES) | {"zone_id": number[row.id]} for row in rows]


def _links(parcel: Parcel) -> list[dict[str, Any]]:
    net = parcel.net
    figures = link_figures(net, parcel.cargo)
    found = []
    for at, row in enumerate(net.seeds.links.values()):
        line = net.seeds.lines.get(row.id)
        known = {"directed": "false", "dir_flag": 1, "geometry": _wkt(net.seeds.line(row.id))}
        drawn = {
            "line_method": line.method if line else "",
            "line_source": cell_text("lines", "source", line.source) if line else "",
        }
        state = {"open": _boolean(net.passable(row.id))}
        numbers = {name: number_text(float(column[at])) for name, column in figures.items()}
        found.append(_named("links", row, LINK_NAMES) | known | drawn | state | numbers)
    return found


def _named(table: str, row: Any, names: Mapping[str, str]) -> dict[str, Any]:
    """A row's cells as text, under the names that GMNS has for them."""
    return {
        names.get(heading, heading): cell_text(
            table, heading, getattr(row, "from_" if heading == "from" else heading)
        )
        for heading in schema.columns(table)
    }


def _wkt(points: Iterable[schema.Point]) -> str:
    return f"LINESTRING ({points_text(points).replace(';', ',')})"


def _boolean(value: object) -> str:
    return "true" if value else "false"


def _write_states(folder: Path, parcel: Parcel) -> None:
    net = parcel.net
    graph = net.graph(cargo=parcel.cargo)
    number = {node: at for at, node in enumerate(graph, start=1)}
    zone = zones(net)
    _write(folder / "config.csv", [_config(net.seeds.title, "integer")])
    _write(folder / "zone.csv", _zones(net))
    _write(
        folder / "node.csv",
        (
            {
                "node_id": number[node],
                "name": said["name"],
                "x_coord": number_text(said["lon"]),
                "y_coord": number_text(said["lat"]),
                "node_type": said["layer"],
                "zone_id": zone[said["place"]] if said["layer"] in (ORIGIN, DESTINATION) else "",
                "place": said["place"],
            }
            for node, said in graph.nodes(data=True)
        ),
    )
    _write(
        folder / "link.csv",
        (
            {
                "link_id": arc + 1,
                "name": said["link"],
                "from_node_id": number[tail],
                "to_node_id": number[head],
                "directed": "true",
                "length": number_text(said["km"]),
                "facility_type": said["mode"] or said["kind"],
                "jurisdiction": said["country"],
                "gates": "; ".join(said["gates"]),
                **{name: number_text(said[name]) for name in _COSTS},
            }
            for tail, head, arc, said in graph.edges(keys=True, data=True)
        ),
    )


def _write(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    listed = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(listed[0]) if listed else [], lineterminator="\n")
        writer.writeheader()
        writer.writerows(listed)


def read_gmns(folder: str | Path) -> Seeds:
    """Read tables back from GMNS files of this project's profile.

    Parameters
    ----------
    folder
        A folder ``gmns`` as :func:`corridors.export` writes it.

    Returns
    -------
    Seeds
        Checked tables, the same as those exported; write them with
        :func:`corridors.exchange.tables.write_seeds`.

    Raises
    ------
    SeedsError
        When the tables have faults; files and rows are named as in the tables.
    CorridorsError
        When files or columns of the profile are missing.
    """
    home = Path(folder)
    nodes, links = _read(home / "node.csv"), _read(home / "link.csv")
    _check(home / "node.csv", nodes, "places", NODE_NAMES)
    _check(home / "link.csv", links, "links", LINK_NAMES, ("geometry", *LINE_COLUMNS))
    with tempfile.TemporaryDirectory() as room:
        made = Path(room)
        for name in ("data.toml", *(f"{table}.csv" for table in schema.TABLES)):
            if (home / name).is_file():
                shutil.copy(home / name, made / name)
        _write(made / "places.csv", _renamed(nodes, "places", NODE_NAMES))
        _write(made / "links.csv", _renamed(links, "links", LINK_NAMES))
        drawn = list(_drawn(home / "link.csv", links))
        if drawn:
            _write(made / "lines.csv", drawn)
        return replace(seed_tables.read(made), folder=home.resolve())


def _read(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        message = f"cannot read {str(path)!r}: {error.strerror or error}"
        raise CorridorsError(message) from None
    except (UnicodeDecodeError, csv.Error) as error:
        message = f"{str(path)!r} is not a CSV table in UTF-8: {error}"
        raise CorridorsError(message) from None


def _check(
    path: Path,
    rows: list[dict[str, str]],
    table: str,
    names: Mapping[str, str],
    besides: tuple[str, ...] = (),
) -> None:
    wanted = [*(names.get(heading, heading) for heading in schema.columns(table)), *besides]
    missing = [heading for heading in wanted if rows and heading not in rows[0]]
    if missing:
        message = f"{str(path)!r} lacks columns of this project's profile: {', '.join(missing)}"
        raise CorridorsError(message)


def _renamed(
    rows: list[dict[str, str]], table: str, names: Mapping[str, str]
) -> Iterable[dict[str, str]]:
    for row in rows:
        yield {heading: row[names.get(heading, heading)] for heading in schema.columns(table)}


def _drawn(path: Path, rows: list[dict[str, str]]) -> Iterable[dict[str, str]]:
    import shapely

    for number, row in enumerate(rows, start=2):
        if row["line_method"]:
            try:
                points = shapely.get_coordinates(shapely.from_wkt(row["geometry"])).tolist()
            except shapely.errors.ShapelyError:
                message = f"{str(path)!r}, row {number}: {row['geometry'][:40]!r} is not WKT"
                raise CorridorsError(message) from None
            yield {
                "link": row["link_id"],
                "method": row["line_method"],
                "points": points_text((lon, lat) for lon, lat in points),
                "source": row["line_source"],
            }
