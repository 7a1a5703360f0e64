"""`congtin forget`: what was published about someone is taken away, for ever."""

from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.common import NOT_FOUND, answering, fail, open_database, screen, table

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

    from storage.database.traces import Traces

_BUSY = 75
_DENIED = 77


def forget(
    url: Annotated[str | None, typer.Argument(metavar="URL", help="Địa chỉ của bài.", show_default=False)] = None,
    *,
    reason: Annotated[str, typer.Option(help="Vì sao xóa: đơn số mấy, ngày nào.", show_default=False)] = "",
    portal: Annotated[str | None, typer.Option(help="Cổng, nếu nhiều cổng có địa chỉ này.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Không hỏi lại.")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Xóa lại những gì đã quên, sau khi khôi phục bản sao lưu của kho.")
    ] = False,
) -> None:
    """Xóa một bài vĩnh viễn, ở mọi địa chỉ của nó: nội dung, phiên bản, tìm kiếm, bản lưu.

    Chỉ còn dòng `withdrawn` trong v1_changes và một dấu vết không chứa địa chỉ. Bài không bao giờ được thu lại.
    """
    from functools import partial

    from storage.archive import portals
    from storage.database.forget import complete
    from storage.database.forget import forget as forget_addresses
    from storage.settings import settings

    if again == (url is not None):
        fail("hãy nêu địa chỉ của bài, hoặc --again mà không có địa chỉ")
    engine = open_database()
    archive = settings().archive
    with answering():
        if url is None:
            names = [portal] if portal else portals(archive)
            for name in names:
                erased = _alone(engine, name, partial(complete, engine, archive, name, every=True))
                typer.echo(f"{name}: đã xóa lại {erased} bản ghi trong kho lưu")
            engine.dispose()
            return
        if not reason.strip():
            fail("--reason: hãy nêu vì sao xóa")
        traces = _found(engine, url, portal)
        _show(traces)
        if not yes and not typer.confirm("Xóa vĩnh viễn, không thể lấy lại?"):
            raise typer.Exit(1)
        _alone(
            engine,
            traces.portal,
            lambda: forget_addresses(engine, archive, traces.portal, list(traces.addresses), reason, _user()),
        )
        _unlink(engine)
    engine.dispose()
    typer.echo(
        "Đã xóa. Các bản sao lưu và bản xuất đã giao đi không tự mất: hãy xóa chúng theo hạn, và báo người nhận\n"
        "đọc v1_changes. Sau khi khôi phục một bản sao lưu: `congtin forget --again`."
    )


def _found(engine: "Engine", url: str, portal: str | None) -> "Traces":
    from storage.database.traces import find_traces, places

    found = places(engine, url)
    if portal is not None:
        found = {name: key for name, key in found.items() if name == portal}
    if not found:
        fail(f"không có địa chỉ {url!r}", NOT_FOUND)
    if len(found) > 1:
        fail(f"địa chỉ này có ở nhiều cổng; hãy nêu --portal: {', '.join(sorted(found))}")
    ((name, key),) = found.items()
    with engine.connect() as connection:
        return find_traces(connection, name, [key])


def _show(traces: "Traces") -> None:
    from rich.text import Text

    shown = table(f"Sẽ xóa ở cổng {traces.portal}", "gì", "là")
    for number, title in sorted(traces.articles.items()):
        shown.add_row(f"bài {number}", Text(title))
    for address in sorted(traces.addresses.values()):
        shown.add_row("địa chỉ", Text(address))
    shown.add_row("bản lưu", f"{len(traces.captures)} bản ghi")
    screen().print(shown)


def _alone(engine: "Engine", portal: str, work: "Callable[[], int | None]") -> int:
    """Do the work while no run of the portal is under way and every segment is sealed; return its number."""
    import asyncio
    from contextlib import closing

    from sqlalchemy.exc import ProgrammingError

    from flows.steps.locks import PortalBusyError, crawl_lock, portal_lock
    from storage import archive as warc
    from storage.database.leases import Leases
    from storage.database.sharing import share
    from storage.settings import settings

    async def locked() -> int:
        locks = settings().var / "locks"
        with closing(Leases(engine)) as leases:
            async with portal_lock(locks, portal, leases), crawl_lock(locks, portal):
                warc.recover(settings().archive, portal)
                erased = work() or 0
                share(engine, settings().archive, portal)
                return erased

    try:
        return asyncio.run(locked())
    except PortalBusyError as error:
        fail(f"{error} Hãy chạy lại khi xong.", _BUSY)
    except warc.ArchiveError as error:
        fail(f"kho lưu: {error}. Chạy lại lệnh này sau khi sửa; phần còn lại sẽ được xóa tiếp.", NOT_FOUND)
    except ProgrammingError as error:
        fail(
            f"vai trò này không được xóa ({str(error.orig).splitlines()[0]}); hãy dùng vai trò eraser "
            "(`congtin db roles`) và chạy lại",
            _DENIED,
        )


def _unlink(engine: "Engine") -> None:
    """Have the links of the articles go as well."""
    from storage.database.links import follow

    follow(engine)


def _user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "?"
