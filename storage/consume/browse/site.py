"""The Datasette application: which database it shows and how it is configured."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from datasette.app import Datasette
from datasette.database import Database
from datasette.plugins import pm
from sqlalchemy import Engine, event

from storage.consume.browse import labels
from storage.consume.browse.plugin import DATABASE, Plugin
from storage.consume.browse.snapshot import copy_views
from storage.consume.dictionary import VIEWS

HERE = Path(__file__).parent

FACETS: dict[str, list[str | dict[str, str]]] = {
    "v1_articles": ["portal", "section", {"year": "sort_date"}],
    "v1_changes": ["portal", "change", "cause"],
    "v1_links": ["kind"],
    "v1_attachments": ["portal", "state"],
    "v1_runs": ["portal", "verdict"],
    "v1_refusals": ["portal", "state", "reason"],
    "v1_coverage": ["portal", "section"],
}
NEWEST_FIRST = {
    "v1_articles": "sort_date",
    "v1_changes": "seq",
    "v1_article_versions": "seen_at",
    "v1_runs": "started_at",
    "v1_refusals": "fetched_at",
    "v1_readings": "reading_id",
    "v1_coverage": "month",
    "v1_restorations": "restored_at",
}

_SETTINGS = {
    "default_page_size": 30,
    "sql_time_limit_ms": 20_000,  # a count over a million articles; a reader at his own machine waits for it
    "facet_time_limit_ms": 5_000,
    "suggest_facets": False,  # it would try every column of every page
    "default_allow_sql": False,  # the tables hold what the views keep back
    "allow_download": False,
    "truncate_cells_html": 160,
}

_EXCEPTIONS = "datasette.handle_exception"


@contextmanager
def open_site(engine: Engine, scratch: Path) -> Iterator[Datasette]:
    """Give the application over a database; it is of this process alone, as Datasette's plugins are.

    Args:
        engine: the database. It is made read-only.
        scratch: folder for the copy of a PostgreSQL database's views, which is removed at the end.

    Raises:
        sqlalchemy.exc.DBAPIError: the database does not answer.
        OSError: the copy cannot be written.
    """
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _only_reading)
        engine.dispose()
        with _application(engine, Path(str(engine.url.database))) as site:
            yield site
    else:
        scratch.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="browse-", dir=scratch) as folder:
            path = Path(folder) / "views.db"
            reader = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            copy_views(reader, path)
            with _application(reader, path) as site:
                yield site


def _only_reading(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA query_only=ON")


@contextmanager
def _application(engine: Engine, path: Path) -> Iterator[Datasette]:
    plugin = Plugin(engine)
    pm.register(plugin)
    theirs = pm.unregister(name=_EXCEPTIONS)  # it prints every wrong address with all that is in memory
    try:
        site = Datasette(
            [],
            metadata=_metadata(),
            settings=_SETTINGS,
            template_dir=str(HERE / "templates"),
            static_mounts=[("giao-dien", str(HERE / "static"))],
        )
        site.remove_database("_memory")
        shown = Database(site, str(path), is_mutable=True)
        site.add_database(shown, name=DATABASE)
        yield site
        shown.close()
        if site.executor is not None:
            site.executor.shutdown()
    finally:
        pm.unregister(plugin)
        pm.register(theirs, _EXCEPTIONS)


def _metadata() -> dict[str, Any]:
    tables: dict[str, dict[str, Any]] = {}
    for view in VIEWS:
        told: dict[str, Any] = {
            "title": labels.VIEWS.get(view.name, view.name),
            "columns": {one.name: one.meaning for one in view.columns},
            "facets": FACETS.get(view.name, []),
        }
        if view.name in NEWEST_FIRST:
            told["sort_desc"] = NEWEST_FIRST[view.name]
        if view.name == "v1_articles":
            told |= {"fts_table": "search_index", "fts_pk": "article_id"}
        tables[view.name] = told
    return {"title": "congtin", "databases": {DATABASE: {"tables": tables}}}
