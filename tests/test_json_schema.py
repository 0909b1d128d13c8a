"""``--json`` prints what its published schema says, and every field stands there."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from corridors.cli import main
from corridors.exchange.json_schema import json_schema
from tests import tiny

DRAWING = """
    a -- road 100 -- b -- rail-1520 50 border -- c
    a -- rail 90 -- b -- road 60 project -- c
    c -- ferry-road 40 service -- d
    x -- road 10 project -- y
"""


@pytest.fixture
def folder(tmp_path) -> str:
    return str(tiny.draw(tmp_path / "seeds", DRAWING, shut=["project"]))


def printed(capsys: Any, *arguments: str) -> Any:
    """What a command prints."""
    with pytest.raises(SystemExit) as left:
        main(list(arguments))
    assert not left.value.code
    return json.loads(capsys.readouterr().out)


def closed(schema: Any) -> Any:
    """The same schema without room for fields that it does not list."""
    if isinstance(schema, dict):
        inner = {key: closed(value) for key, value in schema.items()}
        is_object = schema.get("type") == "object" and "properties" in schema
        return {"additionalProperties": False, **inner} if is_object else inner
    return [closed(item) for item in schema] if isinstance(schema, list) else schema


@pytest.mark.parametrize("of", ["route", "compare"])
def test_the_schemas_are_schemas(of, capsys):
    Draft202012Validator.check_schema(json_schema(of))
    assert printed(capsys, "json-schema", of) == json_schema(of)


@pytest.mark.parametrize("more", [[], ["--k", "3"], ["--by", "cost"], ["--open", "project"]])
def test_routes_are_as_the_schema_says(more, folder, capsys):
    found = printed(capsys, "route", "a", "d", "--seeds", folder, "--json", *more)
    Draft202012Validator(closed(json_schema("route"))).validate(found)


def test_comparisons_are_as_the_schema_says(folder, tmp_path, capsys):
    (tmp_path / "built.toml").write_text(
        'id = "built"\ntitle = "Built"\n[[changes]]\nopen = ["project"]\n'
        '[[changes]]\ncharge = ["border"]\nusd_per_shipment = 5\n'
    )
    (tmp_path / "base.toml").write_text('id = "base"\ntitle = "Base"\n')
    scenarios = [str(tmp_path / name) for name in ("base.toml", "built.toml")]
    pairs = ["--pair", "a:d", "--pair", "x:y"]
    found = printed(capsys, "compare", *scenarios, *pairs, "--seeds", folder, "--json")
    Draft202012Validator(closed(json_schema("compare"))).validate(found)
    assert {row["change_of_way"] for row in found["rows"]} >= {"base", "none", "opened"}


def test_the_schema_can_fail(folder, capsys):
    found = printed(capsys, "route", "a", "d", "--seeds", folder, "--json")
    check = Draft202012Validator(json_schema("route"))
    assert check.is_valid({**found, "a field of later": 1})
    assert not check.is_valid({**found, "hours": "many"})
    assert not check.is_valid({key: value for key, value in found.items() if key != "legs"})
    assert not check.is_valid({**found, "by": "beauty"})


def test_an_unknown_schema_is_refused(capsys):
    with pytest.raises(SystemExit) as left:
        main(["json-schema", "rout"])
    assert left.value.code == 2
    assert capsys.readouterr().err == "unknown schema 'rout'; did you mean route?\n"
