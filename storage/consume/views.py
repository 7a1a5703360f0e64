"""The `v1_*` views: one text for both engines. Tables may change; these columns may not."""

from collections.abc import Iterable

from sqlalchemy import Connection

from storage.consume import link_views
from storage.consume.coverage import COVERAGE
from storage.consume.dictionary import VIEWS
from storage.text import sha256_hex

_SELECTS = {
    "v1_articles": """
SELECT a.id AS article_id, a.portal, d.url, r.kind, r.title, r.lead, r.text, r.section, r.authors, r.byline_raw,
    r.source_credit, r.published_at,
    CASE WHEN r.published_precision IN ('second', 'minute', 'day') THEN substr(r.published_at, 1, 10) END
        AS published_on,
    r.published_precision, r.published_basis, r.published_missing_reason, r.inferred_from, r.inferred_to,
    r.event_date, a.sort_date, a.sort_date_basis,
    u.unit_code_system, u.unit_code, u.unit_name,
    n.unit_code_system AS unit_code_system_today, n.unit_code AS unit_code_today, n.unit_name AS unit_name_today,
    u.province_code_system, u.province_code, u.province_name,
    n.province_code_system AS province_code_system_today, n.province_code AS province_code_today,
    n.province_name AS province_name_today,
    r.language, p.reuse, a.first_seen_at, a.last_seen_at, a.gone_at, a.version_no, r.capture_id
FROM article a
JOIN reading r ON r.id = a.reading_id
JOIN address d ON d.id = a.address_id
LEFT JOIN portal p ON p.name = a.portal
LEFT JOIN portal_unit u ON u.portal = a.portal AND u.valid_from <= a.sort_date
    AND (u.valid_to IS NULL OR u.valid_to >= a.sort_date)
LEFT JOIN portal_unit n ON n.portal = a.portal AND n.valid_to IS NULL
WHERE a.merged_into IS NULL AND a.withdrawn_at IS NULL""",
    "v1_addresses": """
SELECT d.article_id, d.portal, d.url, d.id AS address_id, d.role, d.first_seen_at, d.last_seen_at, d.gone_at
FROM address d
JOIN article a ON a.id = d.article_id
WHERE a.withdrawn_at IS NULL""",
    "v1_article_versions": """
SELECT v.article_id, a.portal, v.no AS version_no, CASE WHEN v.no = a.version_no THEN 1 ELSE 0 END AS is_current,
    v.seen_at, r.title, r.lead, r.text, r.published_at, d.url, v.capture_id, r.capture_id AS reading_capture_id,
    r.reader_version, r.rules, r.version_hash AS text_hash
FROM version v
JOIN article a ON a.id = v.article_id
JOIN reading r ON r.id = v.reading_id
JOIN address d ON d.id = v.address_id
JOIN capture c ON c.record_id = v.capture_id
WHERE a.withdrawn_at IS NULL AND c.state <> 'rejected'""",
    "v1_version_captures": """
SELECT v.article_id, a.portal, v.no AS version_no, 1 AS page, r.capture_id
FROM version v
JOIN article a ON a.id = v.article_id
JOIN reading r ON r.id = v.reading_id
UNION ALL
SELECT v.article_id, a.portal, v.no AS version_no, p.page, p.capture_id
FROM version v
JOIN article a ON a.id = v.article_id
JOIN reading_page p ON p.reading_id = v.reading_id""",
    "v1_changes": """
SELECT c.seq, c.at AS changed_at, c.kind AS change, c.cause, c.article_id, c.portal, c.version_no, c.changed_fields,
    c.other_article_id, c.capture_id, c.run_id
FROM change c""",
    "v1_view_counts": """
SELECT v.article_id, a.portal, v.observed_at, v.value AS view_count, v.capture_id
FROM view_count v
JOIN article a ON a.id = v.article_id
WHERE a.withdrawn_at IS NULL""",
    "v1_images": """
SELECT a.id AS article_id, a.portal, a.version_no, i.position, i.url, NULLIF(i.caption, '') AS caption,
    NULLIF(i.credit, '') AS credit, NULLIF(i.alt, '') AS alt
FROM article a
JOIN image i ON i.reading_id = a.reading_id
WHERE a.merged_into IS NULL AND a.withdrawn_at IS NULL""",
    "v1_attachments": """
SELECT a.id AS article_id, a.portal, a.version_no, t.position, f.url, t.name, NULLIF(t.media_type, '') AS media_type,
    f.state, f.detail AS state_reason, f.size, f.sha256, f.fetched_at, f.capture_id
FROM article a
JOIN attachment t ON t.reading_id = a.reading_id
JOIN file f ON f.id = t.file_id
WHERE a.merged_into IS NULL AND a.withdrawn_at IS NULL""",
    "v1_readings": """
SELECT r.id AS reading_id, r.article_id, c.portal, r.version_no,
    CASE WHEN a.reading_id = r.id THEN 1 ELSE 0 END AS is_shown, r.made_at, r.reader_version, r.rules,
    r.version_hash AS text_hash, r.title, r.text, r.capture_id, c.url, c.fetched_at, c.payload_sha256, c.payload_size,
    c.segment, c.segment_offset, c.segment_length, r.provenance
FROM reading r
JOIN article a ON a.id = r.article_id
JOIN capture c ON c.record_id = r.capture_id
WHERE a.withdrawn_at IS NULL AND c.state <> 'rejected'""",
    "v1_document_numbers": """
SELECT n.article_id, a.portal, n.printed AS document_number, n.stem AS number_stem, n.key AS number_key
FROM search_number n
JOIN article a ON a.id = n.article_id
WHERE a.merged_into IS NULL AND a.withdrawn_at IS NULL""",
    "v1_coverage": COVERAGE,
    "v1_runs": """
SELECT r.id AS run_id, r.portal, r.mode, r.started_at, r.ended_at, r.verdict, r.reason, r.counts
FROM run r""",
    "v1_restorations": """
SELECT r.at AS restored_at, r.backup_at, r.kept_seq, r.next_seq, r.kept_article_id, r.next_article_id
FROM restoration r""",
    "v1_refusals": """
SELECT c.record_id AS capture_id, c.portal, c.run_id, c.purpose, c.url, c.fetched_at, c.status AS http_status, c.state,
    c.state_reason AS reason, c.detail, c.article_id
FROM capture c
WHERE c.state IN ('refused', 'held', 'error', 'quarantined', 'rejected')""",
    "v1_portals": """
SELECT p.name AS portal, p.title, p.platform, p.level, p.lifecycle, p.lifecycle_note, p.successor, p.valid_to,
    p.verified, p.reuse,
    u.unit_code_system, u.unit_code, u.unit_name,
    n.unit_code_system AS unit_code_system_today, n.unit_code AS unit_code_today, n.unit_name AS unit_name_today,
    u.province_code_system, u.province_code, u.province_name,
    n.province_code_system AS province_code_system_today, n.province_code AS province_code_today,
    n.province_name AS province_name_today,
    (SELECT max(r.started_at) FROM run r WHERE r.portal = p.name) AS last_run_at
FROM portal p
LEFT JOIN portal_unit u ON u.portal = p.name AND u.valid_from = '0001-01-01'
LEFT JOIN portal_unit n ON n.portal = p.name AND n.valid_to IS NULL""",
    **link_views.SELECTS,
}

