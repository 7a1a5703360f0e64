"""`congtin serve`: everything that an operator needs, on one machine."""

import asyncio
import os

import typer

from flows.cli.common import fail


def serve() -> None:
    """Chạy mọi thứ người vận hành cần: máy chủ Prefect và màn hình, lịch của các cổng, máy làm. Ctrl-C để dừng."""
    from flows.operate.environment import prefect_environment, site_url
    from storage.settings import settings

    os.environ |= prefect_environment(settings(), f"{site_url(settings())}/api")
    from crawlers.portals import PortalError
    from flows.operate.machine import ServeError
    from flows.operate.serve import serve as run

    try:
        asyncio.run(run(settings(), typer.echo))
    except (ServeError, PortalError) as error:
        fail(str(error), 1)
