"""Links of a listing page: their true address, whether they may lead to an article, and the text that names it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, urljoin, urlsplit

from lxml.html import HtmlElement

from crawlers.reading.tree import text_of
from storage.addresses import looks_like_trap
from storage.text import match_key

_NOT_PAGES = ("javascript:", "mailto:", "tel:", "data:", "about:", "blob:", "sms:", "zalo:", "callto:", "skype:")
_EDGES = "".join(map(chr, range(0x21)))
_NOT_IN_ADDRESSES = re.compile("[^!-~]")
_FILE = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|od[tsp]|rtf|zip|rar|7z|jpe?g|png|gif|bmp|webp|svg|ico|mp[34]|avi|wmv|flv|mov|webm|"
    r"exe|apk|css|js|xml|rss|json|txt|csv|ics)$",
    re.IGNORECASE,
)
_SCRIPTED = re.compile(r"['\"]((?:https?://|/)[^'\"\s]+|[\w./-]+\.(?:aspx|html?|php|jsp)(?:\?[^'\"\s]*)?)['\"]")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})")
_UTILITY = re.compile(
    r"/(?:rss|feed|print|in-?trang|gui-?email|send-?mail|search|tim-?kiem|tags?|tu-?khoa|sitemap|so-do[\w-]*|lien-he|"
    r"contact|author|tac-gia|account|user|wp-admin|wp-json)(?:[/.?]|$)",
    re.IGNORECASE,
)
_PAGE_NUMBER = re.compile(
    r"[?&](?:[\w-]*_)?(?:page|p|trang|cur|pageindex|pageno|pagenumber|paged|pg|currentpage|start|offset|from)=\d+"
    r"|[?&]paged=true|[?&]pagefirstrow=|/(?:page|trang|p)[/-]?\d+(?=[/.?]|$)|-(?:page|trang)-\d{1,2}(?=(?:\.\w+)?(?:$|\?))",
    re.IGNORECASE,
)
_PAGER_TEXT = re.compile(
    r"(?:\W|\d|(?:xem|trang|page|số|sau|trước|tiếp|theo|kế|đầu|cuối|cùng|next|previous|prev|older|newer|posts?|first|last)"
    r"(?![^\W\d_]))*",
    re.IGNORECASE,
)
"""What a pager's link says: numbers, arrows, "Trang sau"."""
_PERMALINK = re.compile(r"^https?://[^/]+/(?:index\.php)?\?p=\d+$")  # WordPress: a story's number, no page's
_GENERIC_TEXT = re.compile(
    r"^\W*(?:xem (?:thêm|tiếp|chi tiết|tất cả|toàn bộ|bài viết)|chi tiết|đọc (?:thêm|tiếp|bài viết)|tất cả|"
    r"tiếp(?: theo)?|read more|more|details?|view (?:all|more)|continue reading|new|mới|tải về|"
    r"download|in bài|\[?\.\.\.\]?)?\W*$",
    re.IGNORECASE,
)
_GENERIC_ALT = re.compile(
    r"^(?:image banner|anh (?:tin bai|dai dien)|ảnh (?:tin bài|đại diện)|image|img|photo|thumb\w*|no ?image)$|"
    r"\.(?:jpe?g|png|gif|webp|bmp)$",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+")

# Signs of an article's own address: its number, its date, or a slug of many words.
_NUMBERED = re.compile(
    r"[-_/.]a?\d{2,}(?:[./?]|$)|/\d{2,}-|/(?:19|20)\d\d/\d{1,2}/|[-_]n?\d+\.(?:html?|aspx|htm)$"
    r"|[?&/](?:[\w.]*id|n|news|baiviet|article|itemid|newsid|tinid|tin)=\d+|\?/[^/]+/\d+",
    re.IGNORECASE,
)


def resolve(base: str, href: str) -> str | None:
    """Return the absolute http(s) address of a link in the spelling found, or None where it leads to no page.

    Only what a browser does is done: edges and line breaks removed, the base joined, the fragment cut, spaces and
    letters outside ASCII percent-encoded as UTF-8. `?/<slug>/<id>` stays as it is.
    """
    href = href.strip(_EDGES).translate({9: None, 10: None, 13: None})
    if not href or href.startswith("#") or href.lower().startswith(_NOT_PAGES):
        return None
    path, mark, query = href.partition("?")
    href = path.replace("\\", "/") + mark + query
    try:
        url = urljoin(base, href).partition("#")[0]
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            return None
        _ = parts.port
    except ValueError:
        return None
    return _NOT_IN_ADDRESSES.sub(lambda match: quote(match[0]), url)


@dataclass(slots=True)
class Candidate:
    """An address that the page links to and that may be an article's, with all its links in page order.

    Attributes:
        url: in the spelling of the first link.
        links: the elements that lead there.
        title: the longest text that names it, "" if none does.
        title_link: the link with that text.
        articleness: 1 for an article's address by its form, 0.8 for a slug of many words, 0 for neither.
        sure: a rule of the portal's CMS says that it is one.
    """

    url: str
    links: list[HtmlElement] = field(default_factory=list)
    title: str = ""
    title_link: HtmlElement | None = None
    articleness: float = 0.0
    sure: bool = False

    @property
    def words(self) -> int:
        """Words of the title."""
        return len(_WORD.findall(self.title))


def page_links(root: HtmlElement, base: str) -> Iterator[tuple[HtmlElement, str]]:
    """Yield the page's links with their absolute address, in page order.

    An address in `onclick` counts where `href` is a script.
    """
    for link in root.iter("a", "area"):
        url = resolve(base, link.get("href") or "")
        if url is None:
            script = f"{link.get('onclick') or ''} {link.get('href') or ''}"
            if match := _SCRIPTED.search(script):
                url = resolve(
                    base, _ESCAPED.sub(lambda code: chr(int(code[1] or code[2], 16)), match[1]).replace("\\/", "/")
                )
        if url is not None:
            yield link, url


def articleness(url: str, patterns: Sequence[re.Pattern[str]]) -> tuple[float, bool]:
    """Return how much an address looks like an article's by its form, and whether a pattern of the CMS says so."""
    parts = urlsplit(url)
    tail = parts.path + (f"?{parts.query}" if parts.query else "")
    sure = any(pattern.search(tail) for pattern in patterns)
    if sure or _NUMBERED.search(tail):
        return 1.0, sure
    slug = parts.path.rstrip("/").rsplit("/", 1)[-1]
    return (0.8 if len(re.split(r"[-_]|%20", slug)) >= 5 else 0.0), False


def link_title(link: HtmlElement) -> str:
    """Return the text that names a link's target: its own text, else its tooltip, else its picture's description."""
    text = text_of(link)
    if _GENERIC_TEXT.match(text):
        text = ""
    tooltip = " ".join((link.get("title") or "").split())
    cut = text.rstrip(" .…[]")
    if tooltip and (
        not text or (text != cut and len(tooltip) > len(cut) and tooltip.casefold().startswith(cut.casefold()))
    ):
        return "" if _GENERIC_TEXT.match(tooltip) else tooltip
    if text:
        return text
    for image in link.iter("img"):
        alt = " ".join((image.get("alt") or image.get("title") or "").split())
        if len(_WORD.findall(alt)) > 2 and not _GENERIC_ALT.search(alt):
            return alt
    return ""


def candidates(
    links: Sequence[tuple[HtmlElement, str]],
    url: str,
    hosts: frozenset[str],
    patterns: Sequence[re.Pattern[str]],
    sure: frozenset[HtmlElement],
) -> list[Candidate]:
    """Return the addresses of the page that may be articles' and lie on `hosts`, in page order.

    `links` are the page's at `url`, by `page_links`; `sure` are those that rules name as titles of rows.
    """
    found: dict[str, Candidate] = {}
    here = urlsplit(url)
    for link, target in links:
        parts = urlsplit(target)
        if bare_host(parts.hostname) not in hosts or _leads_elsewhere(target, parts.path, parts.query):
            continue
        if is_paging(target) and not _names_an_article(link, target, url, patterns):
            continue
        if parts.query == here.query and parts.path.rstrip("/") == here.path.rstrip("/"):
            continue
        if target not in found:
            found[target] = Candidate(target)
            found[target].articleness, found[target].sure = articleness(target, patterns)
        candidate = found[target]
        candidate.links.append(link)
        candidate.sure |= link in sure
        title = link_title(link)
        better = len(title) > len(candidate.title) and (candidate.title_link is None or bool(text_of(link)))
        if better or (
            candidate.title_link is not None and not text_of(candidate.title_link) and text_of(link) and title
        ):
            candidate.title, candidate.title_link = title, link
    return _likely(list(found.values()))


def bare_host(host: str | None) -> str:
    """Return a host name without `www.`."""
    return (host or "").removeprefix("www.")


def _leads_elsewhere(target: str, path: str, query: str) -> bool:
    return bool(
        (path in {"", "/"} and not query) or _FILE.search(path) or _UTILITY.search(path) or looks_like_trap(target)
    )


def is_paging(url: str) -> bool:
    """Whether an address names a page number."""
    return _PAGE_NUMBER.search(url) is not None and not _PERMALINK.match(url)


def _names_an_article(link: HtmlElement, target: str, url: str, patterns: Sequence[re.Pattern[str]]) -> bool:
    """Whether a link leads to an article whose address only happens to hold a page number.

    Such are a slug like `sach-mot-trang-14` and an article's number with the listing's page beside it. A pager's link
    says a number or "sau", or its address is the listing's own with a page number put in.
    """
    bare = _PAGE_NUMBER.sub("", target)
    if bare.rstrip("/?&") == _PAGE_NUMBER.sub("", url).rstrip("/?&"):
        return False
    title = link_title(link)
    if _PAGER_TEXT.fullmatch(title):
        return False
    piece = _PAGE_NUMBER.search(target)
    if piece is not None and piece[0].startswith("-"):  # a title's words as a slug, or words enough for a title
        return re.sub(r"\W+", "-", match_key(title)).endswith(piece[0][1:].lower()) or len(_WORD.findall(title)) >= 4
    return len(_WORD.findall(title)) >= 4 and articleness(bare, patterns)[0] == 1


def _likely(found: list[Candidate]) -> list[Candidate]:
    """Drop what is a section's link rather than an article's: a short name, or a label that every row repeats."""
    likely = [one for one in found if one.sure or one.articleness >= 0.8 or one.words >= 4]
    numbered = sum(one.articleness >= 0.8 for one in likely)
    return [
        one
        for one in likely
        if one.sure or one.articleness >= 0.8 or one.words >= 8 or (len(one.links) < 3 and numbered < 5)
    ]
