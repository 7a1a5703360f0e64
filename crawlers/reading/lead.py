"""The lead (sapo): told from an ordinary first paragraph by a rule, its place, the listing row or its setting."""

import re
from collections.abc import Sequence

from crawlers.portal import Rules
from crawlers.reading.echoes import key
from crawlers.reading.ends import CUT_MARK, is_real
from crawlers.reading.page import Kind, Line, Page
from crawlers.reading.tree import css
from storage.records import ListingItem

_LEAST = 60
"""Characters of a lead that nothing but its setting tells from a heading."""
_WRAPPERS = frozenset({"div", "section", "article", "span", "td"})
LEAD_CLASS = re.compile(
    r"sapo|lead|summary|tom-?tat|tomtat|trich-?yeu|chapeau|abstract|mo-?ta|hometext|intro|description|fontd|teaser|standfirst"
)


def find_lead(
    page: Page,
    body: Sequence[Line],
    shown: Sequence[Line],
    rules: Sequence[Rules],
    listing: ListingItem | None,
    *,
    placed: bool,
) -> tuple[list[Line], tuple[str, str]]:
    """Return the lines of the lead and (step, evidence), or none where nothing sets a lead apart.

    Args:
        page: the page.
        body: the body's lines, the lead perhaps among them.
        shown: the body with its pictures, captions and videos.
        rules: those in force.
        listing: the listing row: its summary may be the lead's beginning.
        placed: whether a lead was told by its place above the body already; then only a rule says more.
    """
    for rule in rules:
        for selector in rule.lead:
            for el in css(page.root, selector):
                node = page.node_of(el)
                found = [line for line in page.lines_of(node) if line.kind is Kind.TEXT] if node is not None else []
                if found and not any(is_real(line) for line in body if line.index < found[0].index):
                    return found, ("rules", selector)
    first = next((line for line in body if line.kind is Kind.TEXT), None)
    if not placed and first is not None and len(body) == 1 and len(first.text) >= _LEAST:
        why = _stands_above(first, [line for line in shown if line is not first])
        return ([first], ("setting", why)) if why and any(line.kind is Kind.FRAME for line in shown) else ([], ("", ""))
    if placed or first is None or len(body) < 2 or len(first.text) < 25:
        return [], ("", "")
    row = key(CUT_MARK.sub("", listing.lead)) if listing is not None else ""
    own = key(first.text)
    if len(row) >= 25 and (own.startswith(row[:200]) or (row.startswith(own) and len(own) >= 40)):
        return [first], ("listing_echo", "the row's summary")
    why = _set_apart(first, [line for line in body[1:] if line.kind is Kind.TEXT])
    return ([first], ("setting", why)) if why else ([], ("", ""))


def _set_apart(first: Line, others: Sequence[Line]) -> str:
    """Say how the first line is set apart from those that follow, or ""."""
    sample = [line for line in others[:8] if len(line.text) >= 40]
    if not others or len(first.text) > 1500:
        return ""
    if _named(first, others):
        return "its class"
    if len(first.text) < _LEAST or not sample:
        return ""
    own = (first.node.tag, first.node.el.get("class"))
    rest = [(line.node.tag, line.node.el.get("class")) for line in sample]
    alike = len(rest) >= 2 and len(set(rest)) == 1 and first.node is not others[0].node
    signs = {
        "bold": first.strong and sum(line.strong for line in sample) <= 0.3 * len(sample),
        "italic": first.slanted and not any(line.slanted for line in sample),
        "heading": first.heading > 0 and not any(line.heading for line in sample),
        f"<{own[0]}> among <{rest[0][0]}>": alike and own not in rest,
    }
    return next((sign for sign, holds in signs.items() if holds), "") or _stands_above(first, others)


def _stands_above(first: Line, others: Sequence[Line]) -> str:
    """Say that the first line stands above the block that holds all the others, or ""."""
    if len(others) < 2 or first.text[-1] == ":":
        return ""
    low, high = others[0].index, others[-1].index
    block = next((node for node in others[0].node.ancestors() if node.holds(low) and node.holds(high)), None)
    if block is None or block.tag not in _WRAPPERS or block.holds(first.index):
        return ""
    around = block
    while around.parent is not None and not around.parent.holds(first.index):
        around = around.parent
    near = zip(range(2), first.node.ancestors(), strict=False)
    return f"above the <{block.tag}> of the text" if any(node.parent is around.parent for _, node in near) else ""


def _named(first: Line, others: Sequence[Line]) -> bool:
    """Whether the class of the first line's block, or of the one around it, says lead, and not that of the next."""
    near = [node.names for _, node in zip(range(2), first.node.ancestors(), strict=False)]
    if others[0].node is first.node or any(LEAD_CLASS.search(line.node.names) for line in others[:3]):
        return False
    if LEAD_CLASS.search(near[0]):
        return True
    around = [line.node.parent.names for line in others[:3] if line.node.parent is not None]
    return bool(LEAD_CLASS.search(near[-1])) and not any(LEAD_CLASS.search(names) for names in around)
