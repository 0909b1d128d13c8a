"""GeoPackage and GeoJSON: places, links, gates and routes for any GIS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridors.exchange.frames import flat, link_figures, routes_frame

if TYPE_CHECKING:
    from pathlib import Path

    from corridors.exchange.frames import Parcel


def layers(parcel: Parcel) -> dict[str, Any]:
    """Places, links, gates, and routes if there are any, as GeoDataFrames in WGS 84.

    Links carry their figures in both directions, named in
    :func:`corridors.exchange.frames.link_figures`.
    """
    found = {table: flat(parcel.net, table) for table in ("places", "links", "gates")}
    found["links"] = found["links"].assign(**link_figures(parcel.net, parcel.cargo))
    return found | ({"routes": routes_frame(parcel.routes)} if parcel.routes else {})


def write_geopackage(folder: Path, parcel: Parcel) -> None:
    """Write ``network.gpkg`` with one layer each."""
    for name, frame in layers(parcel).items():
        frame.to_file(folder / "network.gpkg", layer=name, driver="GPKG", engine="pyogrio")


def write_geojson(folder: Path, parcel: Parcel) -> None:
    """Write ``places.geojson``, ``links.geojson``, ``gates.geojson`` and ``routes.geojson``."""
    for name, frame in layers(parcel).items():
        frame.to_file(folder / f"{name}.geojson", driver="GeoJSON", engine="pyogrio")
