"""Content codings undone strictly and within bounds.

The bytes decide, not the headers: servers say gzip and send text, or send gzip and say nothing. A stream that is not
whole raises: half a page would otherwise be stored as an article.
"""

import zlib
from collections.abc import Callable, Generator, Iterator, Mapping

import brotli
from backports import zstd

from storage.archive.exchange import BodyCut, BodyTooLarge

MAX_BODY = 16 * 2**20  # no portal page comes near; what does is a bomb or a film
MAX_RATIO = 100  # pages stay under 30, bombs reach 1,000
_FREE_OF_RATIO = 2**20  # a small body may be as repetitive as it likes
_MAX_LAYERS = 4
_STEP = 64 * 2**10

_GZIP_MAGIC, _ZSTD_MAGIC = b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd"
_ZSTD_WINDOW_LOG = 23  # RFC 8878, section 3.1.1.1.2: decoders need not support windows over 8 MiB
_TEXT_TYPES = ("text/", "html", "xml", "json", "javascript")
_NO_CODING = {"", "identity", "none"}
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_TEXT_CONTROLS = frozenset(b"\t\n\r\f")


def decode_body(coded: bytes, headers: Mapping[str, str]) -> bytes:
    """Return a body with its content codings undone.

    Args:
        coded: the body as received (transfer coding undone).
        headers: response headers, lower-case names.

    Raises:
        BodyCut: the coded stream is cut, damaged, or of a coding that is not gzip, deflate, brotli or zstandard.
        BodyTooLarge: it decodes to more than 16 MiB, or to more than 100 times its size (beyond 1 MiB).
    """
    limit = min(MAX_BODY, max(_FREE_OF_RATIO, MAX_RATIO * len(coded)))
    named = [coding.strip().lower() for coding in headers.get("content-encoding", "").split(",")]
    codings = [coding for coding in named if coding not in _NO_CODING]
    if len(codings) > _MAX_LAYERS:
        raise BodyCut(f"{len(codings)} content codings")
    body = coded
    for coding in reversed(codings):
        body = _undo(body, coding, limit)
    if _is_text(headers.get("content-type", "")):
        # Compressed without a word, or twice. A file that is itself an archive has another content type.
        for _ in range(_MAX_LAYERS):
            if (magic := _magic(body)) is None:
                break
            body = _collect(magic(body), limit)
    if len(body) > limit:
        raise BodyTooLarge(f"{len(body)} bytes")
    return body


def _undo(body: bytes, coding: str, limit: int) -> bytes:
    if not body:
        return body  # 304, 204, HEAD: a coding without a body
    if (magic := _magic(body)) is not None:
        return _collect(magic(body), limit)
    problem = BodyCut(f"not a {coding} stream")
    # Neither zlib nor brotli have a magic number: whoever reads the stream to a whole end is right.
    for decoder in {"deflate": (_zlib, _raw_deflate), "br": (_brotli,)}.get(coding, ()):
        try:
            return _collect(decoder(body), limit)
        except BodyCut as error:
            problem = error
    if _looks_plain(body):
        return body
    raise problem


def _is_text(content_type: str) -> bool:
    lowered = content_type.lower()
    return not lowered.strip() or any(word in lowered for word in _TEXT_TYPES)


def _looks_plain(body: bytes) -> bool:
    """Whether a body is text that is called compressed: compressed bytes soon hold a control byte."""
    if body.startswith(_UTF16_MARKS):
        return True
    head = body[:512]
    if any(byte < 0x20 and byte not in _TEXT_CONTROLS for byte in head):
        return False
    return len(head) >= 32 or (len(head) > 3 and head.isascii())


_Decoder = Callable[[bytes], Iterator[bytes]]


def _magic(body: bytes) -> _Decoder | None:
    if body.startswith(_GZIP_MAGIC):
        return _gzip
    return _zstd if body.startswith(_ZSTD_MAGIC) else None


def _collect(pieces: Iterator[bytes], limit: int) -> bytes:
    kept: list[bytes] = []
    size = 0
    for piece in pieces:
        kept.append(piece)
        size += len(piece)
        if size > limit:
            raise BodyTooLarge(f"decodes to more than {limit} bytes")
    return b"".join(kept)


def _gzip(body: bytes) -> Iterator[bytes]:
    """Inflate gzip members one after another; bytes behind the last that are no member are ignored, as gunzip does."""
    at = 0
    while body.startswith(_GZIP_MAGIC, at):
        at = yield from _inflate(body, at, 16 + zlib.MAX_WBITS)


def _zlib(body: bytes) -> Iterator[bytes]:
    yield from _inflate(body, 0, zlib.MAX_WBITS)


def _raw_deflate(body: bytes) -> Iterator[bytes]:
    end = yield from _inflate(body, 0, -zlib.MAX_WBITS)
    if end != len(body):
        raise BodyCut("bytes behind a raw deflate stream")


def _inflate(body: bytes, start: int, wbits: int) -> Generator[bytes, None, int]:
    """Yield what one stream holds, in bounded pieces. Returns the offset of its end."""
    stream = zlib.decompressobj(wbits)
    view = memoryview(body)
    for at in range(start, len(body), _STEP):
        chunk: bytes | memoryview = view[at : at + _STEP]
        size = len(chunk)
        while len(chunk) and not stream.eof:
            try:
                yield stream.decompress(chunk, _STEP)
            except zlib.error as error:
                raise BodyCut(f"damaged stream: {error}") from error
            chunk = stream.unconsumed_tail
        if stream.eof:
            return at + size - len(stream.unused_data)
    # The last bytes may be in, what they stand for not yet out.
    while not stream.eof and (piece := stream.decompress(b"", _STEP)):
        yield piece
    if not stream.eof:
        raise BodyCut("the stream ends before its end")
    return len(body) - len(stream.unused_data)


def _brotli(body: bytes) -> Iterator[bytes]:
    stream = brotli.Decompressor()
    try:
        yield stream.process(body, output_buffer_limit=_STEP)
        while not stream.is_finished():
            # All input may be in while output is still held back, so only silence tells the end.
            piece = stream.process(b"", output_buffer_limit=_STEP)
            if not piece and not stream.is_finished():
                raise BodyCut("the stream ends before its end")
            yield piece
    except brotli.error as error:
        raise BodyCut(f"damaged stream: {error}") from error


def _zstd(body: bytes) -> Iterator[bytes]:
    """Read zstandard frames one after another."""
    rest = body
    while rest.startswith(_ZSTD_MAGIC):
        stream = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG})
        try:
            yield stream.decompress(rest, _STEP)
            while not stream.eof:
                if stream.needs_input:
                    raise BodyCut("the stream ends before its end")
                yield stream.decompress(b"", _STEP)
        except zstd.ZstdError as error:
            raise BodyCut(f"damaged stream: {error}") from error
        rest = stream.unused_data