# The full-text index is a table of its own on SQLite and a column on PostgreSQL.
_SEARCH = {
    "sqlite": """
SELECT s.article_id, a.portal, a.sort_date, s.section AS section_folded, s.title AS title_folded,
    s.body AS text_folded, i.search_index AS words
FROM search_index i
JOIN search s ON s.article_id = i.rowid
JOIN article a ON a.id = s.article_id
WHERE a.merged_into IS NULL AND a.withdrawn_at IS NULL""",
    "postgresql": """
SELECT s.article_id, a.portal, a.sort_date, s.section AS section_folded, s.title AS title_folded,
    s.body AS text_folded, s.words
FROM search s
JOIN article a ON a.id = s.article_id
WHERE a.merged_into IS NULL AND a.withdrawn_at IS NULL""",
}

# Words as the index has them: the same as `storage.words.folded`.
_FOLDED = """
CREATE OR REPLACE FUNCTION v1_folded(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT trim(regexp_replace(
        lower(translate(regexp_replace(normalize(words, NFD), '[\\u0300-\\u036f]', '', 'g'), 'ĐÐđð', 'dddd')),
        '[^[:alnum:]]+', ' ', 'g'))
$$"""


def _selects(dialect: str) -> dict[str, str]:
    return _SELECTS | {"v1_search": _SEARCH[dialect]}


def digest(dialect: str) -> str:
    """Return what tells whether a database has these views."""
    return sha256_hex(repr((dialect, _selects(dialect), _FOLDED, VIEWS)))


def drop_views(connection: Connection, existing: Iterable[str]) -> None:
    """Drop those of the existing views that are ours."""
    for name in existing:
        if name in _selects(connection.dialect.name):
            connection.exec_driver_sql(f"DROP VIEW {name}")


def create_views(connection: Connection) -> None:
    """Create the views; on PostgreSQL with comments on each view and column, taken from the dictionary."""
    for name, select in _selects(connection.dialect.name).items():
        connection.exec_driver_sql(f"CREATE VIEW {name} AS {select}")
    if connection.dialect.name != "postgresql":
        return
    connection.exec_driver_sql(_FOLDED)
    for view in VIEWS:
        connection.exec_driver_sql(f"COMMENT ON VIEW {view.name} IS {_quoted(view.meaning)}")
        for column in view.columns:
            connection.exec_driver_sql(f"COMMENT ON COLUMN {view.name}.{column.name} IS {_quoted(column.comment)}")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
