"""`congtin deploy`: the deployments, made from the portal files."""

import asyncio
import os
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.common import fail

if TYPE_CHECKING:
    from flows.operate.plan import Difference, Step


def deploy(
    *,
    reset: Annotated[
        bool, typer.Option("--reset", help="Bỏ cả những gì đã sửa trên màn hình: tạm dừng, lịch.")
    ] = False,
) -> None:
    """Tạo, sửa, xóa deployment của Prefect theo tệp các cổng. Tạm dừng và lịch sửa trên màn hình được giữ."""
    from crawlers.portals import PortalError, load_all
    from flows.operate.environment import api_url, prefect_environment
    from storage.settings import settings

    api = api_url(settings())
    os.environ |= prefect_environment(settings(), api)
    from flows.operate.deployments import deploy_files

    try:
        good, broken = load_all()
    except PortalError as error:
        fail(str(error))
    for file in broken:
        typer.echo(f"congtin: {file.message}", err=True)
    try:
        done, kept = asyncio.run(deploy_files(settings(), good, broken, reset=reset))
    except Exception as error:  # noqa: BLE001 - whatever is between us and the server
        fail(f"máy chủ Prefect ở {api} không nhận: {type(error).__name__}: {error}; `congtin serve` chạy nó", 1)
    _show(done, kept)


def _show(done: "list[Step]", kept: "list[Difference]") -> None:
    from flows.operate.plan import ACT_LABELS, KEPT_LABELS

    for step in done:
        typer.echo(f"{step.name}: {ACT_LABELS[step.act]} [{step.act.value}]")
    if not done:
        typer.echo("Không có gì phải đổi.")
    if kept:
        typer.echo("Khác với tệp của cổng vì đã sửa trên màn hình, được giữ nguyên (--reset bỏ chúng):")
    for one in kept:
        detail = f": {one.detail}" if one.detail else ""
        typer.echo(f"  {one.name}: {KEPT_LABELS[one.kept]} [{one.kept.value}]{detail}")
