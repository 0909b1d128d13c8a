"""Networks from OpenStreetMap files that the tests write themselves."""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import corridors as co
from corridors.cli import main
from corridors.exchange.junctions import Kind, Ways, strands
from geo.measure import length_km
from tests import osm_map
from tests.osm_map import RAIL, ROAD

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("osmium")

STATION = {"railway": "station", "name": "Yenikənd", "name:en": "Yenikend"}
TOWN = {"place": "town", "name": "Yenikənd", "name:en": "Yenikend"}


def imported(tmp_path: Path, *drawing: Any, primary: bool = False, **options: Any) -> co.Network:
    """Draw a file, import it, load the result."""
    file = osm_map.write(tmp_path / "map.osm.pbf", *drawing, **options)
    co.import_osm(file, tmp_path / "seeds", primary=primary)
    return co.load(tmp_path / "seeds")


def report(tmp_path: Path, *drawing: Any, **options: Any) -> Any:
    """What the import of a drawing says of itself."""
    file = osm_map.write(tmp_path / "map.osm.pbf", *drawing, **options)
    return co.import_osm(file, tmp_path / "seeds")


def ends(net: co.Network) -> dict[frozenset[str], Any]:
    """Links by their ends; nodes are named by their letters."""
    names = {f"n{ord(letter)}": letter for letter in "abcdefghijklmnopqrstuvwxyz"}
    return {
        frozenset(names.get(end, end) for end in (link.from_, link.to)): link
        for link in net.seeds.links.values()
    }


# junctions


def test_ways_are_joined_from_junction_to_junction(tmp_path):
    drawing = """
    a  b   c d
         e
    """
    net = imported(tmp_path, drawing, [("abe", RAIL), ("ec", RAIL), ("cd", RAIL)])
    where = osm_map.points(drawing)
    ((pair, link),) = ends(net).items()
    assert pair == {"a", "d"}
    assert link.length_km == pytest.approx(length_km([where[at] for at in "abecd"]), abs=1e-3)
    line = net.seeds.lines[link.id].points
    assert list(line) == [pytest.approx(where[at]) for at in "abecd"]
    assert (link.mode, link.gauge_mm, link.country) == ("rail", ("1520",), "AZ")


def test_links_end_where_lines_branch_or_change(tmp_path):
    drawing = """
    a b c d e
        f
    """
    wired = {**RAIL, "electrified": "contact_line"}
    net = imported(tmp_path, drawing, [("abcd", RAIL), ("cf", RAIL), ("de", wired)])
    found = ends(net)
    assert set(found) == {frozenset(pair) for pair in ("ac", "cd", "cf", "de")}
    assert found[frozenset("de")].electrified is True
    assert found[frozenset("cd")].electrified is None


def test_a_level_crossing_is_no_way_from_road_to_rail(tmp_path):
    drawing = """
      a
    b c d
      e
    """
    net = imported(tmp_path, drawing, [("ace", RAIL), ("bcd", ROAD)])
    assert {link.mode for link in net.seeds.links.values()} == {"rail", "road"}
    with pytest.raises(co.NoRoute):
        co.route(net, f"n{ord('a')}", f"n{ord('d')}")


def test_loops_are_left_out(tmp_path):
    drawing = """
    a b c
      d e
    """
    made = report(tmp_path, drawing, [("ab", RAIL), ("bcedb", RAIL)])
    assert made.links == {"rail": 1}
    assert made.left_out == {"loops": 1}


def test_ways_with_nodes_that_the_file_lacks_keep_their_rest(tmp_path):
    made = report(tmp_path, "a b c d e", [("abcde", RAIL)], hidden="c")
    net = co.load(tmp_path / "seeds")
    assert set(ends(net)) == {frozenset("ab"), frozenset("de")}
    assert made.left_out == {"ways with nodes that the file lacks": 1}


KINDS = (Kind("rail"), Kind("rail", electrified=True))


