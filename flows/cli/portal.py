"""`congtin portal`: the portal files."""

import typer

from flows.cli.common import fail, screen, table

app = typer.Typer(help="Các cổng và tệp khai báo của chúng.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep `list` a sub-command, so that others can stand beside it."""


@app.command("list")
def list_portals() -> None:
    """Liệt kê các cổng; tệp hỏng được nêu riêng (mã thoát 1)."""
    from crawlers import portals

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
            portal.cron,
        )
    screen().print(shown)
    for file in broken:
        typer.echo(f"congtin: {file.message}", err=True)
    if broken:
        raise typer.Exit(1)
