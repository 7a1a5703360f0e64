"""The search index: folded words and document numbers of the articles that are shown."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.document_numbers import find_numbers
from storage.words import folded

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_BODY_BYTES = 400_000
_CHUNK = 200

_POSTGRESQL = (
    """
    ALTER TABLE search ADD COLUMN words tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', body), 'D')) STORED
    """,
    "CREATE INDEX ix_search_words ON search USING gin (words)",
)
_SQLITE = (
    """
    CREATE VIRTUAL TABLE search_index USING fts5(
        title, body, content='search', content_rowid='article_id', tokenize='unicode61 remove_diacritics 0')
    """,
    """
    CREATE TRIGGER search_added AFTER INSERT ON search BEGIN
        INSERT INTO search_index(rowid, title, body) VALUES (new.article_id, new.title, new.body);
    END
    """,
    """
    CREATE TRIGGER search_removed AFTER DELETE ON search BEGIN
        INSERT INTO search_index(search_index, rowid, title, body)
            VALUES ('delete', old.article_id, old.title, old.body);
    END
    """,
    """
    CREATE TRIGGER search_changed AFTER UPDATE ON search BEGIN
        INSERT INTO search_index(search_index, rowid, title, body)
            VALUES ('delete', old.article_id, old.title, old.body);
        INSERT INTO search_index(rowid, title, body) VALUES (new.article_id, new.title, new.body);
    END
    """,
)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "search",
        sa.Column("article_id", _BIG_ID, nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_search_article_id_article")),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_search")),
    )
    op.create_table(
        "search_number",
        sa.Column("stem", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("article_id", _BIG_ID, nullable=False),
        sa.Column("printed", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_search_number_article_id_article")),
        sa.PrimaryKeyConstraint("stem", "key", "article_id", name=op.f("pk_search_number")),
    )
    op.create_index(op.f("ix_search_number_article_id"), "search_number", ["article_id"], unique=False)
    connection = op.get_bind()
    for statement in _POSTGRESQL if connection.dialect.name == "postgresql" else _SQLITE:
        connection.exec_driver_sql(statement)
    _fill(connection)


def _fill(connection: sa.Connection) -> None:
    """Enter the articles that are there, some hundreds at a time."""
    query = sa.text(
        "SELECT a.id, r.section, r.title, r.lead, r.text FROM article a JOIN reading r ON r.id = a.reading_id "
        "WHERE a.merged_into IS NULL AND a.withdrawn_at IS NULL AND a.id > :after ORDER BY a.id LIMIT :chunk"
    )
    after = 0
    while found := connection.execute(query, {"after": after, "chunk": _CHUNK}).all():
        after = found[-1].id
        entries: list[dict[str, Any]] = []
        numbers: list[dict[str, Any]] = []
        for row in found:
            text = f"{row.lead or ''}\n{row.text}"
            body = folded(text).encode()[:_BODY_BYTES].decode(errors="ignore")
            entries.append(
                {
                    "article_id": row.id,
                    "section": folded(row.section or ""),
                    "title": folded(row.title),
                    "body": body,
                }
            )
            numbers += [
                {"stem": one.stem, "key": one.key, "article_id": row.id, "printed": one.printed}
                for one in find_numbers(f"{row.title}\n{text}")
            ]
        connection.execute(
            sa.text(
                "INSERT INTO search (article_id, section, title, body) VALUES (:article_id, :section, :title, :body)"
            ),
            entries,
        )
        if numbers:
            connection.execute(
                sa.text(
                    "INSERT INTO search_number (stem, key, article_id, printed) "
                    "VALUES (:stem, :key, :article_id, :printed)"
                ),
                numbers,
            )


def downgrade() -> None:
    """Take back."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_index")
    op.drop_table("search_number")
    op.drop_table("search")