@st.composite
def webs(draw: Any) -> tuple[Ways, set[int]]:
    """Ways over a few nodes that cross and touch at will, and stops."""
    lines = draw(st.lists(st.lists(st.integers(1, 12), min_size=2, max_size=6), max_size=8))
    refs = np.array([node for line in lines for node in line], dtype=np.int64)
    web = Ways(
        refs=refs,
        points=np.column_stack([refs / 10, refs / 7]),
        start=np.cumsum([0, *map(len, lines)]),
        id=np.arange(1, len(lines) + 1),
        kind=np.array([draw(st.integers(0, len(KINDS) - 1)) for _ in lines], dtype=np.int64),
        kinds=KINDS,
        name=("",) * len(lines),
    )
    return web, draw(st.sets(st.integers(1, 12), max_size=2))


@given(webs())
def test_strands_are_the_ways_rearranged(web):
    """Against a walk over networkx: same steps, and cuts at junctions, changes and stops only."""
    ways, stops = web
    graph = nx.MultiGraph()
    for way, (first, last) in enumerate(pairwise(ways.start)):
        for a, b in pairwise(ways.refs[first:last].tolist()):
            if a != b:
                graph.add_edge(a, b, kind=int(ways.kind[way]))

    def cut(node: int) -> bool:
        kinds = {said["kind"] for *_, said in graph.edges(node, data=True)}
        return graph.degree(node) != 2 or len(kinds) > 1 or node in stops

    found = strands(ways, stops)
    steps: Counter[tuple[frozenset[int], int]] = Counter()
    for strand in found:
        nodes = (strand.points[:, 0] * 10).round().astype(int).tolist()
        nodes = [nodes[0]] + [b for a, b in pairwise(nodes) if a != b]
        assert (nodes[0], nodes[-1]) == strand.ends
        assert cut(nodes[0])
        assert cut(nodes[-1])
        assert not any(cut(node) for node in nodes[1:-1])
        steps.update((frozenset(step), KINDS.index(strand.kind)) for step in pairwise(nodes))
    every = Counter((frozenset((a, b)), said["kind"]) for a, b, said in graph.edges(data=True))
    for group in nx.connected_components(graph):
        if not any(cut(node) for node in group):
            edges = graph.subgraph(group).edges(data=True)
            every.subtract((frozenset((a, b)), said["kind"]) for a, b, said in edges)
    assert steps == +every


# stations, towns, ports


def test_a_station_splits_its_line(tmp_path):
    net = imported(tmp_path, "a b c", [("abc", RAIL)], tags={"b": STATION})
    assert set(ends(net)) == {frozenset({"a", "yenikend"}), frozenset({"yenikend", "c"})}
    place = net.seeds.places["yenikend"]
    assert (place.kind, place.name, place.local_names) == ("station", "Yenikend", ("Yenikənd",))
    assert not place.transfers


def test_a_station_off_its_line_snaps_to_it_unless_far(tmp_path):
    drawing = """
    a b c
     s
    """
    made = report(tmp_path, drawing, [("abc", RAIL)], tags={"s": STATION})
    assert made.left_out == {"stations far from the network": 1}
    assert "station" not in made.places


def test_a_town_stands_at_its_station_and_is_joined_to_the_road(tmp_path):
    drawing = """
    a b c d
       t
    r   s
    """
    other = {"railway": "station", "name": "Other"}
    net = imported(
        tmp_path,
        drawing,
        [("abcd", RAIL), ("rs", ROAD)],
        tags={"b": STATION, "c": other, "t": TOWN},
    )
    place = net.seeds.places["yenikend"]
    where = osm_map.points(drawing)
    assert (place.kind, place.transfers) == ("city", True)
    assert place.point == pytest.approx(where["b"])
    join = net.seeds.links["yenikend-road"]
    assert join.source == ("assumed",)
    assert join.length_km == pytest.approx(length_km([where["b"], where["r"]]), abs=1e-3)
    assert co.route(net, f"n{ord('s')}", f"n{ord('d')}").modes == ("road", "rail")


def test_a_town_without_a_station_stands_at_the_road(tmp_path):
    drawing = """
    a   b   c
        t
    """
    made = report(tmp_path, drawing, [("abc", ROAD)], tags={"t": TOWN})
    place = co.load(tmp_path / "seeds").seeds.places["yenikend"]
    assert place.point == pytest.approx(osm_map.points(drawing)["b"])
    assert place.note.startswith("1.1 km from")
    assert made.places == {"junction": 2, "city": 1}


