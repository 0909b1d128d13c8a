"""Independent pieces of work: on the threads of one machine, or on a Dask cluster."""

from __future__ import annotations

import os
from collections import deque
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeVar

from corridors.asked import check_count
from corridors.errors import CorridorsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Shared = TypeVar("Shared")
Task = TypeVar("Task")
Answer = TypeVar("Answer")
_watcher: ContextVar[Any] = ContextVar("watcher", default=None)
#: How often a piece is begun again when the worker that held it is lost.
RETRIES = 3
#: How many pieces for each worker may be done before the first of them is taken: memory stays flat.
AHEAD = 4


@contextmanager
def watched(watcher: Callable[[int, int], None]) -> Iterator[None]:
    """Tell a watcher, such as a progress bar, how many pieces of how many are done."""
    token = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(token)


def pieces(
    work: Callable[[Shared, Task], Answer],
    shared: Shared,
    tasks: Sequence[Task],
    *,
    workers: int | None = None,
    client: Any = None,
) -> Iterator[Answer]:
    """Answers of every task, in the order of the tasks, whoever worked on them.

    Parameters
    ----------
    work
        ``work(shared, task)``; must not depend on any other task.
    shared
        What all tasks read; sent to a cluster once.
    tasks
        The pieces.
    workers
        How many threads; as many as there are cores when left out. The compiled kernels let go
        of the interpreter, so threads run side by side.
    client
        A ``dask.distributed.Client``; the same call then runs on its cluster. A piece whose
        worker dies is begun again on another one.

    Yields
    ------
    The answers, in order.
    """
    watcher = _watcher.get()
    answers = _answers(work, shared, tasks, workers=workers, client=client)
    for done, answer in enumerate(answers, start=1):
        if watcher is not None:
            watcher(done, len(tasks))
        yield answer


def _answers(
    work: Callable[[Shared, Task], Answer],
    shared: Shared,
    tasks: Sequence[Task],
    *,
    workers: int | None,
    client: Any,
) -> Iterator[Answer]:
    if client is not None:
        yield from _on_cluster(work, shared, tasks, client)
        return
    count = (os.cpu_count() or 1) if workers is None else workers
    check_count("workers", count)
    if min(count, len(tasks)) <= 1:
        yield from (work(shared, task) for task in tasks)
        return
    from joblib import Parallel, delayed

    with Parallel(n_jobs=min(count, len(tasks)), prefer="threads") as run:
        for first in range(0, len(tasks), AHEAD * count):
            some = tasks[first : first + AHEAD * count]
            yield from run(delayed(work)(shared, task) for task in some)


def _on_cluster(
    work: Callable[[Shared, Task], Answer], shared: Shared, tasks: Sequence[Task], client: Any
) -> Iterator[Answer]:
    """Tasks on a cluster; what they share is a task too, so that it outlives its worker."""
    if not callable(getattr(client, "submit", None)):
        message = f"client must be a dask.distributed.Client, not {type(client).__name__}"
        raise CorridorsError(message)
    held = client.submit(_itself, shared, pure=False, retries=RETRIES)
    ahead = AHEAD * max(len(client.nthreads()), 1)
    futures: deque[Any] = deque()
    for task in tasks:
        futures.append(client.submit(work, held, task, pure=False, retries=RETRIES))
        if len(futures) > ahead:
            yield futures.popleft().result()
    while futures:
        yield futures.popleft().result()


def _itself(shared: Shared) -> Shared:
    return shared
