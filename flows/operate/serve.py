"""Everything that an operator needs on one machine, kept alive.

Prefect's server, a worker, and a look every half minute that lets the deployments follow the portal files and puts
right what died.

The order of the end: the runs seal and close themselves, the worker goes, states are made true, the server goes last.
"""

import asyncio
import os
import signal
import socket
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress

from filelock import FileLock, Timeout
from prefect.client.orchestration import PrefectClient, get_client
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from crawlers import portals
from flows.operate.automations import automate
from flows.operate.child import Child
from flows.operate.deployments import deploy
from flows.operate.environment import is_loopback, site_url
from flows.operate.plan import ACT_LABELS
from flows.operate.reconcile import reconcile
from flows.steps.slips import find_slips, folder_of
from storage.database import migrate, runs
from storage.database.engine import connect
from storage.settings import Settings

LOOK = 30.0
"""Seconds between two looks."""
RUNS_END = 45.0
"""Seconds that runs are given to seal and close: a crawl process takes 25 at most."""
SERVER_START = 120.0
"""Seconds that the server is given to answer: a first start makes its database, some 6 s on an idle machine."""
_SERVER_END = 10.0
_WORKER_END = 15.0

Tell = Callable[[str], None]


class ServeError(Exception):
    """What keeps `congtin serve` from starting; the message says it in Vietnamese, and what to do."""


async def serve(settings: Settings, tell: Tell) -> None:
    """Run until SIGTERM or SIGINT; return when all that was started has ended.

    Args:
        settings: congtin's; the environment is Prefect's already (`prefect_environment`).
        tell: is told, in Vietnamese, what an operator has to know.

    Raises:
        ServeError: it cannot start.
    """
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    _check(settings)
    lock = FileLock(settings.var / "locks" / "serve.lock")
    try:
        lock.acquire(blocking=False)
    except Timeout:
        raise ServeError(f"`congtin serve` khác đang chạy với {settings.var}") from None
    try:
        engine = _database(settings)
        try:
            await _run(settings, engine, tell, stop)
        finally:
            engine.dispose()
    finally:
        lock.release()


def _check(settings: Settings) -> None:
    (settings.var / "locks").mkdir(parents=True, exist_ok=True)
    if settings.serve_auth is None and not is_loopback(settings.serve_host):
        raise ServeError(
            f"CONGTIN_SERVE_HOST={settings.serve_host} mở cho máy khác: hãy đặt CONGTIN_SERVE_AUTH=tên:mật_khẩu"
        )
    family = socket.AF_INET6 if ":" in settings.serve_host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.serve_host, settings.serve_port))
        except OSError as error:
            where = f"{settings.serve_host}:{settings.serve_port}"
            raise ServeError(f"không nghe được ở {where} ({error.strerror}); hãy đổi CONGTIN_SERVE_PORT") from None


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


async def _run(settings: Settings, engine: Engine, tell: Tell, stop: asyncio.Event) -> None:
    logs = settings.var / "logs"
    server = Child("Máy chủ Prefect", ["flows.operate.server"], logs / "prefect-server.log", os.environ, tell)
    worker = Child(
        "Máy làm", ["flows.operate.worker", str(settings.serve_runs)], logs / "prefect-worker.log", os.environ, tell
    )
    server.start()
    try:
        if not await _answers(settings, server, stop):
            return
        async with get_client() as client:
            await _look(client, settings, engine, tell)
        worker.start()
        try:
            tell(f"Mở {site_url(settings)} để xem và chạy (Ctrl-C để dừng)")
            await _keep_looking(settings, engine, tell, stop)
        finally:
            tell("Đang dừng: chờ các lần chạy đóng phần đang làm …")
            await _end_runs(settings)
            await worker.stop(_WORKER_END)
            with suppress(Exception):  # a server that is down: the next start makes the states true
                async with asyncio.timeout(_SERVER_END), get_client() as client:
                    await reconcile(client, folder_of(settings), engine)
    finally:
        await server.stop(_SERVER_END)
        tell("Đã dừng.")


async def _answers(settings: Settings, server: Child, stop: asyncio.Event) -> bool:
    """Wait until the server answers; return False if asked to stop meanwhile."""
    tell_after = asyncio.get_running_loop().time() + SERVER_START
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while not stop.is_set():
        with suppress(OSError):
            await asyncio.to_thread(lambda: direct.open(f"{site_url(settings)}/api/health", timeout=5).close())
            return True
        if server.deaths >= 3 or asyncio.get_running_loop().time() > tell_after:
            raise ServeError(f"máy chủ Prefect không trả lời; xem {server.log}")
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 0.3)
    return False


async def _keep_looking(settings: Settings, engine: Engine, tell: Tell, stop: asyncio.Event) -> None:
    while not stop.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK)
            return
        try:
            async with get_client() as client:
                await _look(client, settings, engine, tell)
        except Exception as error:  # noqa: BLE001 - the server is away, the database too: the next look comes
            tell(f"Lần xem này không xong: {type(error).__name__}: {error}")


async def _look(client: PrefectClient, settings: Settings, engine: Engine, tell: Tell) -> None:
    """Put right what died, and let deployments follow the portal files, automations the code."""
    for said in await reconcile(client, folder_of(settings), engine):
        tell(said)
    good, broken = await asyncio.to_thread(portals.load_all)
    verdicts = await asyncio.to_thread(runs.last_seen, engine)
    done, _ = await deploy(client, good, broken, verdicts)
    also_done, _ = await automate(client, settings.notify)
    for step in done + also_done:
        tell(f"{step.name}: {ACT_LABELS[step.act]}")


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
