"""What each machine does that runs portals: a worker kept alive, a look every half minute that puts things right."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

from filelock import FileLock, Timeout
from prefect.client.orchestration import get_client
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from flows.operate.child import Child
from flows.operate.reconcile import reconcile
from flows.steps.share import share_all
from flows.steps.slips import find_slips, folder_of
from storage.database import migrate
from storage.database.engine import connect
from storage.settings import Settings

LOOK = 30.0
"""Seconds between two looks."""
COMPARE = 3600.0
"""Seconds between two comparisons of this machine's archive with the store: so long what was forgotten on another
machine may stay in this one's cache."""
RUNS_END = 45.0
"""Seconds that runs are given to seal and close: a crawl process takes 25 at most."""
_WORKER_END = 15.0
_LAST_LOOK = 10.0

Tell = Callable[[str], None]


class ServeError(Exception):
    """What keeps a command that serves from starting; the message says it in Vietnamese, and what to do."""


@contextmanager
def place(settings: Settings, lock: str, command: str) -> Iterator[Engine]:
    """Be the only one of a command in the folder of the settings, and have its database.

    Raises:
        ServeError: another one is there, or the database is not as it has to be.
    """
    (settings.var / "locks").mkdir(parents=True, exist_ok=True)
    held = FileLock(settings.var / "locks" / lock)
    try:
        held.acquire(blocking=False)
    except Timeout:
        raise ServeError(f"`{command}` khác đang chạy với {settings.var}") from None
    try:
        engine = _database(settings)
        try:
            yield engine
        finally:
            engine.dispose()
    finally:
        held.release()


def _database(settings: Settings) -> Engine:
    engine = connect(settings.database)
    try:
        if settings.database_url is None:
            migrate.upgrade(engine)
        elif migrate.pending(engine):
            raise ServeError("lược đồ cơ sở dữ liệu chưa cập nhật; hãy chạy `congtin db upgrade`")
    except SQLAlchemyError as error:
        raise ServeError(f"cơ sở dữ liệu không trả lời: {getattr(error, 'orig', error)}") from None
    return engine


def stop_asked() -> asyncio.Event:
    """Return what SIGTERM and SIGINT set from now on."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def run_portals(
    settings: Settings,
    engine: Engine,
    queues: tuple[str, ...],
    look: Callable[[], Awaitable[None]],
    tell: Tell,
    stop: asyncio.Event,
) -> None:
    """Run what is due until asked to stop; return when all runs of this machine have closed.

    Args:
        settings: congtin's.
        engine: the database.
        queues: work queues that the worker serves; none means all.
        look: done every half minute besides.
        tell: is told, in Vietnamese, what an operator has to know.
        stop: set when it has to end.
    """
    worker = Child(
        "Máy làm",
        ["flows.operate.worker", str(settings.serve_runs), *queues],
        settings.var / "logs" / "prefect-worker.log",
        os.environ,
        tell,
    )
    await put_right(settings, engine, tell)
    worker.start()
    sharing = asyncio.create_task(_keep_sharing(settings, engine))
    try:
        while not stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK)
                return
            try:
                await put_right(settings, engine, tell)
                await look()
            except Exception as error:  # noqa: BLE001 - the server is away, the database too: the next look comes
                tell(f"Lần xem này không xong: {type(error).__name__}: {error}")
    finally:
        tell("Đang dừng: chờ các lần chạy đóng phần đang làm …")
        await _end_runs(settings)
        await worker.stop(_WORKER_END)
        sharing.cancel()
        with suppress(Exception):  # a server that is down: the next start makes the states true
            async with asyncio.timeout(_LAST_LOOK):
                await put_right(settings, engine, tell)
        await asyncio.to_thread(share_all, engine, settings.archive, notes=False)


async def put_right(settings: Settings, engine: Engine, tell: Tell) -> None:
    """Make true what the screen shows of runs that died here. Raises what the server raises."""
    async with get_client() as client:
        for said in await reconcile(client, folder_of(settings), engine):
            tell(said)


async def _keep_sharing(settings: Settings, engine: Engine) -> None:
    """Bring what is only here into the store; beside the looks, since a store that is slow must not hold them up."""
    compared = -COMPARE
    while True:
        notes = time.monotonic() - compared >= COMPARE
        if notes:
            compared = time.monotonic()
        await asyncio.to_thread(share_all, engine, settings.archive, notes=notes)
        await asyncio.sleep(LOOK)


async def _end_runs(settings: Settings) -> None:
    """Tell the runs of this machine to stop, once each, and wait until they have closed; kill those that do not.

    While the worker lives: when it ends it kills what it has started.
    """
    told: set[int] = set()
    last = time.monotonic() + RUNS_END
    while held := {one.slip.pid for one in find_slips(folder_of(settings)) if one.held and one.slip}:
        number = signal.SIGTERM if time.monotonic() < last else signal.SIGKILL
        for pid in held - told if number is signal.SIGTERM else held:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        told |= held
        await asyncio.sleep(0.2)
