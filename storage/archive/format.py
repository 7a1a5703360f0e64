"""The records of a segment: an exchange as WARC bytes, and back."""

import contextlib
import hashlib
import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from urllib.parse import quote, urlsplit, urlunsplit

from fastwarc import ArchiveIterator, GzipWriter, WarcRecord, WarcRecordType

from storage.archive.decoding import decode_body
from storage.archive.exchange import BodyError, Exchange, Posted
from storage.records import VIETNAM, Capture, ListingItem
from storage.text import sha256_hex
from storage.vocabulary import Purpose

# 1.4 times the rate of level 3 for a quarter more bytes of pages that come uncompressed (measured).
_LEVEL = 1
_MAX_URI = 16_000  # FastWARC reads at most 32 KiB of record headers; the exact address is in the metadata record
_LINE_BREAKS = re.compile(r"[\x00\r\n]+")


@dataclass(frozen=True, slots=True)
class Response:
    """A response record, parsed: its id, HTTP head and body as archived."""

    record_id: str
    head: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class Metadata:
    """A metadata record, parsed: the id of its response and its facts."""

    concurrent_to: str
    facts: Mapping[str, object]


class Other:
    """A record of another kind: of a segment's beginning, a request, or what stands in place of an erased one."""


@dataclass(frozen=True, slots=True)
class Request(Other):
    """A request record, parsed."""

    posted: Posted


class Encoder:
    """Turns records into gzip members, one each. One compressor serves all: setting one up costs more than a page."""

    def __init__(self) -> None:
        self._reset()

    def info(self, segment: str, portal: str, run_id: str) -> bytes:
        """Return the warcinfo record that opens a segment."""
        record = WarcRecord()
        record.init_headers(WarcRecordType.warcinfo)
        record.headers["WARC-Filename"] = segment
        record.headers["Content-Type"] = "application/warc-fields"
        fields = {"software": "congtin", "format": "WARC File Format 1.1", "isPartOf": portal, "run": run_id}
        record.set_bytes_content("".join(f"{name}: {value}\r\n" for name, value in fields.items()).encode())
        return self._member(record)

    def pair(self, exchange: Exchange) -> tuple[bytes, Capture]:
        """Return the response and metadata records of an exchange, and the capture that they hold.

        Raises:
            ValueError: `fetched_at` is naive.
        """
        if exchange.fetched_at.tzinfo is None:
            raise ValueError("fetched_at must be aware")
        uri = _uri(exchange.url)
        head = _head(exchange)
        response = WarcRecord()
        response.init_headers(WarcRecordType.response)
        response.record_date = exchange.fetched_at
        response.headers["WARC-Target-URI"] = uri
        response.headers["Content-Type"] = "application/http; msgtype=response"
        if exchange.truncated is not None:
            response.headers["WARC-Truncated"] = _one_line(exchange.truncated)
        response.set_bytes_content(head + exchange.body)
        record_id = _plain_id(response.record_id)

        facts = _facts(exchange, _headers(head))
        metadata = WarcRecord()
        metadata.init_headers(WarcRecordType.metadata)
        metadata.record_date = exchange.fetched_at
        metadata.headers["WARC-Target-URI"] = uri
        metadata.headers["WARC-Concurrent-To"] = f"<{record_id}>"
        metadata.headers["Content-Type"] = "application/json"
        metadata.set_bytes_content(json.dumps(facts).encode("ascii"))

        payload_digest = hashlib.sha1(exchange.body, usedforsecurity=False).digest()
        written = self._member(response, payload_digest)
        if exchange.posted is not None:
            written += self._member(_request(exchange, exchange.posted, record_id))
        written += self._member(metadata)
        return written, capture_of(Response(record_id, head, exchange.body), Metadata(record_id, facts))

    def _reset(self) -> None:
        self._buffer = io.BytesIO()
        self._gzip = GzipWriter(self._buffer, compression_level=_LEVEL)

    def _member(self, record: WarcRecord, payload_digest: bytes | None = None) -> bytes:
        self._buffer.seek(0)
        self._buffer.truncate()
        try:
            record.write(self._gzip, checksum_data=True, payload_digest=payload_digest)
            self._gzip.finish()  # without it all records land in one member
        except BaseException:
            self._reset()  # half a record must not lead the next one
            raise
        return self._buffer.getvalue()


