"""How the walk over a page takes an element, by its tag."""

from lxml import etree

from crawlers.reading import tree

BLOCK, INLINE, BREAK, PICTURE, CONTROL, FRAME, SKIP = range(7)
CODES: dict[object, int] = {
    **dict.fromkeys(tree.INVISIBLE, SKIP),
    **dict.fromkeys(("svg", "object", "map", "audio", "canvas", "title", "datalist", "math"), SKIP),
    **dict.fromkeys(("mat-icon", "ion-icon", "fa-icon", "iconify-icon"), SKIP),  # an icon font writes names
    **dict.fromkeys((etree.Comment, etree.ProcessingInstruction, etree.Entity), SKIP),
    **dict.fromkeys(tree.INLINE, INLINE),
    **dict.fromkeys(("picture", "source", "track", "param", "nobr", "output", "meter", "st1:city"), INLINE),
    **dict.fromkeys(("input", "select", "textarea", "button"), CONTROL),
    **dict.fromkeys(("iframe", "video", "embed"), FRAME),
    "br": BREAK,
    "img": PICTURE,
}
"""How the walk takes a tag; one that is not here is a block."""
