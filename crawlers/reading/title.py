"""Which line is the title: by rules, by its echo in what the page and the listing say of it, by its place and setting.

A title echoes: in the listing row, in `<title>`, in `og:title`, in the address's slug. A side portlet's heading, the
section and the site's name echo too, but shorter, linked, or in the margin. Where nothing echoes, the title is the last
short line above the first paragraph.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from crawlers.portal import Rules
from crawlers.reading.echoes import CUT, ECHO, FEW, LONGEST, SEPARATOR, SEVERAL, Echoes, key
from crawlers.reading.lines import Says
from crawlers.reading.meta import Meta
from crawlers.reading.page import Kind, Line, Page, Zone
from crawlers.reading.tree import css, text_of
from storage.records import ListingItem
from storage.text import clean

_TITLE_CLASS = re.compile(r"title|tieu-?de|headline|tieude")
_FRAME_CLASS = re.compile(
    r"portlet|widget|block-title|module|topper|box|panel|sidebar|category|chuyen-?muc|breadcrumb|web-?part|\bms-wp"
)
_SLUG_ECHO = 0.7


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line that may be the title, how sure, and why."""

    line: Line | None
    text: str
    score: float
    method: str
    evidence: str = ""


def find_title(page: Page, rules: Sequence[Rules], echoes: Echoes) -> Candidate | None:
    """Return the line that echoes loudest (or that a rule names), or None if no line does.

    A claim that no line of the page repeats is no title here; `claimed` gives it.
    """
    ruled = _by_rule(page, rules)
    best: Candidate | None = None
    for line in page.lines:
        size = len(line.text)
        if line.kind is not Kind.TEXT or not 3 <= size <= LONGEST or line.node.zone is Zone.UNSEEN:
            continue
        loud, source = echoes.of(line.text)
        if line.index in ruled:
            loud, source = loud + 5.0, f"rule {ruled[line.index]}"
        if loud < ECHO - 1.5:
            continue
        if source == "<title>" and (CUT.search(line.text) or is_site_name(line, echoes)):
            continue  # cut off by dots it is an echo itself: the title stands whole elsewhere
        score = loud + setting(line, echoes.url) + echoes.names_itself(line)
        if score > (best.score if best else ECHO - 0.5):
            method = "rules" if line.index in ruled else "listing_echo" if source.startswith("listing") else "echo"
            best = Candidate(line, line.text, score, method, source)
    if best is None or (best.evidence == "<title>" and is_weak(best, echoes)):
        return _by_slug(page, echoes) or best
    return _without_section(page, best, echoes) if best.evidence == "<title>" else best


def _without_section(page: Page, whole: Candidate, echoes: Echoes) -> Candidate:
    """Of a line that repeats all of a `<title>` of several pieces, the line above that is its longest piece alone."""
    if key(whole.text) != echoes.page_title or len(echoes.segments) < 2 or whole.line is None:
        return whole
    longest = max(echoes.segments, key=len)
    for line in page.lines[: whole.line.index]:
        if (
            key(line.text) == longest
            and line.node.zone is Zone.MAIN
            and not line.links
            and len(line.text.split()) > FEW
        ):
            return Candidate(line, line.text, whole.score, whole.method, whole.evidence)
    return whole


def _by_slug(page: Page, echoes: Echoes) -> Candidate | None:
    """The line that says what the address's slug says, if one does."""
    if len(echoes.slug) < 4:
        return None
    best: Candidate | None = None
    for line in page.lines:
        if line.kind is not Kind.TEXT or line.node.zone is not Zone.MAIN or not 15 <= len(line.text) <= LONGEST:
            continue
        if line.text.count(" ") < 3 or (line.linked and not _links_to(line, echoes.url)):
            continue
        share = echoes.slug_share(line.text)
        if share >= _SLUG_ECHO:
            score = ECHO + share + setting(line, echoes.url)
            if best is None or score > best.score:
                best = Candidate(line, line.text, score, "echo", "the address's slug")
    return best


def is_site_name(line: Line, echoes: Echoes) -> bool:
    """Whether a line is the site's name: it stands in the page's foot and elsewhere."""
    own = key(line.text)
    return own in echoes.foot and echoes.counts[own] > 1


