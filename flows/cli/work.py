"""`congtin work`: a further machine that runs portals."""

import asyncio
import os

import typer

from flows.cli.common import fail


def work() -> None:
    """Chạy một máy làm thêm: nhận việc từ máy chủ Prefect ở PREFECT_API_URL. Ctrl-C để dừng.

    CONGTIN_DATABASE_URL, CONGTIN_ARCHIVE_STORE và tệp các cổng là chung cho mọi máy; CONGTIN_VAR là của riêng máy này.
    """
    from flows.operate.environment import api_url, prefect_environment
    from storage.settings import settings

    api = api_url(settings())
    os.environ |= prefect_environment(settings(), api)
    from flows.operate.machine import ServeError
    from flows.operate.work import work as run

    try:
        asyncio.run(run(settings(), api, typer.echo))
    except ServeError as error:
        fail(str(error), 1)
