"""A made OpenStreetMap file of 10 million nodes: the import should take under 60 s and 1 GB."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import count
from typing import TYPE_CHECKING

import pytest

import corridors as co

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

osmium = pytest.importorskip("osmium")

NODES = 10_000_000
#: Junctions on a side of the lattice of roads and rails, and nodes on each of its edges.
SIDE, STEPS = 200, 25
WEST, SOUTH, EAST, NORTH = 44.0, 38.0, 50.0, 42.0
BUILDING = 5
_MEASURED = """
import json, resource, sys, time
from corridors.exchange.importing import import_osm
began, worked = time.perf_counter(), time.process_time()
report = import_osm(*sys.argv[1:3])
seconds, cpu_s = time.perf_counter() - began, time.process_time() - worked
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
links = sum(report.links.values())
print(json.dumps({"seconds": seconds, "cpu_s": cpu_s, "peak_gb": peak, "links": links}))
"""


def lattice_point(row: float, column: float) -> tuple[float, float]:
    return (
        WEST + (EAST - WEST) * column / (SIDE - 1),
        SOUTH + (NORTH - SOUTH) * row / (SIDE - 1),
    )


def lattice_ways() -> Iterator[tuple[int, int, int, int, dict[str, str]]]:
    """Row, column and step of every edge of the lattice; every tenth line is a railway."""
    for row in range(SIDE):
        for column in range(SIDE):
            for down, right in ((0, 1), (1, 0)):
                if row + down < SIDE and column + right < SIDE:
                    line = row if right else column
                    rail = {"railway": "rail", "gauge": "1520"}
                    yield row, column, down, right, {"highway": "trunk"} if line % 10 else rail


def write_region(path: Path, nodes: int) -> None:
    """A lattice of trunk roads and railways among buildings, as extracts are built."""
    from osmium.osm.mutable import Node, Way

    ids = count(SIDE * SIDE + 1)
    ways = []
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for row in range(SIDE):
            for column in range(SIDE):
                here = lattice_point(row, column)
                writer.add_node(Node(id=row * SIDE + column + 1, location=here))
        for row, column, down, right, tags in lattice_ways():
            between = [next(ids) for _ in range(STEPS - 1)]
            for step, node in enumerate(between, start=1):
                at = step / STEPS
                place = lattice_point(row + down * at, column + right * at)
                writer.add_node(Node(id=node, location=place))
            ends = row * SIDE + column + 1, (row + down) * SIDE + column + right + 1
            ways.append(([ends[0], *between, ends[1]], tags))
        first = next(ids)
        for node in range(first, nodes + 1):
            place = (WEST + node % 99_991 * 6e-5, SOUTH + node % 99_989 * 4e-5)
            writer.add_node(Node(id=node, location=place))
        way = count(1)
        for refs, tags in ways:
            writer.add_way(Way(id=next(way), nodes=refs, tags=tags))
        for node in range(first, nodes - BUILDING, BUILDING):
            ring = [*range(node, node + BUILDING), node]
            writer.add_way(Way(id=next(way), nodes=ring, tags={"building": "yes"}))


@pytest.mark.benchmark(group="osm")
def test_importing_ten_million_nodes(benchmark, tmp_path):
    source = tmp_path / "region.osm.pbf"
    write_region(source, NODES)
    folders = count()
    said: dict[str, float] = {}

    def run() -> None:
        out = tmp_path / f"seeds-{next(folders)}"
        command = [sys.executable, "-c", _MEASURED, str(source), str(out)]
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
        said.update(json.loads(ran.stdout), folder=str(out))

    benchmark.pedantic(run, rounds=1, iterations=1)
    benchmark.extra_info.update(said, megabytes=source.stat().st_size / 1e6)
    assert said["links"] > SIDE * SIDE
    assert co.load(tmp_path / "seeds-0").arcs.count > said["links"]
