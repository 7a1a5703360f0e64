"""Columns of the data dictionary, and those of the two widest views."""

from dataclasses import dataclass

from storage.records import DateBasis, Kind, MissingDate, Precision

TYPES = ("text", "integer", "number", "time", "date", "json", "index")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: name, type, when it is null (None: never), meaning, who sets it, an example."""

    name: str
    type: str
    null: str | None
    meaning: str
    set_by: str
    example: str

    @property
    def comment(self) -> str:
        """The column's comment in PostgreSQL."""
        null = f" Null: {self.null}." if self.null else ""
        return f"{self.meaning}{null} Set by: {self.set_by}. Example: {self.example}"


def column(name: str, kind: str, meaning: str, set_by: str, example: str, *, null: str | None = None) -> Column:
    """Return a column.

    Raises:
        ValueError: the type is none of the dictionary's.
    """
    if kind not in TYPES:
        raise ValueError(f"{name}: unknown type {kind}")
    return Column(name, kind, null, meaning, set_by, example)


def _words(values: type[Kind] | type[Precision] | type[DateBasis] | type[MissingDate]) -> str:
    return ", ".join(f"`{value}`" for value in values)


def _unit_columns(
    when: str, suffix: str, none: str, no_name: str | None, no_province: str | None
) -> tuple[Column, ...]:
    code_list = "Code list of `{}{}`: `gso-2004` or `qd19-2025`."
    new = bool(suffix)
    return (
        column(
            f"unit_code_system{suffix}",
            "text",
            code_list.format("unit_code", suffix),
            "portal file",
            "qd19-2025" if new else "gso-2004",
            null=none,
        ),
        column(
            f"unit_code{suffix}",
            "text",
            f"Code of the publishing unit {when}; means nothing without its list.",
            "portal file",
            "15" if new else "10",
            null=none,
        ),
        column(
            f"unit_name{suffix}",
            "text",
            f"Name of the publishing unit {when}.",
            "portal file",
            "Tỉnh Lào Cai",
            null=no_name,
        ),
        column(
            f"province_code_system{suffix}",
            "text",
            code_list.format("province_code", suffix),
            "portal file",
            "qd19-2025" if new else "gso-2004",
            null=no_province,
        ),
        column(
            f"province_code{suffix}",
            "text",
            f"Code of the province {when}.",
            "portal file",
            "15" if new else "10",
            null=no_province,
        ),
        column(
            f"province_name{suffix}",
            "text",
            f"Name of the province {when}.",
            "portal file",
            "Tỉnh Lào Cai",
            null=no_province,
        ),
    )


def _paired(old: tuple[Column, ...], new: tuple[Column, ...]) -> tuple[Column, ...]:
    return (*old[:3], *new[:3], *old[3:], *new[3:])


_NO_CODE = "the unit has no code, or had ended by then"
_NO_UNIT = "the unit had ended by then"
_NO_HEIR = "no single unit took its place"
_NO_PORTAL = "the portal's file was never loaded"

