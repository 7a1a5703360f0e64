"""The frame of a page: the way from its root down to the article, by tags and classes.

Pages of one template share it, whatever they say; a new skin has another.
"""

import re

from crawlers.reading.page import Node

_DIGITS = re.compile(r"\d+")
_LEVELS = 7
"""Blocks told; further out there is only the page's shell."""
_CLASSES = 2
_LENGTH = 40


def frame(node: Node) -> str:
    """Return the way to a block, outermost first, numbers masked: `div.wrap>div.col-#>td.noidung`."""
    steps: list[str] = []
    for block in node.ancestors():
        if block.tag in {"body", "html"} or len(steps) == _LEVELS:
            break
        classes = sorted((block.el.get("class") or "").split())[:_CLASSES]
        name = ".".join([block.tag, *classes])[:_LENGTH]
        steps.append(_DIGITS.sub("#", name))
    return ">".join(reversed(steps))
