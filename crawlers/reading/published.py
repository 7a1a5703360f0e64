"""When the article was published: date lines near the title, machines' tags, the listing row; and what is no date.

A date is taken only from a slot that means publication: a line that is a date and nothing else, near the title or at
the article's end; a `datePublished` tag; the listing row. Never from prose, related links, document numbers, footers,
scripts. A page clock (written by a script, or showing the minute of the fetch) is none either.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from lxml.html import HtmlElement

from crawlers.reading.dates import PrintedDate, find_dates
from crawlers.reading.lines import Says, says, view_count
from crawlers.reading.meta import Meta
from crawlers.reading.page import Kind, Line, Page, Zone
from storage.records import DateBasis, MissingDate, Precision, Provenance

_LONGEST = 160
_DIGIT = re.compile(r"\d")
_PIECES = re.compile(r"\s*[|•·●–—]\s*|\s{2,}|\s-\s")
_LABEL = re.compile(
    r"(?:ngày|giờ|lúc|vào|được|đăng|đăng tải|tin|bài|viết|tạo|gửi|xuất bản|phát hành|ban hành|cập nhật|"
    r"lần cuối|mới nhất|thời gian|hồi|hôm|"
    r"date|time|post|posted|published|publish|updated|created|on|at|by|last|modified|gmt|utc|thứ|"
    r"chủ nhật|am|pm|sa|ch|h|"
    r"hai|ba|tư|năm|sáu|bảy|[2-7+:.,;/()\[\]|*•·–—\-\s\d])*",
    re.IGNORECASE,
)
_BY = re.compile(
    r"(?:được )?(?:đăng|gửi|viết|cập nhật|submitted|posted|published|written)\b[^.!?:;]{0,15}"
    r"\b(?:bởi|by)\b[^.!?:;]{1,45}",
    re.IGNORECASE,
)
"""Around a date: who put the page there ("Được đăng bởi btv1 vào …")."""
_FORM_OF_DATE = re.compile(
    r"(?<![\d/.-])(?:\d{1,2}([/.-])\d{1,2}\1\d{4}|\d{4}([/-])\d{1,2}\2\d{1,2})(?![\d/-])(?:T(?=\d))?|"
    r"(?<!\d)\d{1,2} tháng \d{1,2} năm \d{4}(?!\d)",
    re.IGNORECASE,
)
_UNSET_TIME = re.compile(r"(?:12:00(?::00)? ?(?:AM|SA)|0{1,2}:00(?::00)?)", re.IGNORECASE)
_UPDATED = re.compile(r"cập nhật|update|modified|lần cuối", re.IGNORECASE)
_PUBLISHED = re.compile(r"ngày đăng|đăng (?:lúc|ngày|tải)|xuất bản|publish|post", re.IGNORECASE)
_OTHER_LABEL = re.compile(r"hết hạn|hiệu lực|ban hành|ngày ký|hạn nộp|truy cập|hôm nay", re.IGNORECASE)
_CLOCK_NAME = re.compile(
    r"clock|dong-?ho|ngaygio|ngay-gio|date-?now|now-?date|today|currenttime|current-date|timenow|"
    r"realtime|_date$|egov_date"
)
_TELLS_TIME = re.compile(r"new Date|setInterval|setTimeout|getHours")
_TARGET = re.compile(r"""(?:getElementById\(\s*|\$\(\s*|querySelector\(\s*)["']#?([\w-]{3,60})["']""")


@dataclass(frozen=True, slots=True)
class Stamp:
    """A line that is a date: the date, the line, and whether its label says updated or published."""

    date: PrintedDate
    line: Line
    updated: bool = False
    labelled: bool = False


@dataclass(frozen=True, slots=True)
class Published:
    """The choice: value and how it was made, or the reason why there is none."""

    value: datetime | None = None
    precision: Precision | None = None
    basis: DateBasis | None = None
    raw: str | None = None
    missing: MissingDate | None = None
    provenance: Provenance | None = None
    flags: tuple[str, ...] = ()


@lru_cache(maxsize=8192)
def date_of(text: str) -> PrintedDate | None:
    """Return the date that a short text is, labels and weekday aside, or None if it says anything else.

    A date that cannot be has no value.
    """
    if len(text) > _LONGEST or _DIGIT.search(text) is None:
        return None
    dates = [found for found in find_dates(text) if found.kind == "absolute" and found.value is not None]
    found = dates[0] if len(dates) == 1 else _unset(text) if not dates else None
    if found is None:
        return None
    rest = f"{text[: found.start]} {text[found.end :]}"
    labels = _LABEL.fullmatch(rest) or (len(rest) < 80 and _BY.fullmatch(rest.strip(" ,-–|:")))
    return found if labels and not _OTHER_LABEL.search(rest) else None


def _unset(text: str) -> PrintedDate | None:
    """Return what stands where a date would and is none, without a value: 31/02/2021, 1/1/0001, 12:00 AM alone."""
    match = _FORM_OF_DATE.search(text) or _UNSET_TIME.fullmatch(text.strip())
    if match is None:
        return None
    return PrintedDate(None, Precision.DAY, "absolute", match[0], None, match.start(), match.end())


def stands_alone(text: str) -> bool:
    """Whether a short text is a date or a counter of views: a line of its own, however it is set."""
    return date_of(text) is not None or says(text) is Says.VIEWS


def stamp(line: Line) -> Stamp | None:
    """Return the date that a line (or a piece of it set apart by markup or a bar) prints, or None."""
    if line.kind is not Kind.TEXT or not 6 <= len(line.text) <= _LONGEST or _DIGIT.search(line.text) is None:
        return None
    for piece in (line.text, *line.parts, *_PIECES.split(line.text)):
        date = date_of(piece) if len(piece) >= 6 else None
        if date is not None and line.link >= 30 and piece is not line.text and line.link < len(line.text):
            return None  # the date beside a linked headline
        if date is not None:
            if piece is not line.text and _is_sentence(line.text):
                return None
            return Stamp(date, line, bool(_UPDATED.search(line.text)), bool(_PUBLISHED.search(line.text)))
    return None


def _is_sentence(text: str) -> bool:
    return len(text.split()) > 18 or bool(re.search(r"[a-zà-ỹ][.!?]$", text))


def choose(
    page: Page,
    meta: Meta,
    *,
    ruled: Sequence[tuple[Line | None, str, str]],
    near: Sequence[Line],
    after: Sequence[Line],
    row: str,
    fetched_at: datetime | None,
    times: Sequence[str] = (),
) -> Published:
    """Choose the publication date.

    Args:
        page: the page.
        meta: the claims of machines' tags.
        ruled: (line, text, selector) of date rules.
        near: lines around the title, down to the first paragraph.
        after: lines after the body, up to the first heading of other things.
        row: the listing row's date text, or "".
        fetched_at: when the page was fetched; no date lies after it.
        times: what `<time datetime>` beside the title says: a finer time of a printed day.
    """
    claims = [*meta.dates, *(("<time>", text) for text in times)]
    listed = _plausible(date_of(row) or _only(row), fetched_at) if row else None
    slot, refused = _by_rule(ruled, fetched_at)
    if slot is not None:
        return _sharpen(slot, claims, fetched_at)
    stamps: list[Stamp] = []
    clocks = False
    for one in (found for line in (*near, *after) if (found := stamp(line)) is not None):
        if _plausible(one.date, fetched_at) is None:
            refused = MissingDate.IMPLAUSIBLE
        elif _is_clock(page, one, listed, stamps, fetched_at):
            clocks = True
        else:
            stamps.append(one)
    tagged = _tagged(meta, fetched_at)
    if stamps:
        best = _best(stamps, listed, tagged)
        return _sharpen(_made(best.date, DateBasis.PAGE, Provenance("date_line", best.line.text)), claims, fetched_at)
    if tagged is not None:
        return tagged
    if listed is not None:
        return _made(listed, DateBasis.LISTING, Provenance("listing", row))
    if refused is None and clocks:
        refused = MissingDate.CLOCK_ONLY
    if refused is None and any(_refused(text, fetched_at) for text in (row, *(text for _, text in claims))):
        refused = MissingDate.IMPLAUSIBLE
    return Published(missing=refused or MissingDate.NOT_PRINTED)


def _by_rule(
    ruled: Sequence[tuple[Line | None, str, str]], fetched_at: datetime | None
) -> tuple[Published | None, MissingDate | None]:
    """The date that a rule's slot prints; else why the slot's date was refused, if it held one."""
    refused: MissingDate | None = None
    for line, text, selector in ruled:
        found = date_of(text) or _only(text)
        if found is None and line is not None:
            own = stamp(line)
            found = own.date if own is not None else None
        good = _plausible(found, fetched_at)
        if good is not None:
            return _made(good, DateBasis.PAGE, Provenance("rules", selector)), None
        refused = MissingDate.IMPLAUSIBLE if found else refused
    return None, refused


def _best(stamps: Sequence[Stamp], listed: PrintedDate | None, tagged: Published | None) -> Stamp:
    """The stamp that the listing row or a tag confirms, else one labelled as published, else the first not an update.

    A date that the same day's finer one repeats gives way to the finer one.
    """
    witnesses = [found.value for found in (listed, tagged) if found is not None and found.value is not None]
    confirmed = [one for one in stamps if any(_same_day(one.date.value, other) for other in witnesses)]
    pool = (
        confirmed
        or [one for one in stamps if one.labelled and not one.updated]
        or [one for one in stamps if not one.updated]
    )
    first = (pool or list(stamps))[0]
    finer = [
        one
        for one in stamps
        if _same_day(one.date.value, first.date.value) and _fineness(one.date) > _fineness(first.date)
    ]
    return finer[0] if finer else first


def _fineness(date: PrintedDate) -> int:
    return [Precision.YEAR, Precision.MONTH, Precision.DAY, Precision.MINUTE, Precision.SECOND].index(date.precision)


def _same_day(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and other is not None and one.date() == other.date()


def _plausible(date: PrintedDate | None, fetched_at: datetime | None) -> PrintedDate | None:
    """The date if it can be one of publication: of the portals' years, not after the fetch."""
    if date is None or date.value is None or date.kind != "absolute" or date.value.year < 1995:
        return None
    if fetched_at is not None and date.value > fetched_at + timedelta(days=1):
        return None
    return date


def _refused(text: str, fetched_at: datetime | None) -> bool:
    """Whether a witness tells a day, though none of publication."""
    found = (_only(text) or _unset(text)) if len(text) <= _LONGEST else None
    return found is not None and _plausible(found, fetched_at) is None


def _made(date: PrintedDate, basis: DateBasis, provenance: Provenance) -> Published:
    flags = ("date_weekday_mismatch",) if date.weekday_ok is False else ()
    return Published(date.value, date.precision, basis, date.raw, None, provenance, flags)


def _only(text: str) -> PrintedDate | None:
    found = [date for date in find_dates(text[:_LONGEST]) if date.kind == "absolute"]
    return found[0] if len(found) == 1 else None


def _tagged(meta: Meta, fetched_at: datetime | None) -> Published | None:
    for source, text in meta.dates:
        good = _plausible(_only(text), fetched_at) if len(text) <= 60 else None
        if good is not None:
            basis = DateBasis.JSONLD if source.startswith("jsonld") else DateBasis.META
            return _made(good, basis, Provenance("tag", source))
    return None


def _sharpen(made: Published, claims: Sequence[tuple[str, str]], fetched_at: datetime | None) -> Published:
    """Take the finer time of a tag that agrees with the printed date as far as that goes."""
    for source, text in claims:
        good = _plausible(_only(text), fetched_at) if len(text) <= 60 else None
        if good is None or good.value is None or made.value is None or made.precision is None:
            continue
        agrees = good.value.date() == made.value.date() and (
            made.precision is Precision.DAY or good.value.replace(second=0) == made.value.replace(second=0)
        )
        if agrees and _fineness(good) > [*_ORDER].index(made.precision):
            basis = DateBasis.JSONLD if source.startswith("jsonld") else DateBasis.META
            evidence = f"{source}; printed: {made.raw}"
            return Published(good.value, good.precision, basis, good.raw, None, Provenance("tag", evidence), made.flags)
    return made


_ORDER = (Precision.YEAR, Precision.MONTH, Precision.DAY, Precision.MINUTE, Precision.SECOND)


def _is_clock(
    page: Page, one: Stamp, listed: PrintedDate | None, before: Sequence[Stamp], fetched_at: datetime | None
) -> bool:
    """Whether a date line is the page's clock.

    A second witness (the row, another date line of that day) clears it. Else it is a clock if a script writes into its
    element, or if it shows the fetch to within a quarter of an hour, or today's date outside the article's column.
    """
    value = one.date.value
    if value is None or (listed is not None and _same_day(listed.value, value)):
        return False
    if any(_same_day(other.date.value, value) for other in before):
        return False
    if _written_by_script(page, one.line):
        return True
    if fetched_at is None or view_count(one.line.text) is not None:
        return False
    if one.date.precision in {Precision.MINUTE, Precision.SECOND}:
        return abs(value - fetched_at) <= timedelta(minutes=15)
    return one.line.node.zone is not Zone.MAIN and _same_day(value, fetched_at)


def _written_by_script(page: Page, line: Line) -> bool:
    around = line.node.parent
    names = [line.node.names, *line.marks]
    if around is not None and around.end - around.start == 1:
        names.append(around.names)
    if any(_CLOCK_NAME.search(name) for name in names if name):
        return True
    ids = {word for name in names for word in name.split() if len(word) >= 3}
    return any(_writes(script, ids) for script in page.root.iter("script")) if ids else False


def _writes(script: HtmlElement, names: set[str]) -> bool:
    """Whether a script puts the time into an element of one of these ids (lower case)."""
    text = (script.text or "")[:200_000]
    if _TELLS_TIME.search(text) is None:
        return False
    return any(match[1].lower() in names for match in _TARGET.finditer(text))
