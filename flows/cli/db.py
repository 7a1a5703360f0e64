"""`congtin db`: the database's schema, and the database made anew from the archive."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.common import answering, connect_database, fail, open_database

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from crawlers.portal import Portal

app = typer.Typer(help="Cơ sở dữ liệu.", no_args_is_help=True)


@app.command("upgrade")
def upgrade() -> None:
    """Đưa lược đồ cơ sở dữ liệu lên bản mới nhất (tạo nếu chưa có)."""
    from storage.database import migrate

    engine = connect_database()
    with answering():
        waiting = migrate.pending(engine)
        migrate.upgrade(engine)
    typer.echo("đã cập nhật" if waiting else "đã là bản mới nhất")


@app.command("roles")
def roles(
    prefix: Annotated[str, typer.Option(help="Đầu tên của các vai trò.")] = "congtin",
) -> None:
    """In SQL tạo các vai trò trên PostgreSQL: owner, migrator, loader, eraser, reader.

    Chạy bằng tài khoản quản trị, sau `congtin db upgrade`: `congtin db roles | psql …`; chạy lại được.
    """
    import re

    from storage.database.roles import setup

    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,40}", prefix):
        fail("--prefix: chỉ gồm chữ thường, chữ số và dấu _")
    typer.echo(setup(prefix), nl=False)


@app.command("rebuild")
def rebuild() -> None:
    """Dựng lại cơ sở dữ liệu trống từ kho lưu: mọi bản ghi, mọi bài, mọi quyết định của người vận hành.

    Bị ngắt thì chạy lại: làm tiếp từ chỗ dừng. Mã thoát 1 nếu có thư mục lưu mà cổng không còn tệp khai báo.
    """
    from crawlers.portals import PortalError, load
    from flows.steps.rebuild import NotEmptyError, check_empty
    from storage.archive import portals
    from storage.settings import settings

    engine = open_database(upgrade=True)
    with answering():
        try:
            check_empty(engine)
        except NotEmptyError as error:
            fail(f"cơ sở dữ liệu không trống ({error}); hãy đặt CONGTIN_DATABASE_URL tới một cơ sở dữ liệu mới")
        chosen, missing = [], []
        for name in portals(settings().archive):
            try:
                chosen.append(load(name))
            except PortalError:
                missing.append(name)
        asyncio.run(_rebuild(engine, chosen))
    engine.dispose()
    for name in missing:
        typer.echo(f"congtin: kho lưu có {name} mà không có tệp khai báo của cổng", err=True)
    if missing:
        raise typer.Exit(1)


async def _rebuild(engine: "Engine", chosen: "Sequence[Portal]") -> None:
    """Rebuild portals one after another, each as a run of its own."""
    from dataclasses import asdict

    from flows.steps.house import open_house
    from flows.steps.locks import PortalBusyError, portal_lock
    from flows.steps.rebuild import MODE, rebuild_portal
    from storage.database import runs
    from storage.settings import settings
    from storage.vocabulary import VERDICTS, Verdict

    with open_house(settings(), engine, chosen) as house:
        for portal in chosen:
            try:
                async with portal_lock(settings().var / "locks", portal.name, house.leases):
                    runs.close_stale(engine, portal.name)
                    run_id = runs.start_run(engine, portal=portal.name, mode=MODE)
                    counts = await rebuild_portal(portal, house, run_id)
                    reason = f"Dựng lại từ kho lưu: {counts.indexed} bản ghi, {counts.new} bài."
                    runs.finish_run(engine, run_id, Verdict.OK, reason, asdict(counts))
            except PortalBusyError as error:
                fail(str(error), VERDICTS[Verdict.SKIPPED].exit_code)
            typer.echo(f"{portal.name}: {reason}")
