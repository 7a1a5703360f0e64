"""The data dictionary: what every column of the `v1_*` views means.

The documentation, the comments in PostgreSQL and the tests are made from it.

`python -m storage.consume.dictionary` writes `docs/data-dictionary.md`.
"""

from dataclasses import dataclass
from pathlib import Path

from storage.consume.columns import ARTICLE_COLUMNS, COVERAGE_COLUMNS, PORTAL_COLUMNS, Column, column
from storage.consume.link_views import LINK_COLUMNS, STORY_ARTICLE_COLUMNS, STORY_COLUMNS
from storage.settings import PROJECT_ROOT
from storage.vocabulary import HELD_LABELS, REFUSAL_LABELS, CaptureState, Cause, Change, Verdict

DOCUMENT = PROJECT_ROOT / "docs" / "data-dictionary.md"


@dataclass(frozen=True, slots=True)
class View:
    """A view, what one row of it is, and its columns in their order."""

    name: str
    meaning: str
    columns: tuple[Column, ...]


def _words(values: object) -> str:
    return ", ".join(f"`{value}`" for value in values)  # type: ignore[attr-defined]


_ARTICLE = column("article_id", "integer", "The article.", "load", "1204")
_PORTAL = column("portal", "text", "The portal's name.", "load", "lao_cai")
_CAPTURE = "urn:uuid:6f1c2a52-1f0e-4c55-9d0a-0f5d7a3e2b11"
_RUN = "20250310T050002-a1b2c3"
_URL = "https://laocai.gov.vn/tin-thoi-su/hop-bao-quy-i-1204"

