"""Where the article is: the container of its paragraphs, and the slice of lines from its title to its end.

By rules where one matches; else by text mass (paragraphs lend their length to the blocks around them, links take it
away), near the title where one echoes. A tiny article (one line, an attachment, an image) has no mass: then it is what
stands under its title within the smallest block that holds anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from crawlers.portal import Rules
from crawlers.reading.lines import Says
from crawlers.reading.media import attachment_links, is_content_image
from crawlers.reading.page import Kind, Line, Node, Page, Zone
from crawlers.reading.published import date_of
from crawlers.reading.tree import css

GOOD = 50
"""Characters from which an unlinked line counts as a paragraph when mass is weighed."""
_LEAF = frozenset(
    {"p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "dd", "dt", "figcaption", "center"}
)
_MAX_GAP = 30
_ENDS = frozenset({Says.RELATED, Says.STATISTICS, Says.LOGIN, Says.COMMENTS, Says.PERMISSIONS})


@dataclass(frozen=True, slots=True)
class Place:
    """The article's container, the step of the cascade that found it, and whether it may be trusted.

    Attributes:
        node: the container of the body.
        method: `rules`, `mass` or `title`.
        evidence: a selector or a share.
        sure: whether the container holds what the page's paragraphs say, near the title.
        share: the part of the page's paragraphs after the title that it holds.
    """

    node: Node
    method: str
    evidence: str
    sure: bool
    share: float = 1.0


def is_good(line: Line) -> bool:
    """Whether a line looks like a paragraph of prose."""
    size = len(line.text)
    return (
        line.kind is Kind.TEXT
        and size >= GOOD
        and line.link < 0.4 * size
        and line.node.zone is Zone.MAIN
        and not line.learned
        and (size > 420 or line.says is None)
    )


def by_rule(page: Page, rules: Sequence[Rules], title: Line | None) -> Place | None:
    """Return the block that a body rule names: of several, the one with most text, those after the title first."""
    for rule in rules:
        for selector in rule.body:
            best: tuple[tuple[bool, int], Node] | None = None
            for el in css(page.root, selector):
                node = page.nodes.get(el)
                if node is None or node.zone is Zone.UNSEEN or node.end == node.start:
                    continue
                size = sum(len(line.text) - line.link for line in page.lines_of(node))
                rank = (title is None or node.end > title.index, size)
                if best is None or rank > best[0]:
                    best = (rank, node)
            if best is not None:
                return Place(best[1], "rules", selector, sure=True)
    return None


def by_mass(page: Page, title: Line | None) -> Place | None:
    """Return the block with most paragraph text, at or after the title."""
    good = [
        line
        for line in page.lines
        if is_good(line) and (title is None or line.index > title.index) and not in_card(page, line, title)
    ]
    if not good:
        return None
    scores: dict[Node, float] = {}
    for line in good:
        weight = float(min(len(line.text), 1200))
        node: Node | None = line.node
        while node is not None and (node.tag in _LEAF or node.end - node.start == 1):
            node = node.parent
        for share in (1.0, 0.5, 0.25):
            if node is None:
                break
            scores[node] = scores.get(node, 0.0) + weight * share
            node = node.parent
    ranked = sorted(scores, key=lambda node: scores[node] * (1 - _link_share(page, node)), reverse=True)
    best = next((node for node in ranked if title is None or _follows(page, title, node)), None)
    if best is None:
        return None
    best = _climb(page, best, good, title)
    total = sum(len(line.text) for line in good)
    mass = sum(len(line.text) for line in good if best.holds(line.index))
    sure = title is not None and mass >= 200
    return Place(best, "mass", f"{mass} of {total} characters", sure=sure, share=mass / total)


def _link_share(page: Page, node: Node) -> float:
    lines = page.lines_of(node)
    size = sum(len(line.text) for line in lines)
    return sum(line.link for line in lines) / size if size else 1.0


def _follows(page: Page, title: Line, node: Node) -> bool:
    """Whether a block's text stands under the title: in the same block, or soon after with no list of links between."""
    if node.holds(title.index):
        return True
    between = page.lines[title.index + 1 : node.start]
    if len(between) > _MAX_GAP:
        return False
    linked = sum(1 for line in between if line.linked and len(line.text) >= 15)
    return linked <= 4 and not any(line.says in _ENDS for line in between if line.kind is Kind.TEXT and not line.linked)


def _climb(page: Page, node: Node, good: Sequence[Line], title: Line | None) -> Node:
    """Widen a container while the block around it adds a fair share of paragraphs that belong to the same story."""
    for _ in range(4):
        parent = node.parent
        if parent is None or parent.tag in {"body", "html"}:
            return node
        inside = sum(len(line.text) for line in good if node.holds(line.index))
        ending = next(
            (line.index for line in page.lines[node.end : parent.end] if line.kind is Kind.TEXT and line.says in _ENDS),
            parent.end,
        )
        extra = sum(
            len(line.text)
            for line in good
            if parent.holds(line.index)
            and not node.holds(line.index)
            and line.index < ending
            and not in_card(page, line, title)
        )
        if extra < 0.2 * inside:
            return node
        node = parent
    return node


def in_card(page: Page, line: Line, title: Line | None) -> bool:
    """Return whether a line is a summary in another article's card: a linked headline stands above it in its block.

    A link above the title is none of a line below it.
    """
    node: Node | None = line.node
    for _ in range(3):
        if node is None:
            return False
        if node.end - node.start > 1:
            break
        node = node.parent
    if node is None or node.end - node.start > 8:
        return False
    after = title.index + 1 if title is not None and title.index < line.index else 0
    return any(other.linked and len(other.text) >= 20 for other in page.lines[max(node.start, after) : line.index])


def under_title(page: Page, title: Line) -> Place | None:
    """Return the smallest block around the title that holds anything of an article after it."""
    for node in title.node.ancestors():
        if node.tag in {"body", "html"} and node is not title.node.parent:
            break
        for line in page.lines[title.index + 1 : node.end]:
            if line.node.zone is not Zone.MAIN or line.learned:
                continue
            if line.kind is Kind.TEXT and line.says in _ENDS and not line.links:
                break
            if _is_something(line, page.url):
                return Place(node, "title", f"under the title in <{node.tag}>", sure=True)
    return None


def find(page: Page, title: Line | None) -> Place | None:
    """Return the container by mass, or what stands under the title where the mass is another thing's.

    A side box may hold more text than a one-line article. The mass is the article's if it begins under the title, or if
    it goes on from there with two paragraphs or more and no heading between.
    """
    mass = by_mass(page, title)
    if title is None:
        return mass
    under = under_title(page, title)
    if mass is None or under is None:
        return mass or under
    good = [line for line in page.lines_of(mass.node) if is_good(line) and line.index > title.index]
    if not good or under.node.holds(good[0].index):
        return mass
    between = page.lines[under.node.end : good[0].index]
    headed = any((line.heading and len(line.text) < GOOD) or (line.text and line.says in _ENDS) for line in between)
    much = len(good) >= 3 and sum(len(line.text) for line in good) >= 1000
    return mass if much or (len(good) >= 2 and not headed) else under


def _is_something(line: Line, url: str) -> bool:
    if line.kind is Kind.IMAGE:
        return is_content_image(line.el)
    if line.kind in {Kind.TABLE, Kind.FRAME}:
        return True
    if attachment_links(line, url):
        return True
    return not line.linked and len(line.text) >= 25 and line.says is None and date_of(line.text) is None
