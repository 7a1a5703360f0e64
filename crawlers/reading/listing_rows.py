"""Rows of a listing page: which part of the tree is about one article, and its title, date and lead."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from lxml.html import HtmlElement

from crawlers.reading.listing_dates import printed_date, split_date
from crawlers.reading.listing_links import Candidate
from crawlers.reading.tree import INLINE, INVISIBLE, class_id, text_up_to
from storage.text import clean, match_key

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_WHOLE = frozenset({"li", "article"})
_LEAD_LENGTH = 25

_SMALL_PRINT = re.compile(
    r"^\W*(?:(?:(?:số )?(?:lượt|lần|người) (?:xem|đọc)|đã xem|lượt người|views?)\b|"
    r"(?:tác giả|nguồn|theo|người (?:đăng|viết|tạo)|chuyên mục|danh mục|thể loại|từ khóa|tags?|bình luận|đăng bởi|"
    r"(?:file|tệp) đính kèm|tải về)\s*:)",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"\s*(?:\[?\(?(?:xem (?:thêm|tiếp|chi tiết)|chi tiết|đọc (?:thêm|tiếp)|read more|more)\)?\]?)\s*[.…›»>→]*\s*$",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Line:
    """A line of a row as a reader sees it, and what it stands in."""

    text: str
    own: bool
    """Inside a link to the row's article."""
    foreign: bool
    """Inside a link to somewhere else."""
    heading: bool
    hint: str
    """Class and id of the block around it."""


@dataclass(slots=True)
class Row:
    """A part of the page that is about one article.

    Attributes:
        candidate: the article's address and links.
        element: the largest element about it alone.
        nodes: that element and what follows or precedes it up to the next row.
        link: the link that names it, within the element.
    """

    candidate: Candidate
    element: HtmlElement
    link: HtmlElement
    nodes: list[HtmlElement] = field(default_factory=list)
    title: str = ""
    date: str = ""
    lead: str = ""
    heading: bool = False
    image: bool = False


class _Lines:
    """Cuts row nodes into lines at block edges, line breaks, link edges and around inline dates."""

    def __init__(self, url: str, addresses: Mapping[HtmlElement, str]) -> None:
        self.lines: list[Line] = []
        self._url = url
        self._addresses = addresses
        self._pieces: list[str] = []
        self._state = Line("", own=False, foreign=False, heading=False, hint="")

    def flush(self) -> None:
        text = clean("".join(self._pieces))
        self._pieces.clear()
        if text:
            state = self._state
            self.lines.append(Line(text, state.own, state.foreign, state.heading, state.hint))

    def add(self, element: HtmlElement, *, tail: bool) -> None:
        tag = element.tag
        if isinstance(tag, str) and tag not in INVISIBLE:
            self._walk(element, tag)
        if tail and element.tail:
            self._pieces.append(element.tail)

    def _walk(self, element: HtmlElement, tag: str) -> None:
        parted = tag not in INLINE or tag in {"a", "time"} or self._dated(element)
        before = self._state
        if parted:
            self.flush()
            own = before.own or self._addresses.get(element) == self._url
            self._state = Line(
                "",
                own=own,
                foreign=(before.foreign or tag == "a") and not own,
                heading=before.heading or tag in _HEADINGS,
                hint=class_id(element).strip() or before.hint,
            )
        if tag == "time" and not (element.text_content() or "").strip():
            self._pieces.append(element.get("datetime") or "")
        if element.text:
            self._pieces.append(element.text)
        for child in element:
            self.add(child, tail=True)
        if parted:
            self.flush()
            self._state = before

    @staticmethod
    def _dated(element: HtmlElement) -> bool:
        text = text_up_to(element, 80)
        return len(text) <= 80 and printed_date(clean(text)) != ""


def lines_of(nodes: Iterable[HtmlElement], url: str, addresses: Mapping[HtmlElement, str]) -> list[Line]:
    """Return the lines of a row's nodes; `addresses` tells where the page's links lead, `url` the row's article."""
    collector = _Lines(url, addresses)
    for node in nodes:
        collector.add(node, tail=False)
        collector.flush()
        if node.tail and node.tail.strip():
            collector._pieces.append(node.tail)  # noqa: SLF001
            collector.flush()
    return collector.lines


def fill(row: Row, addresses: Mapping[HtmlElement, str]) -> None:
    """Read title, date and lead of a row; `addresses` tells where the page's candidate links lead."""
    lines = lines_of(row.nodes or [row.element], row.candidate.url, addresses)
    row.image = any(True for node in row.nodes or [row.element] for _ in node.iter("img"))
    at = _title_line(row, lines)
    title = _better_title(row, lines[at].text) if at is not None else row.candidate.title
    row.heading = at is not None and lines[at].heading
    place = at if at is not None else -1
    row.date = _nearest_date(lines, place)
    title, row.date = split_date(title, row.date)
    row.title = clean(title)
    key = match_key(row.title)
    for line in lines[place + 1 :]:
        text = _MORE.sub("", line.text)
        if line.foreign or len(text) < _LEAD_LENGTH or printed_date(text) or _SMALL_PRINT.match(text):
            continue
        text, dated = split_date(text, row.date)
        said = match_key(text)
        if said == key or (said.startswith(key) and len(said) < len(key) + 8):
            continue
        if (line.heading and not line.own) or key.startswith(said.rstrip(" .…")):
            continue
        row.lead, row.date = clean(text), dated
        break


