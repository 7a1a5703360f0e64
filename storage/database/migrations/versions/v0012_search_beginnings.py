"""SQLite finds words by their first one or two letters in an index, not by going through all that begin so."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    _make_anew(", prefix='1 2'")


def downgrade() -> None:
    """Take back."""
    _make_anew("")


def _make_anew(more: str) -> None:
    """Make the full-text table anew from `search`; the triggers that keep it stay."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_index")
        op.execute(
            "CREATE VIRTUAL TABLE search_index USING fts5(title, body, "
            f"content='search', content_rowid='article_id', tokenize='unicode61 remove_diacritics 0'{more})"
        )
        op.execute("INSERT INTO search_index(search_index) VALUES ('rebuild')")
