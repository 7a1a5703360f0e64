"""`congtin portal`: the portal files."""

from typing import Annotated

import typer

from flows.cli import portal_check, portal_new, portal_probe, portal_try
from flows.cli.common import fail, screen, table

app = typer.Typer(help="Các cổng và tệp khai báo của chúng.", no_args_is_help=True)


app.command("new")(portal_new.new)
app.command("try")(portal_try.try_page)
app.command("check")(portal_check.check)
app.command("probe")(portal_probe.probe)


@app.command("list")
def list_portals() -> None:
    """Liệt kê các cổng; tệp hỏng được nêu riêng (mã thoát 1)."""
    from crawlers import portals
    from crawlers.cadence import LABELS, cron_of

    try:
        good, broken = portals.load_all()
    except portals.PortalError as error:
        fail(str(error))
    shown = table(
        "Các cổng", "tên", "cổng", "nền tảng", "vòng đời", "xác minh", "danh sách", "lịch", numbers=("danh sách",)
    )
    for portal in good:
        shown.add_row(
            portal.name,
            portal.title,
            portal.platform,
            portal.lifecycle.value,
            portal.verified.isoformat() if portal.verified else "chưa",
            str(len(portal.listings)),
            f"{LABELS[portal.cadence]} ({cron_of(portal, portal.cadence)})" if portal.cadence else "không",
        )
    screen().print(shown)
    for file in broken:
        typer.echo(f"congtin: {file.message}", err=True)
    if broken:
        raise typer.Exit(1)


@app.command("boilerplate")
def boilerplate(
    name: Annotated[str, typer.Argument(metavar="CỔNG", help="Tên cổng.")],
    keep: Annotated[str | None, typer.Option(metavar="MÃ", help="Giữ khối này mãi mãi: từ nay nó là nội dung.")] = None,
    drop_keep: Annotated[str | None, typer.Option(metavar="MÃ", help="Thôi giữ khối này.")] = None,
    reason: Annotated[str, typer.Option(metavar="LÝ DO", help="Vì sao giữ.")] = "",
) -> None:
    """Liệt kê các khối của khung trang đã học từ chính các trang của cổng; giữ lại khối là nội dung."""
    from crawlers import portals
    from flows.cli.common import answering, open_database
    from flows.steps import templates
    from storage.database import templates as store

    try:
        portals.load(name)
    except portals.PortalError as error:
        fail(str(error))
    if keep and drop_keep:
        fail("--keep và --drop-keep không đi cùng nhau")
    if reason and not keep:
        fail("--reason đi cùng --keep")
    engine = open_database()
    with answering():
        try:
            if keep:
                block = templates.keep(engine, name, keep, reason)
                typer.echo(f"Đã giữ khối {block.id}: {block.example}")
                typer.echo("Bài được đọc từ lần chạy sau có lại khối này; bài cũ có lại nó khi trang được tải lại.")
                return
            if drop_keep:
                templates.drop_keep(engine, name, drop_keep)
                typer.echo(f"Đã thôi giữ khối {drop_keep}.")
                return
        except templates.UnknownBlockError as error:
            what = "không có khối" if keep else "không giữ khối"
            fail(f"cổng {name} {what} {error}; `congtin portal boilerplate {name}` liệt kê các khối")
        stored, kept = store.current(engine, name), store.kept(engine, name)
    if stored is None:
        typer.echo(f"Cổng {name} chưa học được khối nào: cần vài trang bài khác nhau đã tải.")
        return
    made = f"{stored.made_at:%d/%m/%Y %H:%M}"
    title = f"Khung trang của {name}: phiên bản {stored.version or 'trống'}, {made}, học từ {stored.pages} trang"
    shown = table(title, "mã", "chỗ", "chữ (ví dụ)", "trang", "từ ngày", "giữ", numbers=("trang",))
    for block, since, is_kept in templates.learned_of(stored):
        text = block.example if block.text != templates.EVERYTHING else f"mọi chữ ở chỗ này, như: {block.example}"
        why = kept[block.id].reason or "có" if is_kept and block.id in kept else ""
        shown.add_row(block.id, block.place.rsplit(">", 1)[-1], text, str(block.pages), since, why)
    screen().print(shown)
