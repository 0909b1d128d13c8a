"""The reference is made from the docstrings, so they must say what a caller needs."""

from __future__ import annotations

import inspect
import runpy
from pathlib import Path
from typing import Any

import pytest

import corridors as co

ROOT = Path(__file__).resolve().parents[1]
#: What a function takes without being told.
OWN = {"self", "cls"}


def parameters(thing: Any) -> list[str]:
    """Names of what a function takes."""
    return [name for name in inspect.signature(thing).parameters if name not in OWN]


@pytest.mark.parametrize("name", sorted(co.__all__))
def test_every_public_name_says_what_it_takes(name):
    thing = getattr(co, name)
    text = inspect.getdoc(thing) or ""
    assert text.partition("\n")[0].strip().endswith((".", ":"))
    if inspect.isfunction(thing) and parameters(thing):
        assert "Parameters" in text, f"{name} does not explain {parameters(thing)}"


@pytest.mark.parametrize("name", sorted(co.__all__))
def test_every_public_method_is_explained(name):
    thing = getattr(co, name)
    if inspect.isclass(thing):
        members = inspect.getmembers(
            thing, lambda member: callable(member) or isinstance(member, property)
        )
        own = [
            (label, member)
            for label, member in members
            if not label.startswith("_") and label in vars(thing)
        ]
        assert [label for label, member in own if not inspect.getdoc(member)] == []


def test_the_package_is_typed():
    assert (ROOT / "corridors" / "py.typed").is_file()
    assert (ROOT / "geo" / "py.typed").is_file()


def test_the_reference_is_made_without_a_warning(tmp_path):
    pytest.importorskip("pdoc")
    write = runpy.run_path(str(ROOT / "docs" / "reference.py"))["write"]
    pages = write(tmp_path / "reference")
    text = (tmp_path / "reference" / "corridors.html").read_text(encoding="utf-8")
    assert [name for name in co.__all__ if f'id="{name}"' not in text] == []
    assert all(page.stat().st_size for page in pages)