def test_larger_towns_come_first_and_far_ones_are_counted(tmp_path):
    drawing = """
    a b c              x
    """
    small = {"place": "town", "name": "Small", "population": "900"}
    large = {"place": "town", "name": "Large", "population": "12 000"}
    file = osm_map.write(
        tmp_path / "map.osm.pbf", drawing, [("abc", ROAD)], tags={"b": small, "x": small}
    )
    made = co.import_osm(file, tmp_path / "one")
    assert made.left_out == {"towns far from the network": 1}
    made = report(tmp_path, "a\nb\nc", [("ac", ROAD)], tags={"a": small, "b": large})
    assert "large" in co.load(tmp_path / "seeds").seeds.places
    assert made.left_out == {"towns where another place stands": 1}


def test_a_ferry_has_a_service_gate_and_lands_at_ports(tmp_path):
    drawing = """
    r s  p      q  u v
    """
    pier = {"amenity": "ferry_terminal", "name": "Pier"}
    net = imported(
        tmp_path,
        drawing,
        [("rs", ROAD), ("uv", ROAD), ("pq", {"route": "ferry", "name": "P - Q"})],
        tags={"p": pier},
    )
    ferry = ends(net)[frozenset({"pier", "q"})]
    assert (ferry.mode, ferry.carries) == ("ferry", "road")
    assert {place.kind for place in net.seeds.places.values()} == {"port", "junction"}
    (gate,) = net.seeds.gates.values()
    assert (gate.kind, gate.title, gate.state) == ("service", "Ferry P - Q", "open")
    over = co.route(net, f"n{ord('r')}", f"n{ord('v')}")
    assert over.modes == ("road", "ferry")
    with pytest.raises(co.NoRoute) as cut:
        co.route(net.under(close=[gate.id]), f"n{ord('r')}", f"n{ord('v')}")
    assert cut.value.needs == (gate.id,)


def test_rail_ferries_carry_wagons_and_foot_ferries_nothing(tmp_path):
    wagons = {"route": "ferry", "rail": "yes", "gauge": "1520"}
    foot = {"route": "ferry", "motor_vehicle": "no"}
    made = report(
        tmp_path, "a b     c d", [("ab", RAIL), ("bc", wagons), ("cd", RAIL), ("ad", foot)]
    )
    net = co.load(tmp_path / "seeds")
    assert made.left_out == {"ferries that take no vehicles": 1}
    way = co.route(net, f"n{ord('a')}", f"n{ord('d')}")
    assert (way.modes, way.transfers) == (("rail", "ferry"), 0)


def test_a_port_area_takes_the_nearest_line(tmp_path):
    drawing = """
    a   b
     p q
     o n
    """
    port = {"landuse": "industrial", "industrial": "port", "name": "Harbour"}
    net = imported(tmp_path, drawing, [("ab", ROAD), ("pqnop", port)])
    assert net.seeds.places["harbour"].kind == "port"
    assert net.seeds.places["harbour"].transfers


# gates


@pytest.mark.parametrize(
    ("tags", "status", "kind"),
    [
        ({"railway": "construction", "construction": "rail"}, "construction", "construction-rail"),
        ({"railway": "proposed", "proposed": "rail"}, "planned", "planned-rail"),
        ({"railway": "disused"}, "disused", "disused-rail"),
        ({"disused:railway": "rail"}, "disused", "disused-rail"),
        ({"highway": "construction", "construction": "trunk"}, "construction", "construction-road"),
    ],
)
def test_what_is_not_built_stands_behind_a_project_gate(tags, status, kind, tmp_path):
    built = ROAD if "road" in kind else RAIL
    gauge = {} if "road" in kind else {"gauge": "1520"}
    drawing = """
    a b c d
        e
    """
    net = imported(
        tmp_path,
        drawing,
        [("ab", built), ("bc", tags | gauge), ("ce", tags | gauge), ("cd", built)],
    )
    (gate,) = net.seeds.gates.values()
    assert gate.id.startswith(kind)
    assert (gate.kind, gate.state) == ("project", "shut")
    assert {link.status for link in net.seeds.links.values()} == {"open", status}
    pair = f"n{ord('a')}", f"n{ord('d')}"
    with pytest.raises(co.NoRoute) as shut:
        co.route(net, *pair)
    assert shut.value.needs == (gate.id,)
    assert co.route(net.under(open=[gate.id]), *pair).gates == (gate.id,)


