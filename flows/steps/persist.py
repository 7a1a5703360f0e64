"""Work that a cancellation must not cut: closing what was begun."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")


async def to_the_end(work: Coroutine[Any, Any, T]) -> T:
    """Do short work to its end, whatever cancellations arrive meanwhile, and give its result; raise what it raises.

    One order to stop often arrives twice: from the loop that ends all its tasks, and from the task that waits for them.
    """
    task = asyncio.ensure_future(work)
    while not task.done():
        with suppress(asyncio.CancelledError):
            await asyncio.shield(task)
    return task.result()
