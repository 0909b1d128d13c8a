"""Pieces of work on threads and on a cluster: the same bytes, and nothing lost."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np
import pytest

import corridors as co
from corridors.analysis.parallel import pieces
from corridors.errors import CorridorsError

GATES = ["astara-road", "bilasuvar-road", "julfa-road", "norduz-road", "red-bridge-road"]
PLACES = ["baku", "nakhchivan", "tabriz", "tbilisi", "yerevan"]


def scaled(factor, task):
    return factor * task


def frail(flags, task):
    """The first worker to be given task 3 dies of it."""
    flag = Path(flags) / "died"
    if task == 3 and not flag.exists():
        flag.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return task**2


@pytest.fixture(scope="module")
def client():
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            silence_logs=50,
        ) as cluster,
        distributed.Client(cluster) as found,
    ):
        yield found


@pytest.mark.parametrize("workers", [1, 2, 5, None])
def test_answers_come_in_the_order_of_the_tasks(workers):
    assert [*pieces(scaled, 3, range(7), workers=workers)] == [0, 3, 6, 9, 12, 15, 18]
    assert [*pieces(scaled, 3, [], workers=workers)] == []


def test_a_fault_in_a_piece_is_not_swallowed():
    with pytest.raises(TypeError):
        [*pieces(scaled, None, range(3), workers=2)]


def test_bad_workers_are_named():
    with pytest.raises(CorridorsError, match="workers -1"):
        [*pieces(scaled, 1, [1], workers=-1)]
    with pytest.raises(CorridorsError, match="not dict"):
        [*pieces(scaled, 1, [1], client={})]


def test_a_cluster_gives_the_same_bytes(client, bundled):
    here = co.sweep(bundled, GATES, PLACES)
    there = co.sweep(bundled, GATES, PLACES, client=client)
    for left, right in zip(here.ways, there.ways, strict=True):
        assert left.tobytes() == right.tobytes()
    walked = here.visited(workers=1), there.visited(client=client)
    assert walked[0].equals(walked[1])
    asked = {"scenarios": ["base", "araz-open"], "pairs": PLACES, "draws": 300}
    one, two = co.simulate(bundled, **asked), co.simulate(bundled, **asked, client=client)
    assert one.costs.tobytes() == two.costs.tobytes()
    assert one.signs.tobytes() == two.signs.tobytes()
    np.testing.assert_array_equal(one.costs, two.costs)


def test_a_killed_worker_loses_nothing(client, tmp_path):
    found = [*pieces(frail, str(tmp_path), range(8), client=client)]
    assert (tmp_path / "died").exists(), "a worker was killed"
    assert found == [task**2 for task in range(8)]
