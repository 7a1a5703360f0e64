"""Near-duplicates: keys, signatures, links, stories, and the follower's cursor."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "link_key",
        sa.Column("hash", _BIG_ID, autoincrement=False, nullable=False),
        sa.Column("article_id", _BIG_ID, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("hash", "article_id", name=op.f("pk_link_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "link_signature",
        sa.Column("article_id", _BIG_ID, autoincrement=False, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("keys", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_link_signature")),
    )
    op.create_table(
        "link",
        sa.Column("a", _BIG_ID, autoincrement=False, nullable=False),
        sa.Column("b", _BIG_ID, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("similarity", sa.Float(), nullable=False),
        sa.Column("containment", sa.Float(), nullable=False),
        sa.Column("longer_id", _BIG_ID, nullable=True),
        sa.Column("first_id", _BIG_ID, nullable=False),
        sa.Column("first_basis", sa.Text(), nullable=False),
        sa.Column("found_at", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("a", "b", name=op.f("pk_link")),
    )
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_b"), ["b"], unique=False)
    op.create_table(
        "story",
        sa.Column("id", _BIG_ID, autoincrement=False, nullable=False),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.Column("first_id", _BIG_ID, nullable=True),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.Column("merged_into", _BIG_ID, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story")),
    )
    op.create_table(
        "story_article",
        sa.Column("article_id", _BIG_ID, autoincrement=False, nullable=False),
        sa.Column("story_id", _BIG_ID, nullable=False),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_story_article")),
    )
    with op.batch_alter_table("story_article", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_story_article_story_id"), ["story_id"], unique=False)
    op.create_table(
        "follower",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("seq", _BIG_ID, nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_follower")),
    )


def downgrade() -> None:
    """Undo."""
    for table in ("follower", "story_article", "story", "link", "link_signature", "link_key"):
        op.drop_table(table)
