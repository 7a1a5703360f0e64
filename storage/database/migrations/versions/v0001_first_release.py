"""Tables of the first release."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "article",
        sa.Column("id", _BIG_ID, nullable=False),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("address_id", sa.Text(), nullable=False),
        sa.Column("version_no", sa.Integer(), nullable=False),
        sa.Column("version_hash", sa.Text(), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("reading_id", _BIG_ID, nullable=False),
        sa.Column("first_seen_at", sa.Text(), nullable=False),
        sa.Column("last_seen_at", sa.Text(), nullable=False),
        sa.Column("last_visit_at", sa.Text(), nullable=False),
        sa.Column("gone_at", sa.Text(), nullable=True),
        sa.Column("sort_date", sa.Text(), nullable=False),
        sa.Column("sort_date_basis", sa.Text(), nullable=False),
        sa.Column("split_from", _BIG_ID, nullable=True),
        sa.Column("merged_into", _BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(["merged_into"], ["article.id"], name=op.f("fk_article_merged_into_article")),
        sa.ForeignKeyConstraint(["split_from"], ["article.id"], name=op.f("fk_article_split_from_article")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_article_portal_sort_date"), ["portal", "sort_date"], unique=False)
        batch_op.create_index(batch_op.f("ix_article_split_from"), ["split_from"], unique=False)
        batch_op.create_index(batch_op.f("ix_article_version_hash"), ["version_hash"], unique=False)

    op.create_table(
        "capture",
        sa.Column("seq", _BIG_ID, nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("address_id", sa.Text(), nullable=True),
        sa.Column("fetched_at", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("payload_sha256", sa.Text(), nullable=False),
        sa.Column("payload_size", _BIG_ID, nullable=False),
        sa.Column("listing", sa.Text(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("item", sa.Text(), nullable=True),
        sa.Column("parent", sa.Text(), nullable=False),
        sa.Column("redirect_to", sa.Text(), nullable=True),
        sa.Column("segment", sa.Text(), nullable=False),
        sa.Column("segment_offset", _BIG_ID, nullable=False),
        sa.Column("segment_length", _BIG_ID, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("settled", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("article_id", _BIG_ID, nullable=True),
        sa.Column("effect", sa.Text(), nullable=True),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("loaded_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_capture")),
        sa.UniqueConstraint("record_id", name=op.f("uq_capture_record_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("capture", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_capture_address_id"), ["address_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_capture_article_id"), ["article_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_capture_portal_purpose_run_id"), ["portal", "purpose", "run_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_capture_portal_state_seq"), ["portal", "state", "seq"], unique=False)
        batch_op.create_index(batch_op.f("ix_capture_redirect_to"), ["redirect_to"], unique=False)
        batch_op.create_index(batch_op.f("ix_capture_run_id"), ["run_id"], unique=False)

    op.create_table(
        "feed",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", _BIG_ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed")),
    )
    op.create_table(
        "listing",
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("open_pages", sa.Integer(), server_default="0", nullable=False),
        sa.Column("complete_at", sa.Text(), nullable=True),
        sa.Column("complete_run", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("portal", "key", name=op.f("pk_listing")),
    )
    op.create_table(
        "portal",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("lifecycle", sa.Text(), nullable=False),
        sa.Column("lifecycle_note", sa.Text(), nullable=False),
        sa.Column("successor", sa.Text(), nullable=True),
        sa.Column("valid_to", sa.Text(), nullable=True),
        sa.Column("verified", sa.Text(), nullable=True),
        sa.Column("reuse", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_portal")),
    )
    op.create_table(
        "run",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("started_at", sa.Text(), nullable=False),
        sa.Column("heartbeat_at", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.Text(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("counts", sa.Text(), nullable=True),
        sa.Column("report", sa.Text(), nullable=True),
        sa.Column("host", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_run_portal_started_at"), ["portal", "started_at"], unique=False)

    op.create_table(
        "schema_note",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_schema_note")),
    )
    op.create_table(
        "segment",
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("indexed_to", _BIG_ID, nullable=False),
        sa.PrimaryKeyConstraint("portal", "name", name=op.f("pk_segment")),
    )
    op.create_table(
        "address",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("listing", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=True),
        sa.Column("article_id", _BIG_ID, nullable=True),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("first_seen_at", sa.Text(), nullable=False),
        sa.Column("last_seen_at", sa.Text(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("content_hash", sa.Text(), nullable=True),
        sa.Column("missed_on", sa.Text(), nullable=True),
        sa.Column("missed_seq", _BIG_ID, nullable=True),
        sa.Column("gone_at", sa.Text(), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tried_run", sa.Text(), nullable=True),
        sa.Column("retry_at", sa.Text(), nullable=True),
        sa.Column("closed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_address_article_id_article")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address")),
    )
    with op.batch_alter_table("address", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_address_article_id"), ["article_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_address_portal"), ["portal"], unique=False)

    op.create_table(
        "change",
        sa.Column("seq", _BIG_ID, autoincrement=False, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("article_id", _BIG_ID, nullable=False),
        sa.Column("version_no", sa.Integer(), nullable=False),
        sa.Column("changed_fields", sa.Text(), nullable=False),
        sa.Column("other_article_id", _BIG_ID, nullable=True),
        sa.Column("capture_id", sa.Text(), nullable=True),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_change_article_id_article")),
        sa.ForeignKeyConstraint(["other_article_id"], ["article.id"], name=op.f("fk_change_other_article_id_article")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_change")),
    )
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_change_article_id"), ["article_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_change_run_id"), ["run_id"], unique=False)

    op.create_table(
        "file",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_run", sa.Text(), nullable=True),
        sa.Column("capture_id", sa.Text(), nullable=True),
        sa.Column("fetched_at", sa.Text(), nullable=True),
        sa.Column("size", _BIG_ID, nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["capture_id"], ["capture.record_id"], name=op.f("fk_file_capture_id_capture")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file")),
    )
    with op.batch_alter_table("file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_file_portal_state"), ["portal", "state"], unique=False)

    op.create_table(
        "portal_unit",
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Text(), nullable=False),
        sa.Column("valid_to", sa.Text(), nullable=True),
        sa.Column("unit_code_system", sa.Text(), nullable=True),
        sa.Column("unit_code", sa.Text(), nullable=True),
        sa.Column("unit_name", sa.Text(), nullable=True),
        sa.Column("province_code_system", sa.Text(), nullable=False),
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("province_name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["portal"], ["portal.name"], name=op.f("fk_portal_unit_portal_portal")),
        sa.PrimaryKeyConstraint("portal", "valid_from", name=op.f("pk_portal_unit")),
    )
    op.create_table(
        "view_count",
        sa.Column("capture_id", sa.Text(), nullable=False),
        sa.Column("article_id", _BIG_ID, nullable=False),
        sa.Column("observed_at", sa.Text(), nullable=False),
        sa.Column("value", _BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_view_count_article_id_article")),
        sa.ForeignKeyConstraint(["capture_id"], ["capture.record_id"], name=op.f("fk_view_count_capture_id_capture")),
        sa.PrimaryKeyConstraint("capture_id", name=op.f("pk_view_count")),
    )
    with op.batch_alter_table("view_count", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_view_count_article_id"), ["article_id"], unique=False)

    op.create_table(
        "listing_entry",
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("listing", sa.Text(), nullable=False),
        sa.Column("address_id", sa.Text(), nullable=False),
        sa.Column("below", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("open", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("first_seen_at", sa.Text(), nullable=False),
        sa.Column("last_seen_at", sa.Text(), nullable=False),
        sa.Column("last_run", sa.Text(), nullable=False),
        sa.Column("last_page", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"], name=op.f("fk_listing_entry_address_id_address")),
        sa.PrimaryKeyConstraint("portal", "listing", "address_id", name=op.f("pk_listing_entry")),
    )
    op.create_table(
        "version",
        sa.Column("article_id", _BIG_ID, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("capture_id", sa.Text(), nullable=False),
        sa.Column("address_id", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.Text(), nullable=False),
        sa.Column("reading_id", _BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"], name=op.f("fk_version_address_id_address")),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_version_article_id_article")),
        sa.ForeignKeyConstraint(["capture_id"], ["capture.record_id"], name=op.f("fk_version_capture_id_capture")),
        sa.PrimaryKeyConstraint("article_id", "no", name=op.f("pk_version")),
    )
    op.create_table(
        "reading",
        sa.Column("id", _BIG_ID, nullable=False),
        sa.Column("capture_id", sa.Text(), nullable=False),
        sa.Column("article_id", _BIG_ID, nullable=False),
        sa.Column("version_no", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.Column("reader_version", sa.Text(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("version_hash", sa.Text(), nullable=False),
        sa.Column("field_hashes", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("lead", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("paragraphs", sa.Text(), nullable=False),
        sa.Column("section", sa.Text(), nullable=True),
        sa.Column("authors", sa.Text(), nullable=False),
        sa.Column("byline_raw", sa.Text(), nullable=True),
        sa.Column("byline_kind", sa.Text(), nullable=True),
        sa.Column("source_credit", sa.Text(), nullable=True),
        sa.Column("published_at", sa.Text(), nullable=True),
        sa.Column("published_precision", sa.Text(), nullable=True),
        sa.Column("published_basis", sa.Text(), nullable=True),
        sa.Column("published_raw", sa.Text(), nullable=True),
        sa.Column("published_missing_reason", sa.Text(), nullable=True),
        sa.Column("inferred_from", sa.Text(), nullable=True),
        sa.Column("inferred_to", sa.Text(), nullable=True),
        sa.Column("inferred_basis", sa.Text(), nullable=True),
        sa.Column("event_date", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("related", sa.Text(), nullable=False),
        sa.Column("provenance", sa.Text(), nullable=False),
        sa.Column("flags", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id", "version_no"],
            ["version.article_id", "version.no"],
            name=op.f("fk_reading_article_id_version_no_version"),
        ),
        sa.ForeignKeyConstraint(["capture_id"], ["capture.record_id"], name=op.f("fk_reading_capture_id_capture")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("reading", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_reading_article_id_version_no"), ["article_id", "version_no"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_reading_capture_id"), ["capture_id"], unique=False)

    op.create_table(
        "attachment",
        sa.Column("reading_id", _BIG_ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name=op.f("fk_attachment_file_id_file")),
        sa.ForeignKeyConstraint(["reading_id"], ["reading.id"], name=op.f("fk_attachment_reading_id_reading")),
        sa.PrimaryKeyConstraint("reading_id", "position", name=op.f("pk_attachment")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_file_id"), ["file_id"], unique=False)

    op.create_table(
        "image",
        sa.Column("reading_id", _BIG_ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("caption", sa.Text(), nullable=False),
        sa.Column("credit", sa.Text(), nullable=False),
        sa.Column("alt", sa.Text(), nullable=False),
        sa.Column("caption_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["reading_id"], ["reading.id"], name=op.f("fk_image_reading_id_reading")),
        sa.PrimaryKeyConstraint("reading_id", "position", name=op.f("pk_image")),
    )
    op.execute("INSERT INTO feed (id, last) VALUES (1, 0)")


def downgrade() -> None:
    """Undo."""
    op.drop_table("image")
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attachment_file_id"))

    op.drop_table("attachment")
    with op.batch_alter_table("reading", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reading_capture_id"))
        batch_op.drop_index(batch_op.f("ix_reading_article_id_version_no"))

    op.drop_table("reading")
    op.drop_table("version")
    op.drop_table("listing_entry")
    with op.batch_alter_table("view_count", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_view_count_article_id"))

    op.drop_table("view_count")
    op.drop_table("portal_unit")
    with op.batch_alter_table("file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_file_portal_state"))

    op.drop_table("file")
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_change_run_id"))
        batch_op.drop_index(batch_op.f("ix_change_article_id"))

    op.drop_table("change")
    with op.batch_alter_table("address", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_address_portal"))
        batch_op.drop_index(batch_op.f("ix_address_article_id"))

    op.drop_table("address")
    op.drop_table("segment")
    op.drop_table("schema_note")
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_run_portal_started_at"))

    op.drop_table("run")
    op.drop_table("portal")
    op.drop_table("listing")
    op.drop_table("feed")
    with op.batch_alter_table("capture", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_capture_run_id"))
        batch_op.drop_index(batch_op.f("ix_capture_redirect_to"))
        batch_op.drop_index(batch_op.f("ix_capture_portal_state_seq"))
        batch_op.drop_index(batch_op.f("ix_capture_portal_purpose_run_id"))
        batch_op.drop_index(batch_op.f("ix_capture_article_id"))
        batch_op.drop_index(batch_op.f("ix_capture_address_id"))

    op.drop_table("capture")
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_article_version_hash"))
        batch_op.drop_index(batch_op.f("ix_article_split_from"))
        batch_op.drop_index(batch_op.f("ix_article_portal_sort_date"))

    op.drop_table("article")
