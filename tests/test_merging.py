"""One network under another, and the packaged networks as one."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.sparse import coo_array

import corridors as co
from corridors.cli import main
from corridors.exchange.merging import NAME_REACH_KM
from geo import trace
from tests import tiny

if TYPE_CHECKING:
    from pathlib import Path


def spread(folder: Path, where: dict[str, tuple[float, float]]) -> Path:
    """Move places of a drawn folder."""
    lines = (folder / "places.csv").read_text().splitlines()
    for number, line in enumerate(lines):
        cells = line.split(",")
        if cells[0] in where:
            at = lines[0].split(",").index("lon")
            cells[at : at + 2] = map(str, where[cells[0]])
            lines[number] = ",".join(cells)
    (folder / "places.csv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture
def folders(tmp_path) -> tuple[Path, Path]:
    """A base, and a network that touches it at one town by name."""
    base = tiny.draw(tmp_path / "base", "town -- road 100 -- b -- road 100 wall -- c")
    under = tiny.draw(tmp_path / "under", "town -- road 30 -- n1 -- road 40 gate -- n2")
    spread(base, {"town": (50, 40), "b": (51, 40), "c": (52, 40)})
    spread(under, {"town": (50.01, 40), "n1": (50.2, 40.1), "n2": (50.4, 40.2)})
    return base, under


def test_a_place_of_the_same_name_close_by_is_the_same_place(folders, tmp_path):
    made = co.merge(*folders, tmp_path / "out")
    (snap,) = made.snapped
    assert (snap.imported, snap.base, snap.by) == ("town", "town", "name")
    assert snap.km == pytest.approx(0.854, abs=0.01)
    net = co.load(tmp_path / "out")
    way = co.route(net, "c", "n2")
    assert way.places == ("c", "b", "town", "n1", "n2")
    assert way.km == pytest.approx(270 + snap.km)


def test_the_base_stays_as_it_is(folders, tmp_path):
    co.merge(*folders, tmp_path / "out")
    base, both = (co.load(folder).seeds for folder in (folders[0], tmp_path / "out"))
    for table in ("places", "links", "gates", "parameters"):
        rows = getattr(both, table)
        assert {row: rows[row] for row in getattr(base, table)} == dict(getattr(base, table))
    assert both.data_date == base.data_date
    assert {place for place in both.places if place not in base.places} == {"n1", "n2"}


def test_far_namesakes_and_strangers_stay_apart(folders, tmp_path):
    spread(folders[1], {"town": (50 + (NAME_REACH_KM + 1) / 85, 40)})
    made = co.merge(*folders, tmp_path / "out")
    assert made.snapped == ()
    assert "town" in made.alone
    assert made.renamed["town"] == "under-town"
    assert "under-town" in co.load(tmp_path / "out").seeds.places


def test_nearness_tells_only_where_a_net_is_shared(tmp_path):
    base = tiny.draw(tmp_path / "base", "a -- road 10 -- b")
    rail = tiny.draw(tmp_path / "rail", "p -- rail 10 -- q")
    road = tiny.draw(tmp_path / "road", "p -- road 10 -- q")
    assert co.merge(base, rail, tmp_path / "one").snapped == ()
    found = co.merge(base, road, tmp_path / "two").snapped
    assert [(snap.imported, snap.base, snap.by) for snap in found] == [
        ("p", "a", "nearness"),
        ("q", "b", "nearness"),
    ]


def test_ids_that_both_have_are_told_apart(tmp_path):
    base = tiny.draw(tmp_path / "base", "a -- road 10 gate -- b")
    under = tiny.draw(tmp_path / "under", "a -- road 20 gate -- b", shut=["gate"])
    spread(under, {"a": (60, 40), "b": (60.1, 40)})
    made = co.merge(base, under, tmp_path / "out")
    assert made.renamed == {
        "a": "under-a",
        "b": "under-b",
        "gate": "under-gate",
        "a-b-road-0": "under-a-b-road-0",
    }
    net = co.load(tmp_path / "out")
    assert net.open_gates == {"gate"}
    link = net.seeds.links["under-a-b-road-0"]
    assert (link.from_, link.to, link.gates) == ("under-a", "under-b", ("under-gate",))


def test_general_numbers_stay_the_bases_and_particular_ones_come_along(folders, tmp_path):
    more = {
        "id": "slow",
        "name": "dwell_h",
        "mode": "road",
        "at": "gate",
        "value": 99,
        "low": 99,
        "high": 99,
        "unit": "h",
        "source": "assumed",
    }
    general = {**more, "id": "quick", "name": "speed_kmh", "at": "", "country": "AA"}
    general |= {"value": 5, "low": 5, "high": 5, "unit": "km/h"}
    under = tiny.draw(
        tmp_path / "slow",
        "town -- road 30 -- n1 -- road 40 gate -- n2",
        extra={"parameters": [more, general]},
    )
    spread(under, {"town": (50.01, 40), "n1": (50.2, 40.1), "n2": (50.4, 40.2)})
    before = co.route(co.load(folders[0]), "town", "c").hours
    co.merge(folders[0], under, tmp_path / "out")
    net = co.load(tmp_path / "out")
    assert co.route(net, "town", "c").hours == before
    assert co.route(net, "n1", "n2").legs[1].hours_by["border"] == 99
    assert "quick" not in net.seeds.parameters


def test_the_bundled_network_takes_one_under_it(bundled, tmp_path, capsys):
    baku = bundled.seeds.places["baku"]
    under = tiny.draw(tmp_path / "under", "baku -- road 30 -- n1", countries={"n1": "AZ"})
    spread(under, {"baku": (baku.lon + 0.001, baku.lat), "n1": (baku.lon - 0.2, baku.lat)})
    with pytest.raises(SystemExit) as left:
        main(["merge", "bundled", str(under), "-o", str(tmp_path / "out"), "--json"])
    assert not left.value.code
    said = json.loads(capsys.readouterr().out)
    assert [snap["base"] for snap in said["snapped"]] == ["baku"]
    assert said["alone"] == ["n1"]
    net = co.load(tmp_path / "out")
    assert len(net.seeds.links) == len(bundled.seeds.links) + 1
    assert co.route(net, "tbilisi", "n1", modes=["road"]).places[-2:] == ("baku", "n1")


@pytest.mark.parametrize("which", [0, 1])
def test_a_folder_that_is_missing_is_refused(which, folders, tmp_path, capsys):
    pair = [str(folder) for folder in folders]
    pair[which] = "nowhere"
    with pytest.raises(SystemExit) as left:
        main(["merge", *pair, "-o", str(tmp_path / "out")])
    assert left.value.code == 2
    assert capsys.readouterr().err == "no folder of tables at 'nowhere'\n"
    assert not (tmp_path / "out").exists()


def test_a_merge_that_cannot_be_compiled_is_not_written(folders, tmp_path):
    text = (folders[0] / "parameters.csv").read_text()
    kept = [line for line in text.splitlines() if ",ferry," not in line]
    (folders[0] / "parameters.csv").write_text("\n".join(kept) + "\n")
    ferry = tiny.draw(tmp_path / "ferry", "x -- ferry-road 10 service -- y")
    with pytest.raises(co.SeedsError, match="fare_usd"):
        co.merge(folders[0], ferry, tmp_path / "out")
    assert not (tmp_path / "out").exists()


# the packaged networks


@pytest.fixture
def packaged(monkeypatch) -> None:
    """A packaged network of a handful of nodes: a line with a branch, one node outside."""
    lon_lat = np.array([[49.0, 40.0], [49.1, 40.0], [49.2, 40.0], [49.1, 40.1], [99.0, 40.0]])
    steps = np.array([[0, 1], [1, 2], [1, 3], [3, 4]])
    pairs = np.concatenate([steps, steps[:, ::-1]]).T
    arcs = coo_array((np.ones(len(pairs[0])), tuple(pairs)), shape=(5, 5)).tocsr()
    made = SimpleNamespace(lon_lat=lon_lat, arcs=arcs)
    monkeypatch.setattr(trace, "background", lambda _: made)


@pytest.mark.usefixtures("packaged")
def test_the_packaged_networks_become_a_folder(tmp_path):
    made = co.background(tmp_path / "seeds", (48, 39, 50, 41))
    assert made.links == {"rail": 3, "road": 3}
    net = co.load(tmp_path / "seeds")
    gauges = {link.gauge_mm for link in net.seeds.links.values() if link.mode == "rail"}
    assert gauges == {("1520",)}
    assert not any(len(places) > 1 for places in _layers(net).values())


def _layers(net: co.Network) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for link in net.seeds.links.values():
        for end in (link.from_, link.to):
            found.setdefault(end, set()).add(link.mode)
    return found


@pytest.mark.usefixtures("packaged")
@pytest.mark.parametrize(
    ("box", "says"),
    [
        ("48,39,50", "must read west,south,east,north"),
        ("50,39,48,41", "must be west, south, east, north"),
        ("10,10,11,11", "hold nothing in the box"),
    ],
)
def test_a_box_that_makes_no_sense_is_refused(box, says, tmp_path, capsys):
    with pytest.raises(SystemExit) as left:
        main(["background", "--box", box, "-o", str(tmp_path / "seeds")])
    assert left.value.code == 2
    said = capsys.readouterr().err
    assert says in said
    assert said.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
