"""Data tables: told from tables that lay out a page, read as rows of texts and as Markdown."""

from lxml.html import HtmlElement

from storage.text import clean

_CELLS = frozenset({"td", "th"})


def table_rows(table: HtmlElement) -> list[list[str]]:
    """Return the cells' texts of a table, row by row; nested tables are not entered."""
    return [
        [clean(" ".join(cell.itertext())) for cell in row if isinstance(cell.tag, str) and cell.tag in _CELLS]
        for row in table.iter("tr")
    ]


def is_data_table(table: HtmlElement) -> bool:
    """Whether a table holds data: two rows and columns at least, short cells, no form, no nested table, few images.

    A table that lays out a page, or an image over its caption, is not.
    """
    if (
        next(table.iterdescendants("table", "form", "input", "select", "textarea", "iframe", "script"), None)
        is not None
    ):
        return False
    rows = filled = cells = images = letters = linked = 0
    wide = 0
    for el in table.iter():
        tag = el.tag
        if tag == "tr":
            rows += 1
            full = sum(
                1 for cell in el if cell.tag in _CELLS and (len(cell) or (cell.text and not cell.text.isspace()))
            )
            filled += full
            wide += full >= 2
        elif tag in _CELLS:
            cells += 1
            letters += sum(len(text) for text in el.itertext())
        elif tag == "a":
            linked += sum(len(text) for text in el.itertext())
        elif tag == "img":
            images += 1
        if rows > 2000:
            return True
    if linked > 0.4 * letters:  # rows of links
        return False
    return (
        rows >= 2
        and wide >= 2
        and filled >= 4
        and wide >= 0.5 * rows
        and images * 3 <= cells
        and letters <= 250 * cells
    )


def markdown(table: HtmlElement) -> str:
    """Return a data table as a Markdown table; its first row is the head."""
    rows = [row for row in table_rows(table) if any(row)]
    width = max((len(row) for row in rows), default=0)
    cells = [[cell.replace("|", "\\|") for cell in row] + [""] * (width - len(row)) for row in rows]
    written = [f"| {' | '.join(row)} |" for row in cells]
    return "\n".join([*written[:1], f"|{' --- |' * width}", *written[1:]])
