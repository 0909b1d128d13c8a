"""JSON Schemas (draft 2020-12) of what ``--json`` prints.

Fields may be added in later versions; those listed here stay, with their units.
"""

from __future__ import annotations

from typing import Any

from corridors.arcs import KINDS
from corridors.cost import ALL_PARTS, OBJECTIVES
from corridors.errors import UnknownNameError
from corridors.routing import MEASURES
from corridors.schema import MODES

DRAFT = "https://json-schema.org/draft/2020-12/schema"
WAYS = ("base", "same", "other", "opened", "cut", "none")
Schema = dict[str, Any]


def _text(meaning: str, **more: Any) -> Schema:
    return {"type": "string", "description": meaning, **more}


def _texts(meaning: str) -> Schema:
    return {"type": "array", "items": {"type": "string"}, "description": meaning}


def _count(meaning: str) -> Schema:
    return {"type": "integer", "minimum": 0, "description": meaning}


def _amount(meaning: str) -> Schema:
    return {"type": "number", "minimum": 0, "description": meaning}


def _object(properties: Schema, **more: Any) -> Schema:
    return {"type": "object", "required": [*properties], "properties": properties, **more}


def _parts(measure: str) -> Schema:
    parts = {part: _amount(f"{measure} of {part}") for part in ALL_PARTS}
    return {"type": "object", "properties": parts, "additionalProperties": False}


def _leg() -> Schema:
    return _object(
        {
            "kind": _text("what the leg is", enum=[*KINDS]),
            "mode": _text("mode of its link; empty where it has none", enum=[*MODES, ""]),
            "link": _text("id of its link; empty where it has none"),
            "start": _text("id of the place it starts from"),
            "end": _text("id of the place it ends at"),
            "country": _text("whose soil it lies on, ISO 3166-1 alpha-2", pattern="^[A-Z]{2}$"),
            "km": _amount("length, km"),
            "hours": _amount("time, h"),
            "usd": _amount("cost of the shipment, USD"),
            "co2_kg": _amount("emissions of the shipment, kg CO2e"),
            "gates": _texts("ids of the gates it passes"),
            "hours_by": _parts("hours"),
            "usd_by": _parts("USD"),
        }
    )


def _route() -> Schema:
    totals = {name: _amount(f"total, {unit}") for name, unit in MEASURES.items()}
    return _object(
        {
            "origin": _text("id of the origin"),
            "destination": _text("id of the destination"),
            "by": _text("what it minimises", enum=[*OBJECTIVES]),
            "scenario": _text("ids of the scenarios, joined by +; base where there is none"),
            "date": _text("day whose gates count", format="date"),
            **totals,
            "borders": _count("borders crossed"),
            "transfers": _count("changes of mode or gauge"),
            "gauge_changes": _count("changes between rails of two gauges"),
            "countries": _texts("countries (ISO) in the order they are entered"),
            "modes": _texts("modes in the order they are first used"),
            "gates": _texts("ids of the gates passed, in order"),
            "links": _texts("ids of its links, in order"),
            "places": _texts("ids of its places, in order"),
            "legs": {
                "type": "array",
                "items": {"$ref": "#/$defs/leg"},
                "description": "legs in order; totals are their sums, rounded to 0.001",
            },
        }
    )


def _comparison() -> Schema:
    scenario = _object(
        {
            "date": _text("day whose gates count", format="date"),
            "changes": _texts("what it changes, in words"),
            "conditions": _texts("ids of conditions that kept a gate shut"),
        }
    )
    row = _object(
        {
            "scenario": _text("id of the scenario"),
            "origin": _text("id of the origin"),
            "destination": _text("id of the destination"),
            "change_of_way": _text("how the way differs from the base's", enum=[*WAYS]),
            "needs": _texts("where there is no way: the gates that would have to open"),
            "route": {"oneOf": [{"$ref": "#/$defs/route"}, {"type": "null"}]},
        }
    )
    return _object(
        {
            "base": _text("id of the scenario the others are held against"),
            "by": _text("what the routes minimise", enum=[*OBJECTIVES]),
            "scenarios": {"type": "object", "additionalProperties": scenario},
            "rows": {"type": "array", "items": row},
        }
    )


def json_schema(of: str) -> Schema:
    """The JSON Schema of a command's ``--json``.

    Parameters
    ----------
    of
        ``route`` or ``compare``.

    Returns
    -------
    dict
        Draft 2020-12. ``route`` prints one route, or an array of them with ``--k``.

    Raises
    ------
    UnknownNameError
        When there is no such schema.
    """
    route = {"$ref": "#/$defs/route"}
    bodies = {
        "route": {"oneOf": [route, {"type": "array", "items": route}]},
        "compare": _comparison(),
    }
    if of not in bodies:
        what = "schema"
        raise UnknownNameError(what, of, bodies)
    return {
        "$schema": DRAFT,
        "title": f"corridors {of} --json",
        **bodies[of],
        "$defs": {"route": _route(), "leg": _leg()},
    }