VIEWS: tuple[View, ...] = (
    View("v1_articles", "One row an article, as last read.", ARTICLE_COLUMNS),
    View(
        "v1_addresses",
        "One row an address of an article: an article may have several.",
        (
            _ARTICLE,
            _PORTAL,
            column("url", "text", "The address, in the spelling found.", "load", _URL),
            column(
                "address_id",
                "text",
                "Digest of portal and address, the same for every spelling of it.",
                "index",
                "0b7c…",
            ),
            column(
                "role",
                "text",
                "`primary`: shown in v1_articles; `duplicate`: serves the same text; `redirect`: leads to another one; "
                "`page`: a further page of the article.",
                "load",
                "primary",
            ),
            column(
                "first_seen_at", "time", "First seen, in a listing or fetched.", "index", "2025-03-10T05:00:02+07:00"
            ),
            column(
                "last_seen_at",
                "time",
                "Last time that it served the article.",
                "load",
                "2025-03-11T05:00:07+07:00",
                null="it never did (a redirect)",
            ),
            column(
                "gone_at",
                "time",
                "Since when it is known to be missing: 404 or 410 on two days while the host was in order.",
                "load",
                "2025-04-02T05:00:09+07:00",
                null="it is not",
            ),
        ),
    ),
    View(
        "v1_article_versions",
        "One row a version: the publisher's change of title or full text (lead and body). Counters, clocks, new "
        "layouts and better reading never make one.",
        (
            _ARTICLE,
            _PORTAL,
            column("version_no", "integer", "Number of the version, from 1.", "load", "2"),
            column("is_current", "integer", "1 for the version that v1_articles shows, else 0.", "load", "1"),
            column("seen_at", "time", "When the version was first fetched.", "load", "2025-03-11T05:00:07+07:00"),
            column("title", "text", "Title of the version.", "reading", "Họp báo quý I"),
            column("lead", "text", "Lead of the version.", "reading", "Sáng 10/3, tỉnh họp báo.", null="there is none"),
            column("text", "text", "Body of the version, paragraphs joined by a line feed.", "reading", "Sáng nay …"),
            column(
                "published_at",
                "time",
                "Publication time printed then.",
                "reading",
                "2025-03-10T08:30:00+07:00",
                null="none was printed",
            ),
            column("url", "text", "The address at which the version was seen.", "load", _URL),
            column("capture_id", "text", "The archived response that showed the version first.", "load", _CAPTURE),
            column(
                "reading_capture_id", "text", "The archived response that the shown reading is of.", "load", _CAPTURE
            ),
            column("reader_version", "text", "Version of the reader.", "reading", "1"),
            column("rules", "text", "Reading rules used, with their digest.", "reading", "lao_cai/vnportal#5f1c02aa"),
            column("text_hash", "text", "SHA-256 of title and full text.", "load", "9f2c…"),
        ),
    ),
    View(
        "v1_version_captures",
        "One row an archived response that a version was read from: more than one of an article split over pages.",
        (
            _ARTICLE,
            _PORTAL,
            column("version_no", "integer", "Number of the version.", "load", "1"),
            column("page", "integer", "Number of the article's page.", "load", "1"),
            column("capture_id", "text", "The archived response.", "load", _CAPTURE),
        ),
    ),
    View(
        "v1_changes",
        "The change feed. Read it by `seq`, and go on after the last one seen: no row ever appears behind it. Numbers "
        "may be missing.",
        (
            column("seq", "integer", "Number of the change: the cursor.", "load", "5120"),
            column("changed_at", "time", "When it was loaded.", "load", "2025-03-11T05:01:00+07:00"),
            column("change", "text", f"One of {_words(Change)}.", "load", "updated"),
            column(
                "cause",
                "text",
                f"Whose doing: one of {_words(Cause)}; only `source` is the publisher's.",
                "load",
                "source",
            ),
            _ARTICLE,
            _PORTAL,
            column("version_no", "integer", "The article's version after the change.", "load", "2"),
            column(
                "changed_fields",
                "json",
                "Names of the columns of v1_articles that changed, as a JSON array; `images`, `attachments`, "
                "`addresses` name their views, `merged_into` says that the article is now shown as `other_article_id`.",
                "load",
                '["text","title"]',
            ),
            column(
                "other_article_id",
                "integer",
                "The article that an address came from or went to.",
                "load",
                "1177",
                null="no other article is concerned",
            ),
            column(
                "capture_id", "text", "The archived response that showed the change.", "load", _CAPTURE, null="none did"
            ),
            column("run_id", "text", "The run that loaded it.", "load", _RUN),
        ),
    ),
    View(
        "v1_view_counts",
        "One row an observation of the counter that a page prints.",
        (
            _ARTICLE,
            _PORTAL,
            column("observed_at", "time", "When the page was fetched.", "load", "2025-03-11T05:00:07+07:00"),
            column("view_count", "integer", "The number printed.", "reading", "356"),
            column("capture_id", "text", "The archived response.", "load", _CAPTURE),
        ),
    ),
    View(
        "v1_images",
        "One row an image of an article as last read, in page order.",
        (
            _ARTICLE,
            _PORTAL,
            column("version_no", "integer", "The article's version.", "load", "1"),
            column("position", "integer", "Place in the article, from 1.", "reading", "1"),
            column("url", "text", "Address of the image.", "reading", "https://laocai.gov.vn/a.jpg"),
            column("caption", "text", "Caption.", "reading", "Quang cảnh hội nghị.", null="there is none"),
            column("credit", "text", "Credit.", "reading", "Ảnh: TTXVN", null="there is none"),
            column("alt", "text", "Alternative text.", "reading", "anh tin bai", null="there is none"),
        ),
    ),
    View(
        "v1_attachments",
        "One row a file that an article, as last read, links to. The file's own text is not read yet.",
        (
            _ARTICLE,
            _PORTAL,
            column("version_no", "integer", "The article's version.", "load", "1"),
            column("position", "integer", "Place in the article, from 1.", "reading", "1"),
            column("url", "text", "Address of the file.", "reading", "https://laocai.gov.vn/12-QD-UBND.pdf"),
            column("name", "text", "Name as shown.", "reading", "12-QĐ-UBND.pdf"),
            column(
                "media_type",
                "text",
                "Media type, guessed from the name.",
                "reading",
                "application/pdf",
                null="not guessed",
            ),
            column(
                "state",
                "text",
                "`wanted`: not fetched yet; `stored`: archived; `failed`: given up; `not_allowed`: of a type that is "
                "not archived.",
                "index",
                "stored",
            ),
            column("state_reason", "text", "Why the last try failed.", "index", "HTTP 404", null="none failed"),
            column("size", "integer", "Bytes.", "index", "182033", null="not archived"),
            column("sha256", "text", "SHA-256 of the file.", "index", "e3b0…", null="not archived"),
            column(
                "fetched_at", "time", "When it was archived.", "index", "2025-03-10T05:04:00+07:00", null="not archived"
            ),
            column("capture_id", "text", "The archived response.", "index", _CAPTURE, null="not archived"),
        ),
    ),
    View(
        "v1_readings",
        "One row a reading: what our reader made of an archived response as a version. Better rules add one and keep "
        "the old ones. `segment` and its bytes say where in the archive the response lies; `congtin show --raw` prints "
        "it.",
        (
            column("reading_id", "integer", "The reading.", "load", "3391"),
            _ARTICLE,
            _PORTAL,
            column("version_no", "integer", "The version that it is a reading of.", "load", "2"),
            column("is_shown", "integer", "1 for the reading that v1_articles shows, else 0.", "load", "1"),
            column("made_at", "time", "When it was loaded.", "load", "2025-03-11T05:01:00+07:00"),
            column("reader_version", "text", "Version of the reader.", "reading", "1"),
            column("rules", "text", "Reading rules used.", "reading", "vnportal"),
            column("text_hash", "text", "SHA-256 of title and full text.", "load", "9f2c…"),
            column("title", "text", "Title as read.", "reading", "Họp báo quý I"),
            column("text", "text", "Body as read.", "reading", "Sáng nay …"),
            column("capture_id", "text", "The archived response that was read.", "load", _CAPTURE),
            column("url", "text", "The address that was fetched.", "index", _URL),
            column("fetched_at", "time", "When it was fetched.", "index", "2025-03-11T05:00:07+07:00"),
            column("payload_sha256", "text", "SHA-256 of the page's bytes, codings undone.", "index", "e3b0…"),
            column("payload_size", "integer", "Bytes of the page, codings undone.", "index", "48211"),
            column("segment", "text", "File of the archive, in the portal's folder.", "index", "20250311-….warc.gz"),
            column("segment_offset", "integer", "First byte of the record in it.", "index", "182033"),
            column("segment_length", "integer", "Bytes of the record in it.", "index", "9735"),
            column(
                "provenance",
                "json",
                "How each field was read: method and evidence, by the field's name.",
                "reading",
                '{"title":{"evidence":"h1.title","method":"rules"}}',
            ),
        ),
    ),
    View(
        "v1_search",
        "One row an article that is shown, for searching: see docs/consumers.md. Folded text is words without case, "
        "marks and stroke of đ, one space between, so that `dong thap` is found as Đồng Tháp.",
        (
            _ARTICLE,
            _PORTAL,
            column("sort_date", "date", "As in v1_articles.", "load", "2025-03-10"),
            column(
                "section_folded", "text", "Section, folded; empty where the page names none.", "load", "tin thoi su"
            ),
            column("title_folded", "text", "Title, folded.", "load", "hop bao quy i"),
            column("text_folded", "text", "Lead and body, folded: the first 400,000 bytes.", "load", "sang nay ngay"),
            column(
                "words",
                "index",
                "The full-text index of title and text: for `@@` on PostgreSQL, for `MATCH` on SQLite; not to be read.",
                "load",
                "'bao':2A 'hop':1A",
                null="on SQLite, outside of a query by `MATCH`",
            ),
        ),
    ),
    View(
        "v1_document_numbers",
        "One row a number of an official document that an article names.",
        (
            _ARTICLE,
            _PORTAL,
            column("document_number", "text", "As printed, spaces left out.", "load", "27/2018/NĐ-CP"),
            column("number_stem", "text", "Number, and year if it has one, without zeros before.", "load", "27/2018"),
            column("number_key", "text", "Stem and code, letters and digits alone.", "load", "27/2018/NDCP"),
        ),
    ),
    View(
        "v1_coverage", "One row a section and month: how much of what its listing showed is stored.", COVERAGE_COLUMNS
    ),
    View(
        "v1_runs",
        "One row a run of a portal.",
        (
            column("run_id", "text", "The run; sorts by start.", "flow", _RUN),
            _PORTAL,
            column(
                "mode",
                "text",
                "`incremental`, `full`, `probe`, `chosen` (addresses that a person named) or `rebuild`.",
                "flow",
                "incremental",
            ),
            column("started_at", "time", "Start.", "flow", "2025-03-10T05:00:02+07:00"),
            column("ended_at", "time", "End.", "flow", "2025-03-10T05:09:40+07:00", null="it runs, or died just now"),
            column("verdict", "text", f"One of {_words(Verdict)}.", "flow", "ok", null="it runs, or died just now"),
            column("reason", "text", "Why, in Vietnamese.", "flow", "Danh sách đọc đủ.", null="it runs"),
            column("counts", "json", "What it did, as a JSON object of numbers.", "flow", '{"new":12}', null="it runs"),
        ),
    ),
    View(
        "v1_restorations",
        "One row each time that a backup was put back. Numbers between its bounds may have been given before and stand "
        "for nothing now: who has read so far forgets the articles that such changes named, and what it holds under "
        "such article numbers.",
        (
            column("restored_at", "time", "When it was put back.", "restore", "2025-03-12T09:10:00+07:00"),
            column("backup_at", "time", "When the backup was made.", "restore", "2025-03-11T02:00:00+07:00"),
            column("kept_seq", "integer", "The last number of the feed that still holds.", "restore", "48211"),
            column("next_seq", "integer", "The first that was free from then on.", "restore", "10048212"),
            column("kept_article_id", "integer", "The last article number that still holds.", "restore", "1204"),
            column("next_article_id", "integer", "The first that was free from then on.", "restore", "10001205"),
        ),
    ),
    View(
        "v1_refusals",
        "One row a response that became no article, with the reason.",
        (
            column("capture_id", "text", "The archived response.", "index", _CAPTURE),
            _PORTAL,
            column("run_id", "text", "The run that fetched it.", "index", _RUN),
            column(
                "purpose",
                "text",
                "`article`, `page`, `listing`, `attachment` or `robots`.",
                "index",
                "article",
            ),
            column("url", "text", "The address asked for.", "index", _URL),
            column("fetched_at", "time", "When it was fetched.", "index", "2025-03-10T05:00:09+07:00"),
            column("http_status", "integer", "HTTP status.", "index", "200"),
            column(
                "state",
                "text",
                f"`{CaptureState.REFUSED}`: not an article; `{CaptureState.HELD}`: kept back for a person; "
                f"`{CaptureState.ERROR}`: HTTP error or cut body; `{CaptureState.QUARANTINED}`: could not be stored; "
                f"`{CaptureState.REJECTED}`: a person has said that it stays out.",
                "load",
                "refused",
            ),
            column(
                "reason",
                "text",
                f"Of refused ones: {_words(REFUSAL_LABELS)}; of held ones: {_words(HELD_LABELS)}; of errors the "
                "HTTP status or a word of the fetch errors; of rejected ones who rejected it.",
                "load",
                "maintenance",
            ),
            column("detail", "text", "Evidence, for people.", "load", "Hệ thống đang bảo trì", null="there is none"),
            column(
                "article_id",
                "integer",
                "The known article whose address answered so; it is left as it was.",
                "load",
                "1204",
                null="the address is no known article's",
            ),
        ),
    ),
    View("v1_portals", "One row a portal.", PORTAL_COLUMNS),
    View(
        "v1_links",
        "Near-duplicates: each pair twice, once from either side. Made by a follower of the change feed, so a moment "
        "behind v1_articles; texts of fewer than 50 words have none.",
        LINK_COLUMNS,
    ),
    View(
        "v1_stories",
        "One row a story: articles that tell one piece. One that went into another says so.",
        STORY_COLUMNS,
    ),
    View("v1_story_articles", "One row an article in a story.", STORY_ARTICLE_COLUMNS),
)


