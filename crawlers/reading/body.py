"""From the article's container to its parts: what stands above the text, the lead, the body, what stands below it.

Counters, tools, links and labels are taken away at the head and the tail only: in the middle of the body every line is
the article's own, except boxes that link to other articles.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from crawlers.portal import Rules
from crawlers.reading.echoes import key
from crawlers.reading.ends import HEAD_SAYS, head_end, is_furniture, is_headline, is_shown, stop_of, tail_of
from crawlers.reading.lead import LEAD_CLASS, find_lead
from crawlers.reading.lines import ENDING, Says, is_view_label
from crawlers.reading.locate import Place
from crawlers.reading.media import attachment_links, captions, is_credit_line, is_file_line, is_set_off
from crawlers.reading.page import Kind, Line, Node, Page, Zone
from crawlers.reading.published import stamp
from crawlers.reading.related import OWN_LIST, other_articles
from crawlers.reading.tree import css
from storage.records import ListingItem

_AFTER = 80
"""Lines below a container that are looked at: bylines, counters and related links stand close to the text."""
_CLOSE = 4
"""Lines above a container, under a title that is not printed, in which its date stands."""
_TINY = 350
"""Characters below which a plain short line under a picture may be all that the article says."""


@dataclass(slots=True)
class Parts:
    """The article's lines by part; every list is in page order.

    Attributes:
        head: around the title and above the text: dates, counters, section links.
        lead: the lines of the lead; `lead_why` says how it was told.
        body: the body's paragraphs and tables.
        tail: below the body, to the first heading of other things.
        rest: after that heading: related links.
        shown: body and lead with the images, captions and frames among them, for media.
        captions: caption lines by image index.
        dropped: lines inside the body that link to other articles.
        counters: counters of views that stand below the tail, in another block.
    """

    head: list[Line] = field(default_factory=list)
    lead: list[Line] = field(default_factory=list)
    lead_why: tuple[str, str] = ("", "")
    body: list[Line] = field(default_factory=list)
    tail: list[Line] = field(default_factory=list)
    rest: list[Line] = field(default_factory=list)
    shown: list[Line] = field(default_factory=list)
    captions: dict[int, list[Line]] = field(default_factory=dict)
    dropped: list[Line] = field(default_factory=list)
    counters: list[Line] = field(default_factory=list)


def part(
    page: Page, title: Line | None, title_text: str, place: Place, rules: Sequence[Rules], listing: ListingItem | None
) -> Parts:
    """Divide the lines of an article into its parts."""
    parts = Parts()
    container = place.node
    unwanted = _unwanted(page, rules)
    inside = title is not None and container.holds(title.index)
    start = title.index + 1 if title is not None and inside else container.start
    lines = [
        line
        for line in page.lines[start : container.end]
        if line.index not in unwanted and (line.node.zone is container.zone or line.node.zone is Zone.MAIN)
    ]
    above = _above(page, title, container, unwanted)
    first = head_end(lines, title_text, page.url)
    parts.head = [*above, *lines[:first]]
    stop = stop_of(lines, first)
    core = lines[first:stop]
    end, close = tail_of(core, title_text, page.url)
    first_image = next((position for position in range(end, close) if is_shown(core[position])), close)
    beyond = {line.index for line in core[end:close]}
    pictures = [
        line
        for line in lines[:first]
        if line.kind is not Kind.TEXT and not line.learned and (title is None or line.index > title.index)
    ]
    parts.shown = [*pictures, *core[:end], *core[first_image:close]]
    parts.tail = [*core[end:], *lines[stop : stop + _AFTER]] if stop < len(lines) else core[end:]
    after = [line for line in _below(page, title, container) if line.index not in unwanted]
    parts.tail, parts.rest = _divide_tail(
        [line for line in (*parts.tail, *(after if stop >= len(lines) else ())) if not is_furniture(line)],
        [] if stop >= len(lines) else [*lines[stop:], *after],
        page.url,
    )
    _look_beyond(page, container, parts)
    _between(page, title, container, parts, unwanted)
    parts.dropped = other_articles(page, parts.shown, container)
    gone = {line.index for line in parts.dropped}
    parts.shown = [line for line in parts.shown if line.index not in gone]
    texts = [line for line in parts.shown if line.kind in {Kind.TEXT, Kind.TABLE}]
    tiny = sum(len(line.text) for line in (*texts, *parts.lead)) < _TINY
    parts.captions = captions(page, parts.shown, tiny=tiny)
    told = {line.index for found in parts.captions.values() for line in found}
    parts.body = [
        line
        for line in texts
        if line.index not in told
        and line.index not in beyond
        and not (line.kind is Kind.TEXT and (is_credit_line(line.text) or is_file_line(line, page.url)))
    ]
    _set_lead(page, parts, rules, listing)
    return parts


def _unwanted(page: Page, rules: Sequence[Rules]) -> set[int]:
    found: set[int] = set()
    for rule in rules:
        for selector in rule.drop:
            for el in css(page.root, selector):
                node = page.nodes.get(el)
                if node is not None:
                    found.update(range(node.start, node.end))
    return found


def _above(page: Page, title: Line | None, container: Node, unwanted: set[int]) -> list[Line]:
    """The lines just above the title within its column: the date, the section and counters may stand there.

    Of a title that is not printed (a picture says it), those just above the container within the block around it.
    """
    if title is None:
        around = container.parent
        if around is None or around.tag in {"body", "html"}:
            return []
        found = page.lines[max(around.start, container.start - _CLOSE) : container.start]
        return [line for line in found if line.index not in unwanted and line.node.zone is Zone.MAIN]
    scope = title.node
    for node in title.node.ancestors():
        before = page.lines[node.start : title.index]
        if (
            node.tag in {"body", "html"}
            or len(before) > 14
            or any(
                line.linked and len(line.links) == 1 and len(line.text) >= 25 and line.node.zone is Zone.MAIN
                for line in before
            )
        ):
            break
        scope = node
    found = page.lines[max(scope.start, title.index - 10) : title.index]
    return [line for line in found if line.index not in unwanted and line.node.zone is not Zone.UNSEEN]


def _below(page: Page, title: Line | None, container: Node) -> list[Line]:
    """The lines after the container within the block that holds title and container, or two blocks up."""
    limit = container.end
    for count, node in enumerate(container.ancestors()):
        if node.tag in {"body", "html"} or count > 5:
            break
        limit = max(limit, node.end)
        if count >= 2 and (title is None or node.holds(title.index)):
            break
    return [
        line
        for line in page.lines[container.end : min(limit, container.end + _AFTER)]
        if line.node.zone is not Zone.UNSEEN
    ]


def _divide_tail(tail: Sequence[Line], rest: Sequence[Line], url: str) -> tuple[list[Line], list[Line]]:
    """Cut the lines below the body where other things begin: at their heading, or at the first linked headline."""
    for position, line in enumerate(tail):
        if line.kind is not Kind.TEXT:
            continue
        if line.says in {Says.RELATED, Says.STATISTICS, Says.LOGIN}:
            return list(tail[:position]), [*tail[position:], *rest]
        if is_headline(line) and len(line.text) >= 25 and not attachment_links(line, url):
            before = tail[position - 1] if position else None
            row = line.node.parent
            dated = before is not None and row is not None and row.holds(before.index) and stamp(before) is not None
            cut = position - dated  # the date before a headline in its row goes with it
            return list(tail[:cut]), [*tail[cut:], *rest]
    return list(tail), list(rest)


def _between(page: Page, title: Line | None, container: Node, parts: Parts, unwanted: set[int]) -> None:
    """Take the lines between title and container: metadata to the head, images to the body, text to the lead."""
    if title is None or title.index + 1 >= container.start:
        return
    images: list[Line] = []
    texts: list[Line] = []
    gap = [
        line
        for line in page.lines[title.index + 1 : container.start]
        if line.index not in unwanted and line.node.zone is Zone.MAIN
    ]
    for position, line in enumerate(gap):
        if line.kind is not Kind.TEXT:
            images.append(line)
            continue
        parts.head.append(line)
        kind = line.says
        if (
            line.learned
            or kind in ENDING
            or kind in HEAD_SAYS
            or stamp(line)
            or line.linked
            or key(line.text) == key(title.text)
        ):
            continue
        if position and is_view_label(gap[position - 1].text):
            continue
        under_image = position and gap[position - 1].kind is Kind.IMAGE and is_set_off(line)
        if len(line.text) < 25 and not under_image and not LEAD_CLASS.search(line.node.names):
            continue
        texts.append(line)
    told = {
        line.index
        for found in captions(page, sorted([*images, *texts], key=_by_index), tiny=True).values()
        for line in found
    }
    first = [line for line in texts if line.index not in told]
    if len(first) == 1 or (first and len({line.node for line in first}) == 1):
        parts.lead, parts.lead_why = first, ("position", "between title and body")
    else:
        images += first
    parts.shown = sorted([*images, *(line for line in texts if line.index in told), *parts.shown], key=_by_index)


def _look_beyond(page: Page, container: Node, parts: Parts) -> None:
    """Look for what is the article's own beyond its blocks: its counter, and links under "Tin liên quan" and the like.

    Side boxes have headings of the same kind ("Tin nổi bật"): those are not taken here.
    """
    headed = bool(parts.rest) and parts.rest[0].says is Says.RELATED
    for line in page.lines[container.end : container.end + _AFTER]:
        if line.node.zone is not Zone.MAIN or line.kind is not Kind.TEXT:
            continue
        kind = line.says
        if kind in {Says.STATISTICS, Says.FOOTER}:
            return
        if kind is Says.VIEWS or is_view_label(line.text):
            parts.counters += page.lines[line.index : line.index + 2]
        elif kind is Says.RELATED:
            if not headed and OWN_LIST.search(line.text):
                parts.rest = page.lines[line.index : line.index + _AFTER]
            return


def _by_index(line: Line) -> int:
    return line.index


def _set_lead(page: Page, parts: Parts, rules: Sequence[Rules], listing: ListingItem | None) -> None:
    """Move the lead from the body to its own place; where it is the only text it is the body."""
    found, why = find_lead(page, parts.body, parts.shown, rules, listing, placed=bool(parts.lead))
    if found:
        chosen = {line.index for line in found}
        parts.lead, parts.lead_why = found, why
        parts.body = [line for line in parts.body if line.index not in chosen]
    elif (
        parts.lead
        and not parts.body
        and not any(is_shown(line) and line.index > parts.lead[-1].index for line in parts.shown)
    ):
        parts.body, parts.lead = parts.lead, []
