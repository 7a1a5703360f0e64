"""What the flows share: a stage shown as a task, and a flow of which one at a time is enough."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from typing import TypeVar

from prefect import runtime, task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Engine

from flows.steps.locks import work_lock
from flows.steps.slips import folder_of, hold_slip
from storage.database.engine import connect
from storage.database.leases import Leases
from storage.settings import settings
from storage.text import match_key

T = TypeVar("T")


async def as_task(name: str, stage: Callable[[], Awaitable[T]]) -> T:
    """Run a stage as a Prefect task. Its run is named without marks: the letters of the screen's timeline lack them."""

    async def staged() -> T:
        return await stage()

    wrap = task(name=name, task_run_name=match_key(name), cache_policy=NO_CACHE, persist_result=False)
    return await wrap(staged)()


@asynccontextmanager
async def alone(name: str, wait: float) -> AsyncIterator[Engine]:
    """Give the database to a flow while no other run of it is at work, on any machine.

    Its process is found by its slip, as that of a portal's run is.

    Args:
        name: of the flow.
        wait: seconds that it waits for another one.

    Raises:
        PortalBusyError: another run is still at work.
        sqlalchemy.exc.DBAPIError: the database does not answer.
    """
    engine = connect(settings().database)
    try:
        with hold_slip(folder_of(settings()), str(runtime.flow_run.id), name), closing(Leases(engine)) as leases:
            async with work_lock(settings().var / "locks", name, leases, wait):
                yield engine
    finally:
        engine.dispose()