def _request(exchange: Exchange, posted: Posted, record_id: str) -> WarcRecord:
    record = WarcRecord()
    record.init_headers(WarcRecordType.request)
    record.record_date = exchange.fetched_at
    record.headers["WARC-Target-URI"] = _uri(exchange.url)
    record.headers["WARC-Concurrent-To"] = f"<{record_id}>"
    record.headers["Content-Type"] = "application/http; msgtype=request"
    parts = urlsplit(_uri(exchange.url))
    target = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    lines = [f"POST {target} HTTP/1.1", f"Host: {parts.netloc}"]
    lines += [f"{_one_line(name)}: {_one_line(value)}" for name, value in posted.headers]
    record.set_bytes_content("\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + posted.body)
    return record


def parse(member: bytes) -> Response | Metadata | Other:
    """Return the record of an inflated gzip member.

    Raises:
        ValueError: the bytes are no record of ours.
    """
    try:
        record = next(iter(ArchiveIterator(io.BytesIO(member), parse_http=False)), None)
    except OSError as error:  # how FastWARC says that it is none
        raise ValueError(str(error)) from error
    if record is None:
        raise ValueError("no WARC record")
    if record.record_type == WarcRecordType.response:
        head, blank, body = record.reader.read().partition(b"\r\n\r\n")
        return Response(_plain_id(record.record_id), head + blank, body)
    if record.record_type == WarcRecordType.metadata:
        facts = json.loads(record.reader.read())
        return Metadata(_plain_id(record.headers.get("WARC-Concurrent-To")), facts)
    if record.record_type == WarcRecordType.request:
        head, _, body = record.reader.read().partition(b"\r\n\r\n")
        lines = (line.partition(": ") for line in head.decode("latin-1").split("\r\n")[1:])
        return Request(Posted([(name, value) for name, _, value in lines], body))
    return Other()


def capture_of(response: Response, metadata: Metadata) -> Capture:
    """Return the capture that a response and its metadata hold.

    Raises:
        KeyError, TypeError, ValueError: the metadata are not ours.
    """
    facts = dict(metadata.facts)
    item = facts.pop("item")
    del facts["truncated"]
    return Capture(
        record_id=response.record_id,
        status=int(response.head.split(b" ", 2)[1]),
        headers=_headers(response.head),
        purpose=Purpose(str(facts.pop("purpose"))),
        fetched_at=datetime.fromisoformat(str(facts.pop("fetched_at"))).astimezone(VIETNAM),
        item=ListingItem(**item) if isinstance(item, dict) else None,
        **facts,  # type: ignore[arg-type]  # the other fields are stored under their own names
    )


def _facts(exchange: Exchange, headers: Mapping[str, str]) -> dict[str, object]:
    payload = exchange.body
    if exchange.truncated is None:
        with contextlib.suppress(BodyError):  # what does not decode is known by its coded bytes
            payload = decode_body(exchange.body, headers)
    return {
        "run_id": exchange.run_id,
        "portal": exchange.portal,
        "purpose": exchange.purpose.value,
        "url": exchange.url,
        "fetched_at": exchange.fetched_at.astimezone(VIETNAM).isoformat(),
        "payload_sha256": sha256_hex(payload),
        "payload_size": len(payload),
        "listing": exchange.listing,
        "page": exchange.page,
        "item": None if exchange.item is None else asdict(exchange.item),
        "parent": exchange.parent,
        "truncated": exchange.truncated,
    }


def _head(exchange: Exchange) -> bytes:
    lines = [f"HTTP/1.1 {exchange.status} {_one_line(exchange.reason)}"]
    for name, value in exchange.headers:
        # The transfer coding is undone: under its own name this header would belie the body that follows.
        name = f"X-Orig-{name}" if name.lower() == "transfer-encoding" else name  # noqa: PLW2901
        lines.append(f"{_one_line(name)}: {_one_line(value)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")


def _headers(head: bytes) -> dict[str, str]:
    lines = head.decode("latin-1").split("\r\n")[1:]
    return _joined((name.strip().lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines))


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in pairs:
        if name:
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _one_line(text: str) -> str:
    """Keep a header in its line: no break may make another header, or another record, of its value."""
    return _LINE_BREAKS.sub(" ", text).strip()


def _uri(url: str) -> str:
    return quote(url.encode("utf-8", "surrogatepass"), safe="!#$%&'()*+,/:;=?@[]~")[:_MAX_URI]


def _plain_id(record_id: str | None) -> str:
    return (record_id or "").strip("<>")
