"""`congtin db`: the database's schema."""

import typer

from flows.cli.common import answering, connect_database

app = typer.Typer(help="Cơ sở dữ liệu.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep `upgrade` a sub-command, so that others can stand beside it."""


@app.command("upgrade")
def upgrade() -> None:
    """Đưa lược đồ cơ sở dữ liệu lên bản mới nhất (tạo nếu chưa có)."""
    from storage.database import migrate

    engine = connect_database()
    with answering():
        waiting = migrate.pending(engine)
        migrate.upgrade(engine)
    typer.echo("đã cập nhật" if waiting else "đã là bản mới nhất")
