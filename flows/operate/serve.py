"""Everything that an operator needs on one machine, kept alive.

Prefect's server, a worker, and a look every half minute that lets the deployments follow the portal files and puts
right what died.

The order of the end: the runs seal and close themselves, the worker goes, states are made true, the server goes last.
"""

import asyncio
import os
import socket
import urllib.request
from contextlib import suppress

from prefect.client.orchestration import get_client
from sqlalchemy import Engine

from crawlers import portals
from flows.operate.automations import automate
from flows.operate.child import Child
from flows.operate.deployments import deploy
from flows.operate.environment import is_loopback, site_url
from flows.operate.machine import ServeError, Tell, place, run_portals, stop_asked
from flows.operate.plan import ACT_LABELS
from storage.database import runs
from storage.settings import Settings

SERVER_START = 120.0
"""Seconds that the server is given to answer: a first start makes its database, some 6 s on an idle machine."""
_SERVER_END = 10.0


async def serve(settings: Settings, tell: Tell) -> None:
    """Run until SIGTERM or SIGINT; return when all that was started has ended.

    Args:
        settings: congtin's; the environment is Prefect's already (`prefect_environment`).
        tell: is told, in Vietnamese, what an operator has to know.

    Raises:
        ServeError: it cannot start.
    """
    stop = stop_asked()
    _check(settings)
    with place(settings, "serve.lock", "congtin serve") as engine:
        await _run(settings, engine, tell, stop)


def _check(settings: Settings) -> None:
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


async def _run(settings: Settings, engine: Engine, tell: Tell, stop: asyncio.Event) -> None:
    log = settings.var / "logs" / "prefect-server.log"
    server = Child("Máy chủ Prefect", ["flows.operate.server"], log, os.environ, tell)
    server.start()
    try:
        if not await _answers(settings, server, stop):
            return
        await _follow(settings, engine, tell)
        tell(f"Mở {site_url(settings)} để xem và chạy (Ctrl-C để dừng)")
        await run_portals(settings, engine, (), lambda: _follow(settings, engine, tell), tell, stop)
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


async def _follow(settings: Settings, engine: Engine, tell: Tell) -> None:
    """Let deployments follow the portal files, automations the code."""
    good, broken = await asyncio.to_thread(portals.load_all)
    verdicts = await asyncio.to_thread(runs.last_seen, engine)
    async with get_client() as client:
        done, _ = await deploy(client, good, broken, verdicts)
        also_done, _ = await automate(client, settings.notify)
    for step in done + also_done:
        tell(f"{step.name}: {ACT_LABELS[step.act]}")
