"""How a body stands in HTML: paragraphs, captions, tables, videos in the forms that editors of portals leave behind."""

import html
from collections.abc import Callable
from dataclasses import dataclass
from html.entities import codepoint2name

from tests.replicas.model import Block, BlockKind, Picture

PARAGRAPHS = ("p", "p_span", "div", "p_indent", "p_mso", "br")
CAPTIONS = ("next_p_i", "next_p", "figure", "table", "em")


def esc(text: str, *, named: bool = False) -> str:
    """Escape text; `named` also writes Latin-1 letters as named entities, as FCKeditor does."""
    escaped = html.escape(text, quote=False)
    if named:
        return "".join(f"&{codepoint2name[ord(c)]};" if 0xA0 <= ord(c) <= 0xFF or c in "“”‘’–" else c for c in escaped)
    return escaped.replace("\u00a0", "&nbsp;")


def attr(text: str) -> str:
    """Escape text for an attribute in double quotes."""
    return html.escape(text)


@dataclass(frozen=True, slots=True)
class Style:
    """The editor's habits: form of paragraphs (`PARAGRAPHS`) and captions (`CAPTIONS`), further attributes of images,
    whether letters are written as entities."""

    paragraph: str = "p"
    caption: str = "next_p_i"
    image: str = ""
    named: bool = False

    def text(self, text: str) -> str:
        """A paragraph."""
        inner = esc(text, named=self.named)
        match self.paragraph:
            case "p_span":
                return f'<p style="text-align: justify;"><span style="font-size: 14pt; font-family: &quot;times new roman&quot;, times;">{inner}</span></p>\n'
            case "div":
                return f'<div style="text-align: justify;">{inner}</div>\n<div>&nbsp;</div>\n'
            case "p_indent":
                return f'<p style="text-align: justify;">&nbsp;{inner.removeprefix("&nbsp;")}</p>\n'
            case "p_mso":
                return f'<p class="MsoNormal" style="margin: 6pt 0cm; text-align: justify; text-indent: 36pt;"><span lang="VI" style="font-size: 13pt;">{inner}<o:p></o:p></span></p>\n'
            case "br":
                return f"{inner}<br />\n<br />\n"
            case _:
                return f'<p style="text-align: justify;">{inner}</p>\n'

    def picture(self, picture: Picture, source: str) -> str:
        """An image with its caption."""
        lines = [esc(line, named=self.named) for line in picture.caption]
        if picture.credit:
            credit = esc(picture.credit, named=self.named)
            lines = [*lines[:-1], f"{lines[-1]} <em>{credit}</em>"] if lines else [credit]
        image = (
            f'<img src="{attr(source)}" alt="{attr(picture.alt)}"{self.image} style="width: 600px; height: 400px;" />'
        )
        if not lines:
            return f'<p style="text-align: center;">{image}</p>\n'
        match self.caption:
            case "figure":
                return f'<figure class="image">{image}<figcaption>{" ".join(lines)}</figcaption></figure>\n'
            case "table":
                return (
                    f'<table align="center" border="0" cellpadding="1" cellspacing="1" style="width: 600px;"><tbody><tr><td style="text-align: center;">{image}</td></tr>'
                    f'<tr><td style="text-align: center;"><em>{" ".join(lines)}</em></td></tr></tbody></table>\n'
                )
            case "em":
                return f'<p style="text-align: center;">{image}<br /><em style="color:#808080">{"<br />".join(lines)}</em></p>\n'
            case "next_p":
                return f'<p style="text-align: center;">{image}</p>\n' + "".join(
                    f'<p style="text-align: center;">{line}</p>\n' for line in lines
                )
            case _:
                return f'<p style="text-align: center;">{image}</p>\n' + "".join(
                    f'<p style="text-align: center;"><i>{line}</i></p>\n' for line in lines
                )

    def block(self, block: Block, source: Callable[[Picture], str]) -> str:
        """Any block of a body."""
        match block.kind:
            case BlockKind.PICTURE:
                assert block.picture is not None
                return self.picture(block.picture, source(block.picture))
            case BlockKind.HEADING:
                inner = esc(block.text, named=self.named)
                return (
                    f"<b>{inner}</b><br />\n<br />\n"
                    if self.paragraph == "br"
                    else f"<p><strong>{inner}</strong></p>\n"
                )
            case BlockKind.ITEMS:
                return (
                    "<ul>\n" + "".join(f"<li>{esc(item, named=self.named)}</li>\n" for item in block.items) + "</ul>\n"
                )
            case BlockKind.QUOTE:
                return f"<blockquote><p>{esc(block.text, named=self.named)}</p></blockquote>\n"
            case BlockKind.TABLE:
                head, *rows = block.rows
                cells = "".join(f'<td style="text-align: center;"><strong>{esc(cell)}</strong></td>' for cell in head)
                lines = "".join("<tr>" + "".join(f"<td>{esc(cell)}</td>" for cell in row) + "</tr>\n" for row in rows)
                return f'<table border="1" cellpadding="0" cellspacing="0" style="width: 100%;"><tbody><tr>{cells}</tr>\n{lines}</tbody></table>\n'
            case BlockKind.VIDEO:
                return f'<p style="text-align: center;"><iframe width="640" height="360" src="{attr(block.text)}" frameborder="0" allowfullscreen></iframe></p>\n'
            case _:
                return self.text(block.text)

    def body(self, blocks: tuple[Block, ...], source: Callable[[Picture], str]) -> str:
        """All blocks, one after another."""
        return "".join(self.block(block, source) for block in blocks)
