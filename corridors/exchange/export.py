"""Networks, routes and skims in the formats of other programs."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from corridors.asked import check_pair, listed
from corridors.errors import CorridorsError, UnknownNameError
from corridors.exchange.frames import Parcel
from corridors.exchange.geopackage import write_geojson, write_geopackage
from corridors.exchange.gmns import write_gmns
from corridors.exchange.graph import write_graphml
from corridors.exchange.matrices import write_csv, write_omx
from corridors.files import beside
from corridors.routing import check_place, route

if TYPE_CHECKING:
    from collections.abc import Iterable

    from corridors.cost import Cargo
    from corridors.network import Network

FORMATS = {
    "geopackage": write_geopackage,
    "geojson": write_geojson,
    "gmns": write_gmns,
    "omx": write_omx,
    "csv": write_csv,
    "graphml": write_graphml,
}
#: Formats made of skims.
SKIMS = ("omx", "csv")


def export(
    net: Network,
    folder: str | Path,
    *,
    formats: Iterable[str] | None = None,
    pairs: Iterable[tuple[str, str]] = (),
    places: Iterable[str] | None = None,
    by: str = "time",
    cargo: Cargo | None = None,
) -> list[Path]:
    """Write a network for other programs.

    Parameters
    ----------
    net
        The network, as of its day and under its scenarios.
    folder
        Folder to write to; files of the same names are replaced, all of them or none.
    formats
        Of ``geopackage``, ``geojson``, ``gmns``, ``omx``, ``csv`` and ``graphml``; when left out,
        all that can be written: ``omx`` needs the extra ``[omx]``, skims need places.
    pairs
        (origin, destination) ids whose routes are added to GeoPackage and GeoJSON.
    places
        Places between which skims are made; all cities when left out.
    by
        What the routes minimise: ``time``, ``cost``, ``co2``, ``generalised`` or ``distance``.
    cargo
        The shipment; one loaded TEU when left out.

    Returns
    -------
    list of Path
        The files, in the order they were asked for; ``about.json`` says what they are.

    Raises
    ------
    UnknownNameError
        When a format or a place is not known.
    NoRoute
        When a pair has none.
    CorridorsError
        When the folder cannot be written to, or a format's extra is missing.
    """
    asked = None if formats is None else listed(formats)
    for name in asked or ():
        if name not in FORMATS:
            what = "format"
            raise UnknownNameError(what, name, FORMATS)
    cities = [place.id for place in net.seeds.places.values() if place.kind == "city"]
    chosen = tuple(dict.fromkeys(cities if places is None else listed(places)))
    for place in chosen:
        check_place(net, place)
    routes = tuple(route(net, *check_pair(pair), by=by, cargo=cargo) for pair in pairs)
    parcel = Parcel(net, routes, chosen, cargo)
    names = _writable(parcel) if asked is None else asked
    if not chosen and set(names).intersection(SKIMS):
        message = "skims need places: the network has no cities, so name some"
        raise CorridorsError(message)
    with beside(folder) as made:
        made.mkdir()
        for name in names:
            FORMATS[name](made, parcel)
        files = sorted(path.relative_to(made) for path in made.rglob("*") if path.is_file())
        about = json.dumps(_about(parcel, files), ensure_ascii=False, indent=2)
        (made / "about.json").write_text(f"{about}\n", encoding="utf-8")
    return [Path(folder) / file for file in (*files, Path("about.json"))]


def _writable(parcel: Parcel) -> list[str]:
    """Formats that can be written with what is installed and there."""
    left_out = set() if find_spec("openmatrix") else {"omx"}
    left_out |= set() if parcel.places else set(SKIMS)
    return [name for name in FORMATS if name not in left_out]


def _about(parcel: Parcel, files: Iterable[Path]) -> dict[str, object]:
    net = parcel.net
    cargo = parcel.cargo or net.cargo
    return {
        "title": net.seeds.title,
        "data_date": str(net.seeds.data_date),
        "gates_as_of": str(net.date),
        "scenario": net.name,
        "changes": [str(effect) for effect in net.effects],
        "shipment": {
            "tonnes": cargo.tonnes,
            "value_usd": cargo.value_usd,
            "time_cost_share_per_day": cargo.time_cost_share_per_day,
        },
        "units": "km, hours, USD a shipment, kg CO2e a shipment; WGS 84 degrees",
        "attribution": list(net.seeds.attribution),
        "files": [file.as_posix() for file in files],
    }
