"""`congtin browse`: the data in a browser."""

import socket
from typing import Annotated

import typer

from flows.cli.common import answering, fail, open_database


def browse(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Cổng mạng trên máy này; 0: cổng trống bất kỳ.")] = 8001,
) -> None:
    """Xem dữ liệu trong trình duyệt (Datasette): tìm, lọc, từng bài với phiên bản và bằng chứng. Chỉ đọc."""
    import uvicorn

    from storage.consume.browse import open_site
    from storage.settings import settings

    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        fail(f"--port {port}: {error.strerror}; hãy chọn cổng khác")
    engine = open_database()
    if engine.dialect.name == "postgresql":
        typer.echo("Đang chép các khung nhìn của PostgreSQL ra tệp tạm để Datasette đọc …", err=True)
    with answering(), open_site(engine, settings().var / "tmp") as site:
        typer.echo(f"Mở http://127.0.0.1:{listener.getsockname()[1]}/ (Ctrl-C để dừng)")
        server = uvicorn.Server(uvicorn.Config(site.app(), log_level="warning", lifespan="on"))
        server.run(sockets=[listener])
    engine.dispose()
