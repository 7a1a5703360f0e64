"""The reader's version: what makes two readings of the same bytes comparable."""

import hashlib
from importlib.metadata import version
from pathlib import Path

_CODE = Path(__file__).resolve().parent.parent


def _digest() -> str:
    """Digest of the code that a reading depends on, so that no change of it can pass for the publisher's edit."""
    digest = hashlib.sha256()
    for library in ("lxml", "trafilatura"):
        digest.update(f"{library} {version(library)}\n".encode())
    for file in sorted((*_CODE.glob("reading/**/*.py"), *_CODE.glob("rules/**/*.py"))):
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


READER_VERSION = _digest()
"""Differs as soon as the code of reading or rules does: what a changed page read as before is then read again from the
archive by this reader, before the difference counts as the publisher's change."""
