"""Data tables: told from tables that lay out a page, read as rows of texts and as Markdown."""

from lxml.html import HtmlElement

from storage.text import clean

_CELLS = frozenset({"td", "th"})
_MAX_SPAN = 50
"""Columns or rows that a cell may span: HTML allows 1,000 and 65,534, of which pages live that mean "all".

No cell beyond the column of that number spans any: cells that span both ways could set each other off without end.
"""


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
    """Return a data table as a Markdown table; its first row is the head.

    Every text stands in its own column: of a cell that spans several, in the first; the others are empty.
    """
    rows = [row for row in _grid(table) if any(row)]
    width = max((len(row) for row in rows), default=0)
    cells = [[cell.replace("|", "\\|") for cell in row] + [""] * (width - len(row)) for row in rows]
    written = [f"| {' | '.join(row)} |" for row in cells]
    return "\n".join([*written[:1], f"|{' --- |' * width}", *written[1:]])


def _grid(table: HtmlElement) -> list[list[str]]:
    """The table's texts by column, as a browser sets them (HTML, forming a table)."""
    grid: list[list[str]] = []
    open_rows: dict[int, int] = {}  # column → rows below that a cell above still fills
    for row in table.iter("tr"):
        texts: list[str] = []
        for cell in row:
            if not isinstance(cell.tag, str) or cell.tag not in _CELLS:
                continue
            while open_rows.get(len(texts), 0):
                open_rows[len(texts)] -= 1
                texts.append("")
            first, width, height = len(texts), 1, 1
            if first < _MAX_SPAN:
                width, height = _span(cell, "colspan"), _span(cell, "rowspan")
            texts += [clean(" ".join(cell.itertext())), *[""] * (width - 1)]
            open_rows |= dict.fromkeys(range(first, first + width), height - 1) if height > 1 else {}
        for column in [column for column, rows in open_rows.items() if rows and column >= len(texts)]:
            open_rows[column] -= 1
        grid.append(texts)
    return grid


def _span(cell: HtmlElement, name: str) -> int:
    value = (cell.get(name) or "").strip()
    return min(max(int(value), 1), _MAX_SPAN) if value.isascii() and value.isdecimal() and len(value) < 6 else 1