ARTICLE_COLUMNS: tuple[Column, ...] = (
    column("article_id", "integer", "The article.", "load", "1204"),
    column("portal", "text", "The portal's name.", "load", "lao_cai"),
    column("url", "text", "Its primary address, in the spelling found.", "load", "https://laocai.gov.vn/a-1204"),
    column("kind", "text", f"{_words(Kind)}: dated news, or a standing page.", "reading", "article"),
    column("title", "text", "Title.", "reading", "Họp báo quý I"),
    column("lead", "text", "Lead.", "reading", "Sáng 10/3, tỉnh họp báo.", null="there is none"),
    column(
        "text",
        "text",
        "Body paragraphs joined by a line feed; no captions, credits, bylines. Plain text: escape it before showing "
        "it as HTML.",
        "reading",
        "Sáng nay, ngày 10/3 …",
    ),
    column("section", "text", "Section that the page names.", "reading", "Tin thời sự", null="it names none"),
    column("authors", "json", "Names of the authors, as a JSON array.", "reading", '["Nguyễn Văn A"]'),
    column("byline_raw", "text", "Byline as printed.", "reading", "Nguyễn Văn A - Ban Biên tập", null="there is none"),
    column(
        "source_credit",
        "text",
        "Source that the page credits, as printed.",
        "reading",
        "Theo Báo Lào Cai",
        null="it credits none",
    ),
    column(
        "published_at",
        "time",
        "Publication time as the page or the listing prints it; parts not printed are 01 and 00:00.",
        "reading",
        "2025-03-10T08:30:00+07:00",
        null="none is printed: see published_missing_reason",
    ),
    column(
        "published_on",
        "date",
        "Its day in Vietnam.",
        "reading",
        "2025-03-10",
        null="published_at is null, or known to the month or year only",
    ),
    column(
        "published_precision", "text", f"One of {_words(Precision)}.", "reading", "minute", null="published_at is null"
    ),
    column(
        "published_basis",
        "text",
        f"Where it is printed: one of {_words(DateBasis)}.",
        "reading",
        "listing",
        null="published_at is null",
    ),
    column(
        "published_missing_reason",
        "text",
        f"One of {_words(MissingDate)}.",
        "reading",
        "not_printed",
        null="published_at is known",
    ),
    column(
        "inferred_from",
        "date",
        "First day that it can have been published on.",
        "reading",
        "2025-03-01",
        null="not inferred",
    ),
    column(
        "inferred_to",
        "date",
        "Last day that it can have been published on.",
        "reading",
        "2025-03-31",
        null="not inferred",
    ),
    column(
        "event_date", "date", "Day of the event that the text tells of.", "reading", "2025-03-10", null="none is told"
    ),
    column(
        "sort_date", "date", "A day for sorting and grouping, never null: see sort_date_basis.", "load", "2025-03-10"
    ),
    column(
        "sort_date_basis",
        "text",
        "Where sort_date is from: `published_at`, else `inferred_from`, else `event_date`, else `first_seen_at`.",
        "load",
        "published_at",
    ),
    *_paired(
        _unit_columns("at publication (by sort_date)", "", _NO_CODE, _NO_UNIT, _NO_PORTAL),
        _unit_columns("today", "_today", _NO_HEIR, _NO_HEIR, _NO_PORTAL),
    ),
    column("language", "text", "Language of the text.", "reading", "vi", null="not told"),
    column(
        "reuse",
        "text",
        "`official` (free by law) or `press` (a paper's own articles: see docs/consumers.md).",
        "portal file",
        "official",
        null=_NO_PORTAL,
    ),
    column("first_seen_at", "time", "First seen, in a listing or fetched.", "load", "2025-03-10T05:00:02+07:00"),
    column("last_seen_at", "time", "Last time that the portal served it.", "load", "2025-03-11T05:00:07+07:00"),
    column(
        "gone_at",
        "time",
        "Since when all its addresses are known to be missing; what was read stays.",
        "load",
        "2025-04-02T05:00:09+07:00",
        null="it is there",
    ),
    column("version_no", "integer", "Number of the version that is shown.", "load", "1"),
    column(
        "capture_id",
        "text",
        "The archived response that the shown values were read from.",
        "load",
        "urn:uuid:6f1c2a52-1f0e-4c55-9d0a-0f5d7a3e2b11",
    ),
)

PORTAL_COLUMNS: tuple[Column, ...] = (
    column("portal", "text", "The portal's name.", "portal file", "lao_cai"),
    column("title", "text", "Name of the site.", "portal file", "Cổng thông tin điện tử tỉnh Lào Cai"),
    column("platform", "text", "Family of its content management system.", "portal file", "vnportal"),
    column(
        "level", "text", "Level of the publishing unit: `province`, `district`, `commune`.", "portal file", "province"
    ),
    column("lifecycle", "text", "`active`, `frozen`, `moved` or `gone`.", "portal file", "active"),
    column("lifecycle_note", "text", "Evidence for it.", "portal file", "seen after the merger"),
    column("successor", "text", "What took its place.", "portal file", "https://tayninh.gov.vn", null="nothing did"),
    column("valid_to", "date", "Last day of the publishing unit.", "portal file", "2025-06-30", null="it stands"),
    column(
        "verified",
        "date",
        "Day on which a live fetch confirmed the facts.",
        "portal file",
        "2025-10-01",
        null="none has",
    ),
    column("reuse", "text", "`official` (free by law) or `press` (a paper's own articles).", "portal file", "official"),
    *_paired(
        _unit_columns("as in the portal's file", "", "the file names no code", None, None),
        _unit_columns("today", "_today", _NO_HEIR, _NO_HEIR, None),
    ),
    column("last_run_at", "time", "Start of its last run.", "flow", "2025-03-10T05:00:02+07:00", null="it never ran"),
)

COVERAGE_COLUMNS: tuple[Column, ...] = (
    column("portal", "text", "The portal's name.", "portal file", "lao_cai"),
    column("section", "text", "Key of the listing in the portal's file.", "portal file", "tin_thoi_su"),
    column(
        "month",
        "text",
        "Month, YYYY-MM: of the article's sort_date, else the one that the listing row prints.",
        "load",
        "2025-03",
        null="neither tells one",
    ),
    column("listed", "integer", "Addresses that the listing showed: stored, held, refused or a gap.", "index", "120"),
    column("stored", "integer", "Those behind which an article stands.", "load", "117"),
    column("held", "integer", "Those whose page is kept back for a person.", "load", "1"),
    column("refused", "integer", "Those that are no article of the portal.", "load", "1"),
    column(
        "gaps",
        "integer",
        "Those with nothing to show: not fetched yet, or failed. 0: the month is complete.",
        "load",
        "1",
        null="unknown: the listing was not read without a hole down to this month",
    ),
    column(
        "as_of",
        "time",
        "When the listing was last read without a hole.",
        "flow",
        "2025-03-11T05:00:07+07:00",
        null="it never was",
    ),
)