OUTSIDE_FEED: frozenset[tuple[str, str]] = frozenset(
    {("v1_articles", "last_seen_at"), ("v1_addresses", "last_seen_at"), ("v1_attachments", "state_reason")}
)
"""Columns (view, column) of an article's views that change without a row in v1_changes: they tell when we looked, not
what we saw."""

FEED_VIEWS = (
    "v1_articles",
    "v1_addresses",
    "v1_article_versions",
    "v1_images",
    "v1_attachments",
    "v1_document_numbers",
)
"""Views whose every row belongs to an article, and changes only with a row of that article in v1_changes."""

DERIVED: dict[str, tuple[str, ...]] = {
    "published_on": ("published_at", "published_precision"),
    "sort_date": ("published_at", "inferred_from", "event_date", "first_seen_at"),
    "sort_date_basis": ("published_at", "inferred_from", "event_date"),
}
"""Columns of v1_articles that are made of others: `changed_fields` names those."""


def document() -> str:
    """Return the dictionary as Markdown."""
    lines = [
        "# Data dictionary",
        "",
        (
            "The views that consumers read, the same on SQLite and PostgreSQL. Generated by "
            "`python -m storage.consume.dictionary`: do not edit."
        ),
        "",
        (
            "Types: `text`; `integer`; `number` is one with a fraction; `time` is text "
            "`YYYY-MM-DDTHH:MM:SS+07:00`; `date` is text `YYYY-MM-DD`, a day in Vietnam; `json` is JSON as text; "
            "`index` is for the engine's search operator alone. Times and dates sort as text."
        ),
        "",
        (
            "Set by: `index` enters archived responses, `reading` is what the reader found in the page, `load` "
            "compares it with what is known, `follower` links like articles, `portal file` and `flow` as they say."
        ),
    ]
    outside = ", ".join(f"`{view}.{name}`" for view, name in sorted(OUTSIDE_FEED))
    lines += [
        "",
        (
            f"Every change in {', '.join(FEED_VIEWS)} has a row in v1_changes, but for {outside}: they tell when we "
            "looked, not what we saw. `changed_fields` names columns of v1_articles; it leaves out `version_no` and "
            "`capture_id`, which go with the others, and columns made of others ("
            + "; ".join(f"`{name}` of {', '.join(of)}" for name, of in DERIVED.items())
            + "; units at publication of `sort_date`)."
        ),
    ]
    for view in VIEWS:
        lines += ["", f"## {view.name}", "", view.meaning, "", "| column | type | null | meaning | set by | example |"]
        lines += ["|---|---|---|---|---|---|"]
        lines += [
            f"| {one.name} | {one.type} | {one.null or 'never'} | {one.meaning} | {one.set_by} | {one.example} |"
            for one in view.columns
        ]
    return "\n".join(lines) + "\n"


def write(path: Path = DOCUMENT) -> None:
    """Write the dictionary's document."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(document(), encoding="utf-8")


if __name__ == "__main__":
    write()
