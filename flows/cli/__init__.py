"""The `congtin` command: a module for each noun or verb.

What a command needs is imported when it runs, so that `congtin --help` stays quick.
"""

import typer

from flows.cli import (
    backup,
    browse,
    db,
    decide,
    deploy,
    diff,
    doctor,
    export,
    forget,
    ingest,
    links,
    portal,
    read,
    search,
    serve,
    show,
    status,
    work,
)
from flows.cli.common import fail

app = typer.Typer(
    name="congtin",
    help="Thu thập, đọc và lưu bài của các cổng thông tin điện tử.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _settings() -> None:
    """Read the settings first: an unusable one is a usage error that names it."""
    from pydantic import ValidationError

    from storage.settings import UnknownSettingError, settings

    try:
        settings()
    except UnknownSettingError as error:
        fail(str(error))
    except ValidationError as error:
        fail("; ".join(f"CONGTIN_{'_'.join(map(str, one['loc'])).upper()}: {one['msg']}" for one in error.errors()))


app.command("ingest")(ingest.ingest)
app.command("read")(read.read)
app.command("serve")(serve.serve)
app.command("work")(work.work)
app.command("deploy")(deploy.deploy)
app.command("status")(status.status)
app.command("show")(show.show)
app.command("diff")(diff.diff)
app.command("browse")(browse.browse)
app.command("forget")(forget.forget)
app.command("export")(export.export)
app.command("doctor")(doctor.doctor)
app.command("held")(decide.held)
app.command("release")(decide.release)
app.command("reject")(decide.reject)
app.command("search")(search.search)
app.add_typer(links.app, name="links")
app.add_typer(portal.app, name="portal")
app.add_typer(db.app, name="db")
app.add_typer(backup.app, name="backup")


def main() -> None:
    """Run the command line; ends the process."""
    app()
