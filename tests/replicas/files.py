"""Bytes of the files that articles link to: small, valid, deterministic."""

import io
import zipfile
import zlib
from functools import lru_cache

from tests.replicas.text import ascii_words

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "png": "image/png",
    "css": "text/css",
    "js": "application/javascript",
}

CSS = b"""body{font:14px Arial,sans-serif;max-width:1180px;margin:auto;color:#222}a{color:#1a4f8b;text-decoration:none}
.navbar{background:#b5121b;padding:6px}.navbar ul{list-style:none;margin:0;padding:0}.navbar .dropdown{display:inline-block;padding:4px 9px}
.navbar a{color:#fff;font-weight:bold}.mega-dropdown-menu,.ms-cui-tts{display:none}#footer{background:#eee;padding:12px;margin-top:20px;clear:both}
.row,.row-fluid{overflow:auto}.col-md-9,.span9,.s4-ca{float:left;width:72%}.col-md-3,.span3,#s4-leftpanel{float:left;width:26%;margin-left:1%}
li.row{border-bottom:1px solid #ddd;padding:8px 0}img{max-width:100%;height:auto}
"""
"""A plain look for people who open a replica in a browser; what skins name by themselves stays unstyled."""


@lru_cache(maxsize=512)
def pdf(title: str) -> bytes:
    """A one-page PDF that shows the title's ASCII words, 40 lines of filler after it."""
    words = " ".join(ascii_words(title))
    lines = [words, *(f"Dieu {n}. Noi dung {words[:40]} ({n})" for n in range(1, 41))]
    stream = (
        "BT /F1 11 Tf 60 780 Td 14 TL\n"
        + "\n".join(f"({line}) Tj T*" for line in lines).replace("(1)", "").replace("\\", "")
        + "\nET"
    ).encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << /Font << /F1 4 0 R >> >> >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    out = io.BytesIO(b"")
    out.write(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for offset in offsets:
        out.write(b"%010d 00000 n \n" % offset)
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))
    return out.getvalue()


@lru_cache(maxsize=512)
def docx(title: str) -> bytes:
    """A Word document with the title as its one paragraph."""
    parts = {
        "[Content_Types].xml": '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
        "_rels/.rels": '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": '<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f"<w:body><w:p><w:r><w:t>{title.replace('&', '&amp;').replace('<', '&lt;')}</w:t></w:r></w:p></w:body></w:document>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), text)
    return out.getvalue()


@lru_cache(maxsize=64)
def png(shade: int) -> bytes:
    """A picture of 320 × 200 in one colour."""
    row = b"\x00" + bytes((shade % 200 + 30, shade * 7 % 200 + 30, shade * 13 % 200 + 30)) * 320

    def chunk(name: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")

    header = (320).to_bytes(4, "big") + (200).to_bytes(4, "big") + b"\x08\x02\x00\x00\x00"
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(row * 200, 9))
        + chunk(b"IEND", b"")
    )


def make(kind: str, title: str) -> bytes:
    """The bytes of an attachment of that kind (`pdf` or `docx`)."""
    return {"pdf": pdf, "docx": docx}[kind](title)