def is_weak(title: Candidate, echoes: Echoes) -> bool:
    """Whether a title echoes in `<title>` alone and is short or repeated, as a section's name is.

    What a link to this very page says is repeated because it is the title.
    """
    if title.line is None or not title.evidence.startswith("<title>") or echoes.slug_share(title.text) >= _SLUG_ECHO:
        return False
    own = key(title.text)
    return len(title.text.split()) <= 7 or (echoes.counts[own] > 1 and own not in echoes.own_links)


def is_label(title: Candidate, echoes: Echoes) -> bool:
    """Whether a weak title is the section's name, printed and linked in each row of the section's list."""
    line = title.line
    return line is not None and line.linked and is_weak(title, echoes) and echoes.counts[key(line.text)] >= SEVERAL


def _by_rule(page: Page, rules: Sequence[Rules]) -> dict[int, str]:
    for rule in rules:
        for selector in rule.title:
            for el in css(page.root, selector):
                node = page.node_of(el)
                text = text_of(el)
                if node is None or not text:
                    continue
                for line in page.lines_of(node):
                    if line.kind is Kind.TEXT and line.text and (line.text in clean(text) or clean(text) in line.text):
                        return {line.index: selector}
    return {}


def setting(line: Line, url: str) -> float:
    """Return how much a line is set like a title: heading, class, not linked elsewhere, not in the margin."""
    score = {1: 1.5, 2: 1.0, 3: 0.6, 4: 0.3}.get(line.heading, 0.0)
    near = [node for _, node in zip(range(3), line.node.ancestors(), strict=False)]
    if any(_TITLE_CLASS.search(node.names) for node in near[:2]):
        score += 0.6
    if len(line.text.split()) <= 2 * FEW and any(_FRAME_CLASS.search(node.names) for node in near[:2]):
        score -= 0.8  # the heading of a box is short; an article may stand in one
    if line.says is Says.FOOTER:  # the site's own name
        score -= 2.0
    if line.linked and not _links_to(line, url):
        score -= 2.0
    if line.node.zone is Zone.MARGIN:
        score -= 3.0
    if line.node.tag == "li" or line.item:
        score -= 1.5
    return score


def _is_menu(line: Line) -> bool:
    """Whether a line is several links in a row (a path, a tool bar), or a button."""
    hrefs = [el.get("href") or "" for el, _ in line.links]
    return line.link > 0.3 * len(line.text) and (
        len(hrefs) > 1 or any(href.startswith("javascript:") for href in hrefs)
    )


def _is_boxed(page: Page, line: Line, echoes: Echoes) -> bool:
    """Whether the line right above is a box's heading, set like those of other boxes."""
    above = page.lines[line.index - 1] if line.index else None
    return above is not None and above.kind is Kind.TEXT and not above.linked and echoes.recurs(above)


def _heads_nothing(page: Page, line: Line) -> bool:
    """Whether the next text says that there is nothing: a portlet's heading."""
    following = next((other for other in page.lines[line.index + 1 : line.index + 4] if other.text), None)
    return following is not None and following.says is Says.NOTHING


def _links_to(line: Line, url: str) -> bool:
    own = urlsplit(url).path.rstrip("/") if url else ""
    for el, _ in line.links:
        href = (el.get("href") or "").strip()
        if not href or href.startswith(("#", "javascript:")):
            return True
        try:
            if own and urlsplit(urljoin(url, href)).path.rstrip("/") == own:
                return True
        except ValueError:
            continue
    return False


