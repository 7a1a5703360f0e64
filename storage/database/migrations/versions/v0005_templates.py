"""Learned boilerplate: pages of the window, templates, blocks kept; the template of a reading."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "template_page",
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("address_id", sa.Text(), nullable=False),
        sa.Column("capture_id", sa.Text(), nullable=False),
        sa.Column("fetched_at", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("blocks", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("portal", "address_id", name=op.f("pk_template_page")),
    )
    op.create_table(
        "template",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("blocks", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_template_portal"), "template", ["portal"])
    op.create_table(
        "template_keep",
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("block_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("portal", "block_id", name=op.f("pk_template_keep")),
    )
    op.add_column("reading", sa.Column("template", sa.Text(), nullable=True))


def downgrade() -> None:
    """Undo."""
    op.drop_column("reading", "template")
    op.drop_table("template_keep")
    op.drop_index(op.f("ix_template_portal"), "template")
    op.drop_table("template")
    op.drop_table("template_page")
