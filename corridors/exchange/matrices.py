"""Skims: least figures between places, as OMX matrices and as one long CSV table.

A zone is a place; its number is its row in ``places.csv``, counted from 1, here and in the GMNS
files. Each matrix holds the least of its own measure, so the ways behind two matrices may differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridors.errors import CorridorsError
from corridors.routing import MEASURES, check_place, matrix

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from corridors.exchange.frames import Parcel
    from corridors.network import Network

EXTRA = "OMX matrices need openmatrix: pip install 'corridors[omx]'"
#: What a skim minimises.
BY = {
    "hours": "time",
    "usd": "cost",
    "co2_kg": "co2",
    "generalised_usd": "generalised",
    "km": "distance",
}


def skims(parcel: Parcel) -> dict[str, pd.DataFrame]:
    """The least of each measure between the places of a parcel.

    Returns
    -------
    dict of DataFrame
        ``hours``, ``usd``, ``co2_kg``, ``generalised_usd`` and ``km``: origins by destinations,
        infinity where no way leads.
    """
    places = list(parcel.places)
    return {
        measure: matrix(parcel.net, places, by=by, cargo=parcel.cargo) for measure, by in BY.items()
    }


def zones(net: Network) -> dict[str, int]:
    """Zone number of each place."""
    return {place: number for number, place in enumerate(net.seeds.places, start=1)}


def write_csv(folder: Path, parcel: Parcel) -> None:
    """Write ``skims.csv``: one row a pair; empty where no way leads."""
    import pandas as pd

    pairs = pd.MultiIndex.from_product([parcel.places] * 2, names=["origin", "destination"])
    columns = {name: table.to_numpy().ravel() for name, table in skims(parcel).items()}
    table = pd.DataFrame(columns, index=pairs).replace(float("inf"), float("nan"))
    table.to_csv(folder / "skims.csv", lineterminator="\n")


def write_omx(folder: Path, parcel: Parcel) -> None:
    """Write ``skims.omx``: a matrix each, infinity where no way leads.

    The lookup ``zone`` holds zone numbers, the lookup ``place`` ids of places; every matrix says
    its ``unit`` and what it is the ``least`` of.

    Raises
    ------
    CorridorsError
        When openmatrix (extra ``[omx]``) is missing.
    """
    import numpy as np

    number = zones(parcel.net)
    with _opened(folder / "skims.omx", "w") as file:
        for measure, table in skims(parcel).items():
            said = {"unit": MEASURES[measure], "least": BY[measure]}
            file.create_matrix(measure, obj=table.to_numpy(), attrs=said)
        file.create_mapping("zone", [number[place] for place in parcel.places])
        ids = np.array([place.encode() for place in parcel.places])
        file.create_array(file.root.lookup, "place", obj=ids)


def read_omx(path: str | Path, net: Network | None = None) -> dict[str, pd.DataFrame]:
    """Read the matrices of an OMX file.

    Parameters
    ----------
    path
        A file as :func:`corridors.export` writes it, or another whose lookup ``place`` holds ids.
    net
        The network whose places they must be, if given.

    Returns
    -------
    dict of DataFrame
        Origins by destinations, under the matrices' own names.

    Raises
    ------
    CorridorsError
        When openmatrix (extra ``[omx]``) is missing, or the file is no such file.
    UnknownNameError
        When a place is not one of the network's.
    """
    import pandas as pd

    with _opened(path, "r") as file:
        if "place" not in file.list_mappings():
            message = f"{str(path)!r} has no lookup 'place' with ids of places"
            raise CorridorsError(message)
        places = [entry.decode() for entry in file.map_entries("place")]
        if net is not None:
            for place in places:
                check_place(net, place)
        return {
            name: pd.DataFrame(
                file[name][:],
                index=pd.Index(places, name="origin"),
                columns=pd.Index(places, name="destination"),
            )
            for name in file.list_matrices()
        }


def _opened(path: str | Path, mode: str) -> Any:
    try:
        import openmatrix
    except ImportError:
        raise CorridorsError(EXTRA) from None
    try:
        return openmatrix.open_file(str(path), mode)
    except (OSError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[-1]
        message = f"cannot open {str(path)!r} as an OMX file: {reason}"
        raise CorridorsError(message) from None
