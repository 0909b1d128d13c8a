"""Lengths on the ellipsoid."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Point = tuple[float, float]


@cache
def _wgs84() -> Any:
    from pyproj import Geod

    return Geod(ellps="WGS84")


def geodesics_km(starts: Sequence[Point], ends: Sequence[Point]) -> list[float]:
    """Lengths of the shortest lines between pairs of (lon, lat) points, in km.

    Parameters
    ----------
    starts, ends
        Two sequences of equal length n.

    Returns
    -------
    list of float
        n lengths on the WGS 84 ellipsoid (Karney 2013, by PROJ).

    Examples
    --------
    >>> [round(km) for km in geodesics_km([(49.87, 40.41)], [(45.41, 39.21)])]
    [404]
    """
    if not starts:
        return []
    lon_a, lat_a = zip(*starts, strict=True)
    lon_b, lat_b = zip(*ends, strict=True)
    metres = _wgs84().inv(list(lon_a), list(lat_a), list(lon_b), list(lat_b))[2]
    return [float(value) / 1000 for value in metres]


def length_km(line: Sequence[Point]) -> float:
    """Length of a line of (lon, lat) points, in km.

    Examples
    --------
    >>> length_km([(0, 0)])
    0
    """
    pairs = list(pairwise(line))
    return sum(geodesics_km([a for a, _ in pairs], [b for _, b in pairs]))


def along(line: Sequence[Point], share: float) -> Point:
    """The point that lies at ``share`` (0 to 1) of a line's length.

    Examples
    --------
    >>> along([(0, 0), (0, 2)], 0.5)
    (0.0, 1.0)
    """
    steps = [((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5 for (ax, ay), (bx, by) in pairwise(line)]
    left = share * sum(steps)
    for (start, end), step in zip(pairwise(line), steps, strict=True):
        if step and left <= step:
            part = left / step
            return (
                float(start[0] + part * (end[0] - start[0])),
                float(start[1] + part * (end[1] - start[1])),
            )
        left -= step
    return (float(line[-1][0]), float(line[-1][1]))


def lengths_km(lines: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Lengths of many lines at once.

    Parameters
    ----------
    lines
        n arrays of shape (points, 2): longitudes and latitudes.

    Returns
    -------
    ndarray
        Shape (n,), in km on the WGS 84 ellipsoid.

    Examples
    --------
    >>> lengths_km([np.array([[0, 0], [0, 1], [0, 2]]), np.array([[5.0, 5.0]])]).round(1)
    array([221.1,   0. ])
    """
    if not len(lines):
        return np.zeros(0)
    points = np.concatenate(lines).astype(np.float64)
    of_line = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    lon, lat = points.T
    steps = _wgs84().inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[2]
    steps[of_line[:-1] != of_line[1:]] = 0.0
    return np.bincount(of_line[1:], weights=steps, minlength=len(lines)) / 1000