def title_above(page: Page, first: int, echoes: Echoes, skipped: "set[int]") -> Candidate | None:
    """Return the title by place: the best-set short line in the dozen above line `first`; the nearer, the better.

    Args:
        page: the page.
        first: index of the first paragraph (or lead).
        echoes: for the slug, and for what little the claims say.
        skipped: indexes of lines that are no title: dates, a weak echo.
    """
    best: Candidate | None = None
    seen = 0
    for index in range(first - 1, max(first - 40, -1), -1):
        line = page.lines[index]
        if line.kind is not Kind.TEXT or line.node.zone is not Zone.MAIN or index in skipped:
            continue
        if len(line.text) < 8 or len(line.text) > LONGEST or line.says is not None:
            continue
        if (
            _is_menu(line)
            or (line.linked and not _links_to(line, echoes.url))
            or line.text[-1] in ".;:,"
            or is_site_name(line, echoes)
        ):
            continue
        above = page.lines[index - 1] if index else None
        score = 1.5 - 0.25 * seen + setting(line, echoes.url) + echoes.of(line.text)[0]
        score += 4.0 * echoes.slug_share(line.text) if echoes.slug_share(line.text) >= 0.55 else 0.0
        score += 0.5 if line.strong else 0.0
        score += 0.5 if 20 <= len(line.text) <= 220 else 0.0
        score -= 0.8 if len(line.text.split()) <= FEW else 0.0
        score -= 1.0 if line.text.isupper() and len(line.text) < 60 else 0.0
        score += echoes.repeated(line)
        score -= 1.5 if echoes.recurs(line) else 0.0
        score -= 1.0 if above is not None and above.kind is Kind.IMAGE else 0.0
        if best is None or score > best.score:
            best = Candidate(line, line.text, score, "place", "last set-off line above the first paragraph")
        seen += 1
        if seen >= 8:
            break
    return best


def outdoes(near: Candidate, weak: Candidate, echoes: Echoes) -> bool:
    """Whether the line above the text is the title, and a weak echo only the section's name above it.

    The address's slug settles it where it tells.
    """
    if near.line is None or weak.line is None or near.line.index <= weak.line.index:
        return False
    mine, other = echoes.slug_share(near.text), echoes.slug_share(weak.text)
    if max(mine, other) >= 0.55:
        return mine > other
    return len(near.text.split()) >= 4 and not near.text.endswith(".") and near.score >= 1.25


def title_alone(page: Page, echoes: Echoes, dates: Sequence[int]) -> Candidate | None:
    """Return the title of a page with no paragraph to stand above and no echo: by setting, beside a date or a counter.

    Args:
        page: the page.
        echoes: for the address of the page.
        dates: indexes of lines that are dates or counters of views.
    """
    best: Candidate | None = None
    marked = set(dates)
    for line in page.lines:
        if line.kind is not Kind.TEXT or line.node.zone is not Zone.MAIN or not 15 <= len(line.text) <= 300:
            continue
        if (
            line.text.count(" ") < 3
            or line.text[-1] in ".?"
            or line.says is not None
            or line.item
            or line.index in marked
            or echoes.recurs(line)
            or _heads_nothing(page, line)
        ):
            continue
        if _is_menu(line) or (line.links and not _links_to(line, echoes.url)) or is_site_name(line, echoes):
            continue
        gap = next((far for far in range(1, 5) if {line.index - far, line.index + far} & marked), 99)
        score = (
            setting(line, echoes.url)
            + (0.5 if line.strong else 0.0)
            - (1.0 if line.text.isupper() and len(line.text) < 60 else 0.0)
            - (0.8 if len(line.text.split()) <= FEW else 0.0)
            + min(echoes.repeated(line), 0.0)
            - (1.5 if _is_boxed(page, line, echoes) else 0.0)
            + (2.0 if gap <= 2 else 1.0 if gap <= 4 else 0.0)
        )
        if score >= 1.0 and (best is None or score > best.score):
            best = Candidate(line, line.text, score, "place", "set off beside the date")
    return best


def claimed(meta: Meta, listing: ListingItem | None) -> Candidate | None:
    """Return the title as claimed by machines' tags or the listing row: for pages that do not print it."""
    for source, text in meta.titles:
        if len(text) >= 8:
            return Candidate(None, text, 2.0, "meta", source)
    if listing and len(listing.title) >= 8:
        return Candidate(None, listing.title, 2.0, "listing", "the row's title")
    if meta.page_title:
        first = SEPARATOR.split(meta.page_title)[0].strip()
        return Candidate(None, first or meta.page_title, 1.0, "meta", "<title>")
    return None
