"""What callers hand in: one name is a list of one, and nonsense is named."""

from __future__ import annotations

import pytest

import corridors as co
from corridors.asked import check_count, check_pair, find, listed
from tests import tiny

DRAWING = """
    a -- road 60 -- b -- road 60 -- c
    a -- rail 150 -- c
"""


@pytest.fixture
def net(tmp_path):
    return tiny.network(tmp_path / "seeds", DRAWING)


def test_a_name_by_itself_is_a_list_of_one():
    assert listed("ab") == ("ab",)
    assert listed(name for name in "ab") == ("a", "b")


@pytest.mark.parametrize("pair", ["ab", "a:b", (), ("a",), ("a", "b", "c"), 5, None])
def test_what_is_no_pair_is_shown(pair):
    with pytest.raises(co.CorridorsError, match="is not an origin and a destination"):
        check_pair(pair)


def test_a_pair_may_be_any_two():
    assert check_pair(["a", "b"]) == ("a", "b")


@pytest.mark.parametrize("count", ["3", 1.5, None, 0])
def test_what_is_no_count_is_shown(count):
    with pytest.raises(co.CorridorsError, match=f"draws {count!r} must be a whole number, 1 or"):
        check_count("draws", count)


def test_what_is_not_there_is_named_with_its_neighbour():
    assert find("place", "baku", {"baku": 1}) == 1
    with pytest.raises(co.UnknownNameError, match="unknown place 'bako'; did you mean baku"):
        find("place", "bako", {"baku": 1})


def test_names_by_themselves_are_taken_everywhere(net, tmp_path):
    assert co.route(net, "a", "c", via="b").places == ("a", "b", "c")
    assert co.route(net, "a", "c", modes="rail").modes == ("rail",)
    assert co.timeline(net, [("a", "c")], [2027], modes="rail").years == (2027,)
    assert co.Cargo(avoid="IR").avoid == ("IR",)
    assert co.Cargo(avoid=["IR", "RU"]).avoid == ("IR", "RU")
    assert co.export(net, tmp_path / "out", formats="csv", places="a")
    assert co.compare(net, net, pairs=[("a", "c")]).scenarios == ("base",)


NONSENSE = [
    (lambda net: co.timeline(net, ["ac"], [2027]), "'ac' is not an origin"),
    (lambda net: co.timeline(net, [("a", "c")], [2027, "2028"]), "year '2028' must be a whole"),
    (lambda net: co.timeline(net, [("a", "c")], [2027, 12027]), "year 12027 .*, 1 to 9,999"),
    (lambda net: co.simulate(net, ["base"], [("a", "b", "c")]), "is not an origin"),
    (lambda net: co.simulate(net, ["base"], ["a", "c"], draws=1, years=["2030"]), "year '2030'"),
    (lambda _: co.Cargo(tonnes="14"), "tonnes '14' must be a number"),
    (lambda net: co.route(net, "a", "c").total("hourss"), "unknown measure 'hourss'; did you mean"),
    (lambda net: net.passable("a-b-road-1"), "unknown link 'a-b-road-1'; did you mean a-b-road-0"),
    (lambda net: compared(net).wide("hour"), "unknown measure 'hour'; did you mean hours"),
    (lambda net: compared(net).route("bse", ("a", "c")), "unknown scenario 'bse'"),
    (lambda net: compared(net).route("base", ("a", "b")), r"pair \('a', 'b'\) is not in the"),
]


def compared(net):
    return co.compare(net, ["base"], pairs=[("a", "c")])


@pytest.mark.parametrize(("ask", "said"), NONSENSE)
def test_nonsense_gets_one_clear_line(net, ask, said):
    with pytest.raises(co.CorridorsError, match=said):
        ask(net)


def test_pairs_to_export_are_pairs(net, tmp_path):
    with pytest.raises(co.CorridorsError, match="'ac' is not an origin"):
        co.export(net, tmp_path / "out", pairs=["ac"])
