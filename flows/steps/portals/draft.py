"""A portal from nothing: its home page, sections and some articles are looked at, and its file is written from them.

Whatever was not seen is not written: it is a TODO in the file, for a person.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from crawlers import portals
from crawlers.detect import LIKELY, Recognised, Shown, detect
from crawlers.plan import Target
from crawlers.portal import Cadence, Listing, Portal, Sureness
from crawlers.reading.decode import decode
from crawlers.reading.published import stands_alone
from crawlers.reading.tree import TooComplex, parse
from crawlers.reading.walk import build
from flows.steps.portals.fetch import NotFetchedError
from flows.steps.portals.portal_file import TODO, PortalFile, render
from flows.steps.portals.publisher import Publisher, publisher_of
from flows.steps.portals.sections import Section, candidates, read_sections, targets
from flows.steps.portals.source import Saved, Source
from flows.steps.portals.tried import RawPage, Tried, try_page
from storage.records import Article
from storage.vocabulary import Purpose
from storage.words import folded

ARTICLES = 3
_SILENT = timedelta(days=180)
_RATES = ((12.0, Cadence.HOURLY), (1.5, Cadence.SIX_HOURLY), (1 / 7, Cadence.DAILY))
"""Articles a day from which a cadence fits; below the last one it is weekly."""
_FEW = 4
_RECENT = 30
"""Dates of the newest rows that the rate is told from."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What came of it.

    Attributes:
        name, text: of the file.
        families: the CMS families that signs speak for.
        sections: all that were found, those left out too.
        tried: some articles as the file reads them.
        differing: lines that differ between two fetches of an article: boilerplate, not text.
    """

    name: str
    text: str
    families: Sequence[Recognised]
    sections: Sequence[Section]
    tried: Sequence[Tried]
    differing: Sequence[str]


def draft(start: str, name: str | None, source: Source, *, verify: bool) -> Draft:
    """Look at a portal from one of its addresses on, and draft its file.

    Args:
        start: its home page or a listing.
        name: of the file; made from the host if None.
        source: where pages come from.
        verify: whether what is seen confirms the facts: not for pages that a map or a folder served.

    Raises:
        NotFetchedError: its home page cannot be had.
    """
    here = f"{start.partition('://')[0]}://{urlsplit(start).netloc}/"
    first = [Target(url=here, purpose=Purpose.LISTING, listing="home")]
    first += (
        [Target(url=start, purpose=Purpose.LISTING, listing="start")] if urlsplit(start).path not in {"", "/"} else []
    )
    came = source.pages(first)
    home = came.get("home") or came.get("start")
    if home is None:
        raise NotFetchedError(
            f"không có trang chủ {here}: {source.failed[0] if source.failed else 'không có trong đó'}"
        )
    families = detect([_shown(page) for page in came.values()])
    scratch = _portal(name or "cong_moi", _family(families), home.url)
    found = candidates(home, came["start"].url if "start" in came else home.url)
    pages = source.pages(wanted) if (wanted := targets(found)) else {}
    families = detect([_shown(page) for page in (*came.values(), *pages.values())])
    scratch = scratch.model_copy(update={"platform": _family(families)})
    sections = read_sections(found, pages, scratch)
    if not any(not section.left_out for section in sections):
        sections = [*sections, *_home_alone(home, scratch)]
    articles = _articles(source, sections)
    families = detect([_shown(page) for page in (*came.values(), *pages.values(), *articles.values())])
    publisher = publisher_of(parse(decode(home.body, home.headers).text, home.url), home.url, home.fetched_at.date())
    name = name or _name(home.url, publisher)
    portal = scratch.model_copy(update={"name": name, "platform": _family(families)})
    tried = [try_page(page, portal) for page in articles.values()]
    again = source.pages(_wanted(articles)) if source.live else {}
    differing = _differing(articles, again)
    facts = _facts(name, publisher, sections, families, tried, home, verified=verify)
    return Draft(name, render(facts), families, sections, tried, differing)


def _shown(page: RawPage) -> Shown:
    return Shown(page.url, page.headers, decode(page.body, page.headers).text)


def _family(families: Sequence[Recognised]) -> str:
    return families[0].platform if families and families[0].sure >= LIKELY else "generic"


def _portal(name: str, platform: str, url: str) -> Portal:
    listing = Listing(
        key="home", url=f"{url.partition('://')[0]}://{urlsplit(url).netloc}/", sureness=Sureness.SEEN, evidence="-"
    )
    text = render(PortalFile(name, platform, [listing], "-", 0, ["-"]))
    return portals.load_text(name, text, Path(f"{name}.py"))


def _home_alone(home: RawPage, portal: Portal) -> list[Section]:
    return read_sections([Section("trang_chu", "Trang chủ", home.url)], {"trang_chu": home}, portal)


def _articles(source: Source, sections: Sequence[Section]) -> dict[str, RawPage]:
    """Fetch some articles, each from another section where there are as many; and each section's second page."""
    taken = [section for section in sections if not section.left_out]
    rounds = [section.items[number] for number in range(ARTICLES) for section in taken if number < len(section.items)]
    rows = {item.url: item for item in rounds[:ARTICLES]}
    wanted = [Target(url=url, item=item, listing=f"bai-{number}") for number, (url, item) in enumerate(rows.items(), 1)]
    came = source.pages(wanted) if wanted else {}
    if not came and isinstance(source, Saved):
        return {f"bai-{number}": page for number, page in enumerate(_saved_articles(source), 1)}
    return came


def _saved_articles(source: Saved) -> list[RawPage]:
    read = ((page, try_page(page, _portal("cong_moi", "generic", page.url)).result) for page in source.found.values())
    return [page for page, result in read if isinstance(result, Article) and len(result.text) > 500][:ARTICLES]


