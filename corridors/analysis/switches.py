"""Which switches must be on for a link to stand open: sets of gates as bits.

A switch is a gate under study, or several gates that open together. What lets a link pass is a
choice among least sets of switches: several where a condition lifts a gate for either of two
reasons, one that is empty where the link stands open anyway, none where it stays shut.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from corridors.errors import CorridorsError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from corridors.network import Network

#: Least sets of switches, as bits; no one of them holds another.
Sets = tuple[int, ...]
Switches = dict[str, tuple[str, ...]]
NEVER: Sets = ()
ALWAYS: Sets = (0,)
MOST = 62
KINDS = {"borders": "border", "projects": "project", "straits": "strait", "services": "service"}


def either(*options: Sets) -> Sets:
    """What opens if one of several does.

    Examples
    --------
    >>> either((0b011,), (0b001, 0b110))
    (1, 6)
    """
    found = sorted({one for sets in options for one in sets}, key=int.bit_count)
    least: list[int] = []
    for one in found:
        if not any(other & one == other for other in least):
            least.append(one)
    return tuple(sorted(least))


def both(left: Sets, right: Sets) -> Sets:
    """What opens if two things do.

    Examples
    --------
    >>> both((0b001,), (0b001, 0b110))
    (1,)
    """
    return either(tuple(one | other for one in left for other in right))


def switches(net: Network, chosen: str | Iterable[str] | Mapping[str, Iterable[str]]) -> Switches:
    """The switches that a question names, each with the gates it opens.

    Parameters
    ----------
    net
        The network.
    chosen
        Ids of gates; or a mapping from names to the gates that open together under them; or one
        word: ``unbuilt`` (all gates with a spread of opening days), ``borders``, ``projects``,
        ``straits``, ``services`` or ``all``.

    Raises
    ------
    UnknownNameError
        When a gate is not known.
    CorridorsError
        When there are none, or more than 62.
    """
    if isinstance(chosen, str):
        chosen = _of_kind(net, chosen)
    named = chosen.items() if hasattr(chosen, "items") else ((gate, (gate,)) for gate in chosen)
    found = {name: (gates,) if isinstance(gates, str) else tuple(gates) for name, gates in named}
    for gate in (gate for gates in found.values() for gate in gates):
        if gate not in net.seeds.gates:
            what = "gate"
            raise UnknownNameError(what, gate, net.seeds.gates)
    if not 1 <= len(found) <= MOST:
        message = (
            f"{len(found)} gates under study: there must be from 1 to {MOST}; "
            f"name some, or one kind of {', '.join([*KINDS, 'unbuilt'])}"
        )
        raise CorridorsError(message)
    return found


def _of_kind(net: Network, word: str) -> list[str]:
    gates = net.seeds.gates.values()
    if word in net.seeds.gates:
        return [word]
    if word == "all":
        return [gate.id for gate in gates]
    if word == "unbuilt":
        return [gate.id for gate in gates if gate.opening_likely]
    if word not in KINDS:
        what = "gate or kind of gate"
        raise UnknownNameError(what, word, [*KINDS, "unbuilt", "all", *net.seeds.gates])
    return [gate.id for gate in gates if gate.kind == KINDS[word]]


def gate_sets(
    net: Network,
    chosen: Mapping[str, Sequence[str]],
    special: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset()),
) -> dict[str, Sets]:
    """What opens each gate.

    A gate under switches stands open if one of them is on; any other keeps the network's own
    state. Conditions between gates hold in every combination. Rules for some cargo only bind
    gates that no switch decides, as in a scenario.

    Parameters
    ----------
    net
        The network.
    chosen
        Gates of each switch; the first switch is bit 0.
    special
        Gates open, and gates shut, to the cargo in question (:meth:`Network.special_gates`).
    """
    bits: dict[str, list[int]] = {}
    for place, gates in enumerate(chosen.values()):
        for gate in gates:
            bits.setdefault(gate, []).append(1 << place)
    found = {
        gate: either(tuple(bits[gate]))
        if gate in bits
        else (ALWAYS if gate in net.wanted_gates else NEVER)
        for gate in net.seeds.gates
    }
    before: dict[str, Sets] = {}
    while before != found:
        before = dict(found)
        for condition in net.seeds.conditions.values():
            lifted = either(*(found[gate] for gate in condition.needs))
            found |= {gate: both(found[gate], lifted) for gate in condition.gates}
    for bound, state in zip(special, (ALWAYS, NEVER), strict=True):
        found |= {gate: state for gate in bound if gate not in bits}
    return found


def link_sets(net: Network, gates: Mapping[str, Sets]) -> list[Sets]:
    """What opens each link, in the order of the compiled links."""
    rows = (net.seeds.links[link] for link in net.arcs.links)
    return [
        NEVER
        if row.id in net.shut_links
        else reduce(both, (gates[gate] for gate in row.gates), ALWAYS)
        for row in rows
    ]