def _title_line(row: Row, lines: list[Line]) -> int | None:
    own = [
        index
        for index, line in enumerate(lines)
        if line.own and not printed_date(line.text) and _MORE.sub("", line.text)
    ]
    for test in (lambda line: line.heading, lambda line: re.search(r"title|tieu-?de|headline|ten-?bai", line.hint)):
        named = [index for index in own if test(lines[index])]
        if named:
            return named[0]
    if row.candidate.title_link is not None:
        exact = [index for index in own if lines[index].text == row.candidate.title]
        if exact:
            return exact[0]
    if own:
        return next((index for index in own if len(lines[index].text.split()) > 2), own[0])
    headings = [index for index, line in enumerate(lines) if line.heading and not line.foreign]
    if headings:
        return headings[0]
    if row.candidate.title:
        return None
    return next(
        (index for index, line in enumerate(lines) if not printed_date(line.text) and len(line.text.split()) > 2), None
    )


def _better_title(row: Row, line: str) -> str:
    """Prefer the link's tooltip where the line is the same cut short."""
    cut = line.rstrip(" .…[]")
    whole = row.candidate.title
    return whole if cut != line and len(whole) > len(cut) and whole.casefold().startswith(cut.casefold()) else line


def _nearest_date(lines: list[Line], place: int) -> str:
    dated = [
        (abs(index - place), index < place, printed_date(line.text))
        for index, line in enumerate(lines)
        if index != place
    ]
    found = sorted((distance, before, date) for distance, before, date in dated if date)
    return found[0][2] if found else ""


# --- where rows lie


def find_rows(root: HtmlElement, found: list[Candidate]) -> list[Row]:
    """Return the rows of a page, in page order: for each candidate, the largest part of the tree about it alone.

    One candidate may have several rows (a box of hot news beside the list).
    """
    alone: dict[HtmlElement, str | None] = {}
    for candidate in found:
        for link in candidate.links:
            for element in _up(link):
                known = alone.get(element, "")
                if known is None:
                    break
                alone[element] = candidate.url if known in {"", candidate.url} else None
    rows: dict[HtmlElement, Row] = {}
    for candidate in found:
        for link in candidate.links:
            element = _grow(link, candidate.url, alone, root)
            if element not in rows:
                rows[element] = Row(candidate, element, link)
            elif link is candidate.title_link:
                rows[element].link = link
    order = {element: index for index, element in enumerate(root.iter())}
    return _joined(sorted(rows.values(), key=lambda row: order[row.element]))


def _up(element: HtmlElement) -> Iterator[HtmlElement]:
    yield element
    yield from element.iterancestors()


def _grow(link: HtmlElement, url: str, alone: dict[HtmlElement, str | None], root: HtmlElement) -> HtmlElement:
    element = link
    for parent in link.iterancestors():
        if (
            alone.get(parent) != url
            or parent is root
            or parent.tag in {"body", "form", "main"}
            or element.tag in _WHOLE
        ):
            break
        if "main" in class_id(parent).split() or parent.get("role") == "main":
            break
        element = parent
    return element


def _joined(rows: list[Row]) -> list[Row]:
    """Join rows of one article that stand side by side, and share out what lies between rows.

    Side by side stand a picture's link and the title's, for example.
    """
    joined: list[Row] = []
    for row in rows:
        last = joined[-1] if joined else None
        if last and last.candidate is row.candidate and last.element.getparent() is row.element.getparent():
            last.nodes = last.nodes or [last.element]
            last.nodes += _between(last.nodes[-1], row.element)[1:]
            if row.link is row.candidate.title_link:
                last.link = row.link
            continue
        joined.append(row)
    by_parent: dict[HtmlElement | None, list[Row]] = {}
    for row in joined:
        row.nodes = row.nodes or [row.element]
        by_parent.setdefault(row.element.getparent(), []).append(row)
    for parent, siblings in by_parent.items():
        if parent is not None and len(siblings) > 1:
            _share_out(parent, siblings)
    return joined


def _between(first: HtmlElement, last: HtmlElement) -> list[HtmlElement]:
    nodes = [first]
    while nodes[-1] is not last:
        following = nodes[-1].getnext()
        if following is None:
            break
        nodes.append(following)
    return nodes


def _share_out(parent: HtmlElement, rows: list[Row]) -> None:
    """Give each row the siblings between it and the next row: a date or lead may follow the title, or precede it."""
    children = [child for child in parent if isinstance(child.tag, str) and child.tag not in {"script", "style"}]
    index = {child: number for number, child in enumerate(children)}
    spans = [(index[row.nodes[0]], index[row.nodes[-1]]) for row in rows]
    gaps = [children[end + 1 : start] for (_, end), (start, _) in pairwise(spans)]
    usual = max((len(gap) for gap in gaps), default=0)
    if not usual or sorted(map(len, gaps))[len(gaps) // 2] == 0:
        return
    pattern = [_sort(child) for child in min(gaps, key=lambda gap: (len(gap) == 0, len(gap)))]
    head = [_sort(child) for child in children[max(0, spans[0][0] - len(pattern)) : spans[0][0]]]
    tail = [_sort(child) for child in children[spans[-1][1] + 1 : spans[-1][1] + 1 + len(pattern)]]
    after = next(
        (
            size
            for size in range(len(pattern), -1, -1)
            if tail[:size] == pattern[:size]
            and (size == len(pattern) or head[-(len(pattern) - size) :] == pattern[size:])
        ),
        len(pattern),
    )
    before = len(pattern) - after
    for number, row in enumerate(rows):
        start, end = spans[number]
        gap = gaps[number] if number < len(gaps) else children[end + 1 : end + 1 + after]
        follows = gap[: len(gap) - before] if number < len(gaps) else gap
        leads = (gaps[number - 1] if number else children[max(0, start - before) : start])[-before:] if before else []
        row.nodes = [*leads, *row.nodes, *follows]


def _sort(element: HtmlElement) -> tuple[str, str]:
    return str(element.tag), re.sub(r"\d+", "", element.get("class") or "")
