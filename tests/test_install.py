"""The wheel, installed into an environment of its own and run from another folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.install


class Installed(NamedTuple):
    """An environment that holds the wheel, and borrows what it depends on."""

    wheel: Path
    programs: Path
    elsewhere: Path

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment, far from the checkout."""
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("PYTHON")
        }
        return subprocess.run(
            [self.programs / program, *arguments],
            cwd=self.elsewhere,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )


def _quietly(*command: object) -> None:
    ran = subprocess.run(
        [str(word) for word in command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Builds from a copy, so that nothing is left in the checkout."""
    folder = tmp_path_factory.mktemp("install")
    source = folder / "source"
    for name in ("corridors", "geo", "seeds"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy(path, source / path.name)
    _quietly(
        *(sys.executable, "-m", "build", "--wheel", "--no-isolation"),
        *("--outdir", folder / "dist", source),
    )
    (wheel,) = (folder / "dist").glob("*.whl")
    home = folder / "env"
    _quietly(sys.executable, "-m", "venv", "--without-pip", home)
    programs = home / ("Scripts" if os.name == "nt" else "bin")
    _quietly(
        *(sys.executable, "-m", "pip", "--python", programs / "python", "install"),
        *("--no-deps", "--no-index", "--no-compile", "--disable-pip-version-check", wheel),
    )
    (packages,) = {
        path.parent for path in home.rglob("corridors") if path.parent.name != programs.name
    }
    borrowed = dict.fromkeys((sysconfig.get_path("purelib"), sysconfig.get_path("platlib")))
    (packages / "borrowed.pth").write_text("\n".join(borrowed) + "\n")
    (folder / "elsewhere").mkdir()
    return Installed(wheel, programs, folder / "elsewhere")


def test_the_wheel_carries_tables_pages_and_licences(installed):
    with zipfile.ZipFile(installed.wheel) as wheel:
        names = set(wheel.namelist())
    for name in ("places.csv", "links.csv", "data.toml", "scenarios/zangezur-open.toml"):
        assert f"corridors/_seeds/{name}" in names
    for name in ("corridors/render/assets/map.js", "geo/data/countries.json", "corridors/py.typed"):
        assert name in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert any(name.endswith("licenses/seeds/LICENSE") for name in names)
    assert not any(name.startswith(("tests/", "notebooks/")) for name in names)


def test_the_installed_copy_uses_its_own_tables(installed):
    code = (
        "import corridors, geo, json; from corridors.seeds import bundled;"
        "print(json.dumps([corridors.__file__, geo.__file__, str(bundled())]))"
    )
    ran = installed.run("python", "-c", code)
    assert ran.returncode == 0, ran.stderr
    home = installed.programs.parent
    for place in json.loads(ran.stdout):
        assert Path(place).is_relative_to(home)
        assert not Path(place).is_relative_to(ROOT)


def test_the_installed_command_routes(installed):
    ran = installed.run("corridors", "route", "baku", "nakhchivan", "--json")
    assert (ran.returncode, ran.stderr) == (0, "")
    said = json.loads(ran.stdout)
    assert (said["origin"], said["destination"]) == ("baku", "nakhchivan")
    assert said["km"] > 405  # the geodesic


def test_the_installed_command_draws_and_refuses(installed):
    drawn = installed.run("corridors", "map", "-o", "map.html")
    assert drawn.returncode == 0, drawn.stderr
    assert (installed.elsewhere / "map.html").stat().st_size > 100_000
    refused = installed.run("corridors", "route", "baku", "nakhchevan")
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