def test_stretches_apart_have_gates_of_their_own(tmp_path):
    new = {"railway": "construction", "construction": "rail", "gauge": "1520"}
    net = imported(tmp_path, "a b c d", [("ab", new), ("bc", RAIL), ("cd", new)])
    assert len(net.seeds.gates) == 2


BORDER = """
    w    n    x
    a b  p  c d
    e f  q  g h
    z    s    y
"""
TWO_COUNTRIES = {"AZ": ["wnpqszw"], "GE": ["nxysqpn"]}


def test_a_border_from_the_file_cuts_the_line(tmp_path):
    net = imported(tmp_path, BORDER, [("abcd", RAIL)], borders=TWO_COUNTRIES)
    (gate,) = net.seeds.gates.values()
    assert (gate.kind, gate.countries, gate.state) == ("border", ("AZ", "GE"), "open")
    (place,) = (row for row in net.seeds.places.values() if row.kind == "border")
    assert place.point == pytest.approx(osm_map.points(BORDER)["p"], abs=1e-6)
    assert {link.country for link in net.seeds.links.values()} == {"AZ", "GE"}
    whole = length_km([osm_map.points(BORDER)[at] for at in "abcd"])
    assert sum(link.length_km for link in net.seeds.links.values()) == pytest.approx(
        whole, abs=0.01
    )
    for pair in (("a", "d"), ("d", "a")):
        way = co.route(net, *(f"n{ord(end)}" for end in pair))
        assert (way.borders, way.gates) == (1, (gate.id,))
        assert sum(leg.hours_by.get("border", 0) for leg in way.legs) > 0


def test_crossings_close_together_are_one_gate(tmp_path):
    drawing, borders = BORDER, TWO_COUNTRIES
    net = imported(tmp_path, drawing, [("abcd", ROAD), ("efgh", ROAD)], borders=borders)
    assert len(net.seeds.gates) == 1
    assert sum(place.kind == "border" for place in net.seeds.places.values()) == 2
    mixed = tmp_path / "mixed"
    mixed.mkdir()
    assert (
        len(imported(mixed, drawing, [("abcd", ROAD), ("efgh", RAIL)], borders=borders).gates) == 2
    )


def test_a_border_post_names_its_gate(tmp_path):
    post = {"barrier": "border_control", "name:en": "Red Bridge"}
    net = imported(tmp_path, BORDER, [("abcd", ROAD)], borders=TWO_COUNTRIES, tags={"q": post})
    assert net.seeds.gates["red-bridge-road"].title == "Border AZ-GE (road) at Red Bridge"


def test_without_a_whole_boundary_natural_earth_decides(tmp_path):
    made = report(tmp_path, BORDER, [("abcd", RAIL)], borders={"GE": ["nxys"]})
    assert made.borders == ()
    assert any("boundary of GE" in what for what in made.left_out)
    assert "Natural Earth" in (tmp_path / "seeds" / "data.toml").read_text()
    tbilisi_ganja = "a" + " " * 150 + "b"
    far = tmp_path / "far"
    far.mkdir()
    net = imported(far, tbilisi_ganja, [("ab", ROAD)], north_west=(44.9, 41.4))
    assert {gate.countries for gate in net.seeds.gates.values()} == {("AZ", "GE")}
    assert net.seeds.places[f"n{ord('a')}"].country == "GE"


# gauges


