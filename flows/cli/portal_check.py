"""`congtin portal check`: what keeps a portal's file from going to work."""

from typing import Annotated

import typer

from flows.cli.common import fail

PROBLEMS = 1
"""Exit code when anything is wrong."""


def check(
    name: Annotated[str | None, typer.Argument(metavar="CỔNG", help="Tên cổng; mọi cổng nếu không nêu.")] = None,
    *,
    fix: Annotated[bool, typer.Option("--fix", help="Viết lại tài liệu sinh tự động, dọn khoảng trắng.")] = False,
) -> None:
    """Kiểm tra tệp cổng mà không lên mạng: khai báo, TODO, quy tắc, ca kiểm thử, tài liệu (mã thoát 1 nếu có lỗi)."""
    from crawlers import portals
    from flows.steps.portals import check as checks

    try:
        files = portals.portal_files()
    except portals.PortalError as error:
        fail(str(error))
    if name is not None and name not in files:
        fail(f"không có cổng {name}; có: {', '.join(files)}")
    chosen = [(name, files[name])] if name is not None else list(files.items())
    if fix:
        for done in checks.fix(chosen):
            typer.echo(done)
    problems = [problem for one, file in chosen for problem in checks.check(one, file)]
    problems += checks.check_documents()
    for problem in problems:
        typer.echo(str(problem), err=True)
    if problems:
        typer.echo(f"{len(problems)} chỗ phải sửa.", err=True)
        raise typer.Exit(PROBLEMS)
    typer.echo(f"Tốt: {', '.join(one for one, _ in chosen)}")
