"""Faults beside the tables: files that cannot be read, names that are not there."""

from __future__ import annotations

import pytest

import corridors as co
from corridors.analysis.checks import faults_beside
from corridors.cli import main
from tests import tiny

OBSERVED = {"id": "o", "from": "a", "to": "b", "measure": "km", "value": 1, "kind": "length"}
OBSERVED |= {"source": "assumed"}
CLAIM = {"id": "q", "claim": "c", "verdict": "confirmed", "source": "assumed", "test": "trade-sum"}


@pytest.fixture
def faulty(tmp_path):
    """The fault of a folder with one row more, or one file."""

    def make(*, file=None, text="", **extra):
        folder = tiny.draw(tmp_path / "s", "a -- road 10 -- b", extra=extra)
        if file:
            tiny.lay(folder, file, text)
        return [*faults_beside(co.load(folder))]

    return make


def test_a_folder_without_any_has_no_faults(faulty):
    assert faulty() == []


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"cargo": "foo"}, "observed.csv, row 2, column cargo: 'foo': unknown cargo 'foo'"),
        (
            {"scenario": "bass"},
            "row 2, column scenario: 'bass': unknown scenario 'bass'; did you mean base?",
        ),
        ({"avoid": "a; a-b-road-9"}, "did you mean a-b-road-0?"),
    ],
)
def test_what_a_published_figure_names_is_there(faulty, cells, said):
    (fault,) = faulty(observed=[OBSERVED | cells])
    assert said in fault


def test_what_a_claim_is_shown_by_is_there(faulty):
    (fault,) = faulty(claims=[CLAIM | {"test": "black-sea-ris"}])
    assert fault == (
        "claims.csv, row 2, column test: 'black-sea-ris': "
        "unknown test 'black-sea-ris'; did you mean black-sea-risk?"
    )


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("scenarios/x.toml", "id = ", "scenarios/x.toml: not TOML"),
        ("scenarios/x.toml", 'id = "x"\nchange = 3\n', "unknown key 'change'"),
        ("scenarios/x.toml", 'id = "x"\n[[changes]]\nopen = "c"\n', "scenarios/x.toml: "),
        ("cargo/x.toml", "id = ", "cargo/x.toml: not TOML"),
        ("cargo/x.toml", 'title = "x"\nweight = 3\n', "cargo/x.toml: unknown key 'weight'"),
    ],
)
def test_every_scenario_and_profile_can_be_used(faulty, file, text, said):
    assert any(said in fault for fault in faulty(file=file, text=text))


def test_the_command_names_them_all(tmp_path, capsys):
    folder = tiny.draw(
        tmp_path / "s", "a -- road 10 -- b", extra={"claims": [CLAIM | {"test": "n"}]}
    )
    tiny.lay(folder, "cargo/x.toml", "=")
    with pytest.raises(SystemExit, match="2"):
        main(["check", "--seeds", str(folder)])
    said = capsys.readouterr().err
    assert "2 faults beside the tables" in said
    assert "unknown test 'n'" in said
