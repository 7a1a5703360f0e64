"""Articles over several pages: their further pages, and the captures that a reading was made from."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "further_page",
        sa.Column("address_id", sa.Text(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.Text(), nullable=False),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_run", sa.Text(), nullable=True),
        sa.Column("capture_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"], name=op.f("fk_further_page_address_id_address")),
        sa.ForeignKeyConstraint(["capture_id"], ["capture.record_id"], name=op.f("fk_further_page_capture_id_capture")),
        sa.PrimaryKeyConstraint("address_id", "page", name=op.f("pk_further_page")),
    )
    op.create_index(op.f("ix_further_page_page_id"), "further_page", ["page_id"])
    op.create_index(op.f("ix_further_page_portal_state"), "further_page", ["portal", "state"])
    op.create_table(
        "reading_page",
        sa.Column("reading_id", _BIG_ID, nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("capture_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["capture_id"], ["capture.record_id"], name=op.f("fk_reading_page_capture_id_capture")),
        sa.ForeignKeyConstraint(["reading_id"], ["reading.id"], name=op.f("fk_reading_page_reading_id_reading")),
        sa.PrimaryKeyConstraint("reading_id", "page", name=op.f("pk_reading_page")),
    )
    op.create_index(op.f("ix_reading_page_capture_id"), "reading_page", ["capture_id"])


def downgrade() -> None:
    """Undo."""
    op.drop_table("reading_page")
    op.drop_table("further_page")