def _wanted(pages: dict[str, RawPage]) -> list[Target]:
    return [Target(url=page.url, item=page.item, listing=label) for label, page in pages.items()]


def _differing(first: dict[str, RawPage], second: dict[str, RawPage]) -> list[str]:
    """Return the lines of pages that the second fetch has otherwise, each once, as the first fetch has it."""
    lines: dict[str, None] = {}
    for label, page in first.items():
        if label in second:
            there = Counter(_lines(second[label]))
            lines |= dict.fromkeys(line for line in _lines(page) if not there[line])
    return list(lines)


def _lines(page: RawPage) -> list[str]:
    try:
        root = parse(decode(page.body, page.headers).text, page.url)
    except TooComplex:
        return []
    return [line.text for line in build(root, page.url, stands_alone).lines if line.text]


def _name(url: str, publisher: Publisher) -> str:
    """Return a name that groups by province: the province, then what else the host is called."""
    labels = [
        label for label in (urlsplit(url).hostname or "").split(".") if label not in {"www", "gov", "vn", "com", "org"}
    ]
    if publisher.province is None:
        return folded(" ".join(reversed(labels))).replace(" ", "_")
    province = folded(publisher.province.name).removeprefix("tinh ").removeprefix("thanh pho ")
    rest = [label for label in labels if folded(label).replace(" ", "") != province.replace(" ", "")]
    return folded(" ".join([province, *reversed(rest)])).replace(" ", "_")


def _facts(
    name: str,
    publisher: Publisher,
    sections: Sequence[Section],
    families: Sequence[Recognised],
    tried: Sequence[Tried],
    home: RawPage,
    *,
    verified: bool,
) -> PortalFile:
    day = home.fetched_at.date()
    taken = [section for section in sections if not section.left_out]
    dates = sorted((one for section in taken for one in section.dates), reverse=True)
    note = f"trả lời ngày {day:%d/%m/%Y}" if verified else f"trang lưu ngày {day:%d/%m/%Y}"
    note += f"; bài mới nhất {dates[0]:%d/%m/%Y}" if dates else ""
    said = [
        f"Publisher: {publisher.owner or f'{TODO}: cơ quan chủ quản'}.",
        f"Quirks: {_signs(families)}",
        f"Caveats: {_caveats(tried, taken)}",
        f"History: tệp do `congtin portal new` soạn ngày {day:%d/%m/%Y}.",
    ]
    if dates and home.fetched_at - dates[0] > _SILENT:
        said.append(f"{TODO}: bài mới nhất từ {dates[0]:%d/%m/%Y}: cổng còn sống không (lifecycle)?")
    if not taken:
        said.append(f"{TODO}: không tìm được danh sách bài nào; hãy sửa địa chỉ ở listings")
    return PortalFile(
        name=name,
        platform=_family(families),
        listings=[_listing(section, day) for section in taken] or [_no_listing(home)],
        lifecycle_note=note,
        rows=max(1, sum(len(section.items) for section in taken) // 2),
        said=said,
        left_out=by_reason(sections),
        title=publisher.title,
        level=publisher.level.value if publisher.level else None,
        unit=publisher.unit_name,
        province=publisher.province.code if publisher.province else None,
        code_system=publisher.province.code_system if publisher.province else "gso-2004",
        reuse=publisher.reuse.value if publisher.reuse else None,
        cadence=cadence_of(dates),
        verified=day if verified else None,
    )


def by_reason(sections: Sequence[Section]) -> dict[str, list[str]]:
    """Return the names of the sections that are left out, by the reason, in their order."""
    reasons: dict[str, list[str]] = {}
    for section in sections:
        if section.left_out:
            reasons.setdefault(section.left_out, []).append(section.name or section.url)
    return reasons


def _listing(section: Section, day: date) -> Listing:
    seen = f"thấy {len(section.items)} dòng ngày {day:%d/%m/%Y}"
    seen += f", {section.pages} trang" if section.pages else ""
    seen += {None: "; không thấy trang sau", "": "; trang sau bằng biểu mẫu"}.get(section.next_url, "; có trang sau")
    return Listing(
        key=section.key, url=section.url, section=section.name or None, sureness=Sureness.SEEN, evidence=seen
    )


def _no_listing(home: RawPage) -> Listing:
    return Listing(
        key="trang_chu", url=home.url, sureness=Sureness.INFERRED, evidence=f"{TODO}: chưa thấy dòng bài nào"
    )


def _signs(families: Sequence[Recognised]) -> str:
    if not families or families[0].sure < LIKELY:
        return "không nhận ra CMS; đọc theo cấu trúc."
    first = families[0]
    return f"{first.platform} ({first.sure:.0%}): {', '.join(first.evidence)}."


def _caveats(tried: Sequence[Tried], taken: Sequence[Section]) -> str:
    articles = [one.result for one in tried if isinstance(one.result, Article)]
    dated = sum(article.published_at is not None for article in articles)
    said = f"{len(articles)}/{len(tried)} bài thử đọc được, {dated} có ngày"
    unturned = [section.key for section in taken if section.next_url is None]
    return said + (f"; không thấy trang sau của {', '.join(unturned)}." if unturned else ".")


def cadence_of(dates: Sequence[datetime]) -> Cadence | None:
    """Return how often a portal is worth a look, by the dates of its newest rows; None where they print too few."""
    recent = sorted(dates, reverse=True)[:_RECENT]
    if len(recent) < _FEW:
        return None
    days = max((recent[0] - recent[-1]).total_seconds() / 86400, 1.0)
    return next((cadence for rate, cadence in _RATES if len(recent) / days >= rate), Cadence.WEEKLY)
