"""A further machine: it runs portals for a Prefect server elsewhere, with the same database and the same store."""

import asyncio
import urllib.request
from contextlib import suppress

from prefect.client.orchestration import get_client

from flows.operate.deployments import PORTALS
from flows.operate.machine import LOOK, ServeError, Tell, place, run_portals, stop_asked
from storage.settings import Settings


async def work(settings: Settings, api: str, tell: Tell) -> None:
    """Run until SIGTERM or SIGINT; return when all that was started has ended.

    Args:
        settings: congtin's; the environment is Prefect's already (`prefect_environment`).
        api: address of the server's API.
        tell: is told, in Vietnamese, what an operator has to know.

    Raises:
        ServeError: it cannot start.
    """
    stop = stop_asked()
    if settings.database_url is None:
        raise ServeError("hãy đặt CONGTIN_DATABASE_URL: PostgreSQL mà mọi máy dùng chung")
    with place(settings, "work.lock", "congtin work") as engine:
        if not settings.archive_store:
            tell("CONGTIN_ARCHIVE_STORE chưa đặt: kho lưu của máy này chỉ máy này đọc được.")
        told = False
        while not stop.is_set():
            if (why := await _refused(api)) is None:
                tell(f"Làm cho {api} (Ctrl-C để dừng)")
                await run_portals(settings, engine, (PORTALS,), _nothing, tell, stop)
                break
            if not told:
                tell(f"Chờ máy chủ Prefect ở {api}: {why}")
                told = True
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK / 10)
    tell("Đã dừng.")


async def _refused(api: str) -> str | None:
    """Return why the server takes no worker; None if it does."""
    try:
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        await asyncio.to_thread(lambda: direct.open(f"{api}/health", timeout=5).close())
    except OSError as error:  # one that asks who we are answers too
        if getattr(error, "code", None) != 401:
            return str(error)
    try:
        async with get_client() as client:
            await client.read_work_pools(limit=1)
    except Exception as error:  # noqa: BLE001 - whatever is between us and the server
        return f"{type(error).__name__}: {error}"
    return None


async def _nothing() -> None:
    """Do nothing besides: the deployments are made where the server is."""