def test_untagged_tracks_have_their_countrys_gauge(tmp_path):
    untagged = {"railway": "rail"}
    other = {"railway": "rail", "gauge": "1435"}
    made = report(tmp_path, "a b c  d e       f", [("ab", untagged), ("bc", other), ("ef", RAIL)])
    links = ends(co.load(tmp_path / "seeds"))
    assert links[frozenset("ab")].gauge_mm == ("1520",)
    assert "Gauge not tagged" in links[frozenset("ab")].note
    assert made.assumed_gauge_km == {
        "1520": pytest.approx(links[frozenset("ab")].length_km, abs=0.06)
    }


def test_without_any_tag_the_bundled_links_decide(tmp_path):
    net = imported(tmp_path, "a b", [("ab", {"railway": "rail"})])
    assert ends(net)[frozenset("ab")].gauge_mm == ("1520",)


def test_gauges_are_read_as_they_are_tagged(tmp_path):
    lines = [
        ("ab", {"railway": "rail", "gauge": "1435;1520"}),
        ("cd", {"railway": "rail", "gauge": "1524"}),
        ("ef", {"railway": "rail", "gauge": "750"}),
    ]
    made = report(tmp_path, "a b c d e f", lines)
    links = ends(co.load(tmp_path / "seeds"))
    assert links[frozenset("ab")].gauge_mm == ("1435", "1520")
    assert links[frozenset("cd")].gauge_mm == ("1520",)
    assert made.left_out == {"tracks of other gauges": 1}


def test_goods_change_gauge_at_a_station_where_both_meet(tmp_path):
    lines = [("ab", RAIL), ("bc", {"railway": "rail", "gauge": "1435"})]
    net = imported(tmp_path, "a b c", lines, tags={"b": STATION})
    (facility,) = net.seeds.transfers.values()
    assert facility.source == ("assumed",)
    assert co.route(net, f"n{ord('a')}", f"n{ord('c')}").gauge_changes == 1


def test_sidings_and_industrial_tracks_are_left_out(tmp_path):
    lines = [
        ("ab", RAIL),
        ("bc", {**RAIL, "service": "yard"}),
        ("bd", {**RAIL, "usage": "industrial"}),
        ("be", {"railway": "abandoned"}),
        ("bf", {"highway": "residential"}),
        ("bg", {"highway": "primary"}),
    ]
    file = osm_map.write(tmp_path / "map.osm.pbf", "a b c d e f g", lines)
    made = co.import_osm(file, tmp_path / "one")
    assert made.links == {"rail": 1}
    assert made.left_out == {"sidings, yards, spurs and industrial tracks": 2}
    assert co.import_osm(file, tmp_path / "two", primary=True).links == {"rail": 1, "road": 1}


# the folder


