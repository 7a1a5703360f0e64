"""A first look at what a portal's file says, online: which facts are confirmed, wrong, or out of reach."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from crawlers.detect import LIKELY, Shown, detect
from crawlers.plan import CrawlReport, ListingReport
from crawlers.portal import Portal
from crawlers.reading.decode import decode
from flows.steps.portals.fetch import Fetched
from flows.steps.portals.tried import try_page
from storage.records import Article
from storage.vocabulary import FetchError, Purpose


class Found(StrEnum):
    """What a look found of a fact."""

    CONFIRMED = "confirmed"
    WRONG = "wrong"
    MOVED = "moved"
    GONE = "gone"
    BLOCKED = "blocked"
    UNREACHABLE = "unreachable"


FOUND_LABELS: dict[Found, str] = {
    Found.CONFIRMED: "đúng",
    Found.WRONG: "sai",
    Found.MOVED: "đã chuyển",
    Found.GONE: "không còn",
    Found.BLOCKED: "bị chặn (có thể do ở nước ngoài)",
    Found.UNREACHABLE: "không tới được",
}

_BY_ERROR: dict[FetchError, Found] = {
    FetchError.REDIRECT: Found.MOVED,
    FetchError.DNS: Found.GONE,
    FetchError.HOST_CLOSED: Found.BLOCKED,
    FetchError.ROBOTS: Found.BLOCKED,
}
_BY_STATUS: dict[str, Found] = {"404": Found.GONE, "410": Found.GONE, "403": Found.BLOCKED, "451": Found.BLOCKED}
_VERIFIED = re.compile(r"^    verified=.*\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact of a portal's file, what a look found of it, and by what."""

    portal: str
    fact: str
    found: Found
    evidence: str


def judge(portal: Portal, seen: Fetched) -> list[Fact]:
    """Return what a look at the first page of each listing and some articles says of a portal's facts."""
    facts = [_listing(portal, report, seen.report) for report in seen.report.listings]
    if any(fact.found is Found.CONFIRMED for fact in facts):
        facts += [_platform(portal, seen), _articles(portal, seen)]
    return facts


def _listing(portal: Portal, listing: ListingReport, report: CrawlReport) -> Fact:
    name = f"listings[{listing.key}]"
    if listing.first_rows:
        return Fact(portal.name, name, Found.CONFIRMED, f"{listing.first_rows} dòng")
    url = next((one.url for one in portal.listings if one.key == listing.key), "")
    failure = next((one for one in report.failures if one.purpose is Purpose.LISTING and one.url == url), None)
    if failure is None:
        return Fact(portal.name, name, Found.WRONG, f"trả lời mà không có dòng bài nào ({listing.stop.value})")
    return Fact(portal.name, name, found_of(failure.error, failure.detail), f"{failure.error.value} {failure.detail}")


def found_of(error: FetchError, detail: str) -> Found:
    """Return what a failure says of the address that it befell."""
    if error is FetchError.HTTP:
        return _BY_STATUS.get(detail, Found.UNREACHABLE)
    return _BY_ERROR.get(error, Found.UNREACHABLE)


def _platform(portal: Portal, seen: Fetched) -> Fact:
    pages = [*seen.of(Purpose.LISTING), *seen.of(Purpose.ARTICLE)]
    families = detect(
        Shown(one.capture.url, one.capture.headers, decode(one.body, one.capture.headers).text) for one in pages
    )
    of_file = next((family for family in families if family.platform == portal.platform), None)
    first = families[0] if families else None
    said = f"platform={portal.platform}"
    if of_file is not None and of_file.sure >= LIKELY:
        return Fact(portal.name, said, Found.CONFIRMED, f"{of_file.sure:.0%}: {', '.join(of_file.evidence)}")
    if first is not None and first.sure >= LIKELY:
        return Fact(portal.name, said, Found.WRONG, f"giống {first.platform} ({first.sure:.0%})")
    unsigned = portal.platform == "generic"
    return Fact(portal.name, said, Found.CONFIRMED if unsigned else Found.WRONG, "không thấy dấu hiệu của CMS nào")


def _articles(portal: Portal, seen: Fetched) -> Fact:
    tried = [try_page(answer.page(), portal).result for answer in seen.of(Purpose.ARTICLE)]
    good = [one for one in tried if isinstance(one, Article)]
    found = Found.CONFIRMED if good and len(good) == len(tried) else Found.WRONG
    return Fact(portal.name, "bài", found, f"{len(good)}/{len(tried)} bài thử đọc được")


def confirmed(facts: Sequence[Fact]) -> bool:
    """Whether a look confirmed every fact that it could see."""
    return bool(facts) and all(fact.found is Found.CONFIRMED for fact in facts)


def write_verified(file: Path, day: date) -> None:
    """Write into a portal's file that a live look confirmed it on a day. Raises OSError."""
    text = _VERIFIED.sub("", file.read_text(encoding="utf-8"))
    line = f"    verified=date({day.year}, {day.month}, {day.day}),\n"
    text = re.sub(r"^(    expect=)", lambda match: line + match[1], text, count=1, flags=re.MULTILINE)
    if not re.search(r"^from datetime import .*\bdate\b", text, re.MULTILINE):
        text = text.replace("\nfrom crawlers.portal", "\nfrom datetime import date\n\nfrom crawlers.portal", 1)
    file.write_text(text, encoding="utf-8")
