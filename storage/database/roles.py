"""Roles on PostgreSQL: who may do what, told table by table from the models, so that it cannot go stale.

`owner` owns everything and logs in nowhere; `migrator` acts as the owner; `loader` runs the pipeline and cannot take
anything published away; `eraser` may delete, for `congtin forget`; `reader` sees the `v1_*` views alone, and which
revision they are of.
"""

from collections.abc import Iterator

from sqlalchemy import Table

from storage.consume.dictionary import VIEWS
from storage.database.models import (
    attachment,
    change,
    decision,
    follower,
    further_page,
    image,
    link,
    link_key,
    link_signature,
    metadata,
    portal_unit,
    reading,
    reading_page,
    schema_note,
    search,
    search_number,
    story,
    story_article,
    template,
    template_keep,
    template_page,
    version,
    view_count,
)

NAMES = ("owner", "migrator", "loader", "eraser", "reader")

_APPENDED: dict[Table, tuple[str, ...]] = {
    version: ("reading_id",),
    reading: (),
    reading_page: (),
    image: (),
    attachment: (),
    view_count: (),
    change: (),
    decision: (),
    template: (),
}
"""Tables whose rows stay as they were written, and the columns that may still change in them."""

_DERIVED = (
    portal_unit,
    search,
    search_number,
    link,
    link_key,
    link_signature,
    story,
    story_article,
    follower,
    further_page,
    template_page,
    template_keep,
)
"""Tables that the pipeline takes rows out of: made of others or of portal files, or a memory of the crawl."""

_STATEMENT_TIMEOUT = "30s"


def setup(prefix: str = "congtin") -> str:
    """Return SQL that makes the roles of a migrated database and grants what each may do; may be run again.

    For an administrator. Roles get no password here.
    """
    return "\n".join([*_roles(prefix), *grants(prefix)]) + "\n"


def _roles(prefix: str) -> Iterator[str]:
    owner = f"{prefix}_owner"
    for name in NAMES:
        login = "NOLOGIN" if name == "owner" else "LOGIN"
        yield (f"DO $$ BEGIN CREATE ROLE {prefix}_{name} {login}; EXCEPTION WHEN duplicate_object THEN NULL; END $$;")
    yield f"GRANT {owner} TO {prefix}_migrator;"
    yield f"ALTER ROLE {prefix}_migrator SET role = '{owner}';"
    yield f"ALTER ROLE {prefix}_reader SET default_transaction_read_only = on;"
    yield f"ALTER ROLE {prefix}_reader SET statement_timeout = '{_STATEMENT_TIMEOUT}';"
    yield "REVOKE CREATE ON SCHEMA public FROM PUBLIC;"
    yield f"GRANT USAGE, CREATE ON SCHEMA public TO {owner};"
    for table in (*metadata.sorted_tables, "alembic_version"):
        yield f"ALTER TABLE {table} OWNER TO {owner};"
    for view in VIEWS:
        yield f"ALTER VIEW {view.name} OWNER TO {owner};"
    yield f"ALTER FUNCTION v1_folded(text) OWNER TO {owner};"
    yield (
        f"INSERT INTO schema_note (name, value) VALUES ('roles', '{prefix}') "  # noqa: S608 - a checked name
        "ON CONFLICT (name) DO UPDATE SET value = excluded.value;"
    )


def grants(prefix: str) -> Iterator[str]:
    """Yield the grants: `upgrade` gives them anew, since views are made anew and tables are added."""
    loader, eraser, reader = (f"{prefix}_{name}" for name in ("loader", "eraser", "reader"))
    yield f"GRANT USAGE ON SCHEMA public TO {loader}, {eraser}, {reader};"
    for table in metadata.sorted_tables:
        yield f"REVOKE ALL ON {table.name} FROM {loader}, {eraser}, {reader};"
        yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table.name} TO {eraser};"
        yield f"GRANT SELECT ON {table.name} TO {loader};"
        if table is schema_note:
            continue
        yield f"GRANT INSERT ON {table.name} TO {loader};"
        if table not in _APPENDED:
            yield f"GRANT UPDATE ON {table.name} TO {loader};"
        elif changing := _APPENDED[table]:
            yield f"GRANT UPDATE ({', '.join(changing)}) ON {table.name} TO {loader};"
        if table in _DERIVED:
            yield f"GRANT DELETE ON {table.name} TO {loader};"
    yield f"GRANT SELECT ON alembic_version TO {loader}, {eraser}, {reader};"
    yield f"GRANT SELECT ON {schema_note.name} TO {reader};"  # whether the views are those that a command was made for
    yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {loader}, {eraser};"
    for view in VIEWS:
        yield f"GRANT SELECT ON {view.name} TO {loader}, {eraser}, {reader};"