def test_every_command_takes_the_folder(tmp_path, capsys):
    drawing = """
    a b c d
       t
    r   s
    """
    file = osm_map.write(
        tmp_path / "map.osm.pbf",
        drawing,
        [("abcd", RAIL), ("rs", ROAD)],
        tags={"b": STATION, "t": TOWN},
    )
    seeds = str(tmp_path / "seeds")
    assert _run(["import-osm", str(file), "-o", seeds]) == 0
    assert "links: 2 rail, 2 road" in capsys.readouterr().out
    assert _run(["check", "--seeds", seeds]) == 0
    capsys.readouterr()
    ends_ = [f"n{ord('s')}", "yenikend"]
    assert _run(["route", *ends_, "--seeds", seeds, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["modes"] == ["road"]
    assert _run(["map", "--seeds", seeds, "-o", str(tmp_path / "map.html")]) == 0


def test_numbers_carry_their_sources(tmp_path, bundled):
    net = imported(tmp_path, "a b", [("ab", RAIL)])
    general = {row.id: row for row in bundled.seeds.parameters.values() if not row.at}
    assert dict(net.seeds.parameters) == general
    assert {"osm", "natural-earth"} <= set(net.seeds.sources)
    assert "© OpenStreetMap contributors, ODbL 1.0" in net.seeds.attribution[0]


def test_ids_are_those_of_the_file_and_stay(tmp_path):
    lines = [("abc", RAIL), ("bd", RAIL)]
    again = tmp_path / "again"
    again.mkdir()
    one, two = (imported(folder, "a b c d", lines) for folder in (tmp_path, again))
    assert dict(one.seeds.links) == dict(two.seeds.links)
    assert dict(one.seeds.places) == dict(two.seeds.places)


def test_the_day_is_the_files_own(tmp_path):
    osmium = pytest.importorskip("osmium")
    from osmium.osm.mutable import Node, Way

    header = osmium.io.Header()
    header.set("osmosis_replication_timestamp", "2025-04-03T20:21:22Z")
    with osmium.SimpleWriter(str(tmp_path / "dated.osm.pbf"), header=header) as file:
        for number in (1, 2):
            file.add_node(Node(id=number, location=(48 + number / 10, 40)))
        file.add_way(Way(id=1, nodes=[1, 2], tags=ROAD))
    co.import_osm(tmp_path / "dated.osm.pbf", tmp_path / "seeds")
    assert str(co.load(tmp_path / "seeds").date) == "2025-04-03"


# bad input


def _run(arguments: list[str]) -> int:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    return int(left.value.code or 0)


@pytest.fixture(scope="module")
def good(tmp_path_factory) -> bytes:
    path = tmp_path_factory.mktemp("good") / "map.osm.pbf"
    return osm_map.write(path, "a b c", [("abc", RAIL)]).read_bytes()


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_file_cut_short_is_refused(share, good, tmp_path, capsys):
    file = tmp_path / "cut.osm.pbf"
    file.write_bytes(good[: int(len(good) * share)])
    _refused(file, tmp_path, capsys, "cannot read ")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("words.osm.pbf", b"no map at all\n" * 20, "cannot read "),
        ("words.txt", b"no map at all\n", "cannot read "),
        ("empty.osm.pbf", b"", "cannot read |holds no rail"),
        ("zeros.osm.pbf", bytes(4096), "cannot read "),
        ("half.osm", b"<osm version='0.6'><node id='1'", "cannot read "),
    ],
)
def test_a_foreign_file_is_refused(name, content, says, tmp_path, capsys):
    (tmp_path / name).write_bytes(content)
    _refused(tmp_path / name, tmp_path, capsys, says)


def test_a_file_without_ways_of_use_is_refused(tmp_path, capsys):
    file = osm_map.write(tmp_path / "map.osm.pbf", "a b", [("ab", {"building": "yes"})])
    _refused(file, tmp_path, capsys, "holds no rail, no trunk roads and no ferries")


def test_a_file_that_is_not_there_is_refused(tmp_path, capsys):
    _refused(tmp_path / "nowhere.osm.pbf", tmp_path, capsys, "no file at ")


def _refused(file: Path, tmp_path: Path, capsys: Any, says: str) -> None:
    """One line, exit 2, nothing written."""
    before = sorted(tmp_path.iterdir())
    assert _run(["import-osm", str(file), "-o", str(tmp_path / "seeds")]) == 2
    said = capsys.readouterr().err
    assert any(said.startswith(start) or start in said for start in says.split("|"))
    assert said.count("\n") == 1
    assert sorted(tmp_path.iterdir()) == before


def test_a_folder_that_holds_something_is_left_alone(good, tmp_path, capsys):
    (tmp_path / "map.osm.pbf").write_bytes(good)
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "mine.txt").write_text("mine")
    _refused(tmp_path / "map.osm.pbf", tmp_path, capsys, "is there already")
    assert [path.name for path in (tmp_path / "seeds").iterdir()] == ["mine.txt"]


def test_a_place_that_cannot_be_written_to_is_refused(good, tmp_path, capsys):
    (tmp_path / "map.osm.pbf").write_bytes(good)
    target = tmp_path / "map.osm.pbf" / "seeds"
    assert _run(["import-osm", str(tmp_path / "map.osm.pbf"), "-o", str(target)]) == 2
    assert capsys.readouterr().err.startswith("cannot write ")


def test_without_pyosmium_it_says_what_to_install(good, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "osmium", None)
    (tmp_path / "map.osm.pbf").write_bytes(good)
    with pytest.raises(co.CorridorsError, match=r"corridors\[osm\]"):
        co.import_osm(tmp_path / "map.osm.pbf", tmp_path / "seeds")
