"""Where in the frame of a page a block lies: by tag, role and the words of its class, then set right by what it holds.

Themes write `sticky-footer` or `has-nav` on the wrapper of everything, and hide the page until a script has run. A
frame holds little of a page's prose: a "margin" or a hidden block with most of it is no margin.
"""

import re
from functools import lru_cache

from crawlers.reading.page import Kind, Node, Page, Zone

MARGIN_TAGS = frozenset({"nav", "footer", "aside"})
MARGIN_ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "menu", "dialog", "alertdialog"})
_MARGIN = re.compile(
    r"(?:^|[\s_-])(?<!has[_-])(?<!with[_-])(?<!no[_-])"
    r"(?:foot|footer|copyright|breadcrumbs?|nav|navbar|navigation|menu|megamenu)(?:$|[\s_-])"
    r"|(?:^|\s)(?:popup|modal)(?:$|\s)"
    r"|(?:^|\s)(?:(?:page|site|main|web|wrapper|body|dnn)[_-])?bottom(?:$|[\s_-])"
)
"""Words of a frame. `bottom` alone is one; after another word it mostly sets a distance (`m-bottom`)."""
_UNSEEN_CLASS = re.compile(
    r"(?:^|\s)(?:sr-only|visually-hidden|d-none|ng-hide|aui-helper-hidden|ms-accessible|ms-hidden)(?:$|"
    r"\s)"
)
_UNSEEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_PROSE = 50
"""Characters from which an unlinked line counts as prose."""
_LEAST = 300
"""Characters of prose that a block must hold to be taken for the page."""
_SHARE = 0.6
_EXTENT = 0.3
"""Of the page's lines, the share that a wrapper holds at least: a portal's foot may hold all the prose of a list."""
_FRAMES = frozenset({"nav", "footer"})
"""Tags that are a frame whatever they hold."""


def settle(page: Page) -> None:
    """Give the blocks inside a misnamed frame, or a page hidden whole, the zone of the page's main part."""
    prose = [
        line
        for line in page.lines
        if line.kind is Kind.TEXT and len(line.text) >= _PROSE and line.link < 0.4 * len(line.text)
    ]
    total = sum(len(line.text) for line in prose)
    main = sum(len(line.text) for line in prose if line.node.zone is Zone.MAIN)
    if total < _LEAST or main >= (1 - _SHARE) * total:
        return
    weights: dict[Node, int] = {}
    for line in prose:
        if line.node.zone is not Zone.MAIN:
            for node in line.node.ancestors():
                weights[node] = weights.get(node, 0) + len(line.text)
    for zone, least in ((Zone.MARGIN, _SHARE * total), (Zone.UNSEEN, 0.9 * total)):
        for node in [node for node in page.nodes.values() if weights.get(node, 0) >= max(least, _LEAST)]:
            outside = node.parent is None or node.parent.zone is not zone
            lines = page.lines_of(node)
            wide = len(lines) >= _EXTENT * len(page.lines) or any(line.heading == 1 for line in lines)
            if node.zone is zone and outside and wide and node.tag not in _FRAMES:
                _open(page, node)


def _open(page: Page, wrapper: Node) -> None:
    """Make a wrapper main, and what is inside it but for blocks that are frames by their own tag or words."""
    zone = wrapper.zone
    wrapper.zone = Zone.MAIN
    for node in page.nodes.values():
        around = node.parent
        if node.zone is zone and around is not None and around.zone is Zone.MAIN and not _is_frame(node):
            node.zone = Zone.MAIN


@lru_cache(maxsize=8192)
def named_zone(names: str) -> Zone:
    """What the words of a class and id say of a block's place."""
    if _UNSEEN_CLASS.search(names):
        return Zone.UNSEEN
    return Zone.MARGIN if _MARGIN.search(names) else Zone.MAIN


def hides(style: str) -> bool:
    """Whether a style keeps a block from being seen."""
    return ("n" in style or "N" in style) and _UNSEEN_STYLE.search(style) is not None


def _is_frame(node: Node) -> bool:
    return (
        node.tag in MARGIN_TAGS
        or node.el.get("role") in MARGIN_ROLES
        or named_zone(node.names) is not Zone.MAIN
        or hides(node.style)
    )
