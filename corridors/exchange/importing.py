"""Networks from OpenStreetMap files: read, woven into tables, written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.exchange.osm import read_osm
from corridors.exchange.tables import check_new, write_seeds
from corridors.exchange.weave import weave

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from corridors.exchange.weave import Report


def import_osm(
    path: str | Path,
    out: str | Path,
    *,
    primary: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Report:
    """Make a folder of tables from an OpenStreetMap file.

    The folder is one that :func:`corridors.load` and every command takes.

    Parameters
    ----------
    path
        A file such as ``region.osm.pbf``; 16 bytes of memory are used for each of its nodes.
    out
        A folder that does not hold anything yet.
    primary
        Whether primary roads come too, besides motorways and trunk roads.
    progress
        Called with a few words at every step, for a progress line.

    Returns
    -------
    Report
        What was made and what was left out.

    Raises
    ------
    CorridorsError
        When pyosmium (extra ``[osm]``) is missing, the file is missing, cut short, foreign, or
        holds nothing of use, or the folder cannot be written. Nothing is then half written.

    Notes
    -----
    Rail, trunk roads and ferries become links from junction to junction with their true geometry;
    lengths are geodesic (Karney 2013). Lines under construction, proposed or disused stand behind
    project gates that are shut; a gate stands where a line crosses a border. Parameters are the
    bundled ones that hold for no place in particular, each with its source.
    """
    progress = progress or (lambda _: None)
    check_new(out)
    progress("reading")
    extract = read_osm(
        path, primary=primary, progress=lambda taken: progress(f"reading: {taken:,} taken")
    )
    progress(f"joining {len(extract.ways.id):,} ways")
    tables, report = weave(extract)
    progress(f"writing {len(tables.rows['links']):,} links")
    write_seeds(out, tables)
    return report
