"""What a user is told: every error shows the value, where it stood, and the nearest right one."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


#: So many names are listed where none is near.
_FEW = 12


class CorridorsError(Exception):
    """Anything this package refuses; its text is meant for the user."""


class UnknownNameError(CorridorsError, KeyError):
    """An id that no table holds."""

    def __init__(self, what: str, value: str, known: Iterable[str]) -> None:
        super().__init__(unknown(what, value, known))

    def __str__(self) -> str:
        return str(self.args[0])


class ScenarioError(CorridorsError, ValueError):
    """A scenario that cannot be read, or whose changes contradict each other."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a table."""

    file: str
    row: int | None
    column: str
    value: str
    message: str

    def __str__(self) -> str:
        where = self.file + (f", row {self.row}" if self.row else "")
        cell = f", column {self.column}" if self.column else ""
        value = f": {self.value!r}" if self.value else ""
        return f"{where}{cell}{value}: {self.message}"


class SeedsError(CorridorsError, ValueError):
    """All faults of a folder of tables at once."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        count = len(self.faults)
        head = f"{count} fault{'s' if count != 1 else ''} in the tables"
        super().__init__("\n".join([head, *(f"  {fault}" for fault in self.faults)]))


class NoRoute(CorridorsError):  # noqa: N818 - a name of the public contract
    """No way leads from one place to another.

    Attributes
    ----------
    origin, destination
        Ids of the places asked for.
    needs
        The fewest shut gates that would have to open; empty where no gate would help.
    """

    def __init__(self, origin: str, destination: str, needs: tuple[str, ...] = ()) -> None:
        self.origin = origin
        self.destination = destination
        self.needs = needs
        if needs:
            help_ = "these gates would have to open: " + ", ".join(needs)
        else:
            help_ = "no gate would open one"
        super().__init__(f"no way from {origin} to {destination}; {help_}")


def nearest(value: str, known: Iterable[str], count: int = 3) -> tuple[str, ...]:
    """The known names most like ``value``, best first.

    Examples
    --------
    >>> nearest("nakhchevan", ["baku", "nakhchivan", "tabriz"])
    ('nakhchivan',)
    """
    names = {name.lower(): name for name in known}
    wanted = str(value).lower()
    family = [name for name in names if name.startswith(f"{wanted}-")]
    starting = [name for name in names if len(wanted) > 1 and name.startswith(wanted)]
    alike = difflib.get_close_matches(wanted, names, n=count, cutoff=0.55)
    return tuple(names[name] for name in dict.fromkeys([*family, *alike, *starting]))[:count]


def unknown(what: str, value: str, known: Iterable[str]) -> str:
    """A line that names an unknown value and its nearest neighbours, or all if they are few."""
    names = list(known)
    near = nearest(value, names)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    if names and not near and len(names) <= _FEW:
        hint = f"; it may be {', '.join(names)}"
    return f"unknown {what} {value!r}{hint}"
