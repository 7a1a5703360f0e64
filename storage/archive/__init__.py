"""The archive: what came over the wire, in WARC segments, one folder a portal.

A segment is a `.warc.gz` file: a warcinfo record, then pairs of a response record (the body as received, its content
coding untouched; of one that was cut, what came, with WARC-Truncated) and a concurrent metadata record (JSON: run,
portal, purpose, listing row); between them a request record, where a form was posted. Each record is a gzip
member of its own, so a pair can be read alone and a torn tail can be told from a whole one. While a segment is written
its name ends in `.open` and its writer holds a lock on it, which the kernel frees however the writer dies.

Where a store is set (`storage.archive.shared`) sealed segments go there and come back when they are read.

Crash protocol: write, flush, fsync, and only then does a response count. `recover` cuts the open segments of dead
writers after their last whole pair. The database can be rebuilt from here.
"""

from storage.archive.audit import ReadBack, read_back, read_back_one
from storage.archive.decisions import drop_decisions
from storage.archive.decoding import decode_body
from storage.archive.erase import drop_partial, erase
from storage.archive.exchange import (
    ArchiveError,
    BodyCut,
    BodyError,
    BodyLate,
    BodyTooLarge,
    Exchange,
    Posted,
    SegmentDamaged,
)
from storage.archive.folder import open_segments, run_of_segment
from storage.archive.forgotten import Tombstone, append_tombstones, read_tombstones
from storage.archive.reader import Hole, posted, read, scan
from storage.archive.recovery import recover
from storage.archive.shared import portals, push, refresh, segments, sizes, unreachable, waiting
from storage.archive.store import StoreError
from storage.archive.writer import SegmentWriter

__all__ = [
    "ArchiveError",
    "BodyCut",
    "BodyError",
    "BodyLate",
    "BodyTooLarge",
    "Exchange",
    "Hole",
    "Posted",
    "ReadBack",
    "SegmentDamaged",
    "SegmentWriter",
    "StoreError",
    "Tombstone",
    "append_tombstones",
    "decode_body",
    "drop_decisions",
    "drop_partial",
    "erase",
    "open_segments",
    "portals",
    "posted",
    "push",
    "read",
    "read_back",
    "read_back_one",
    "read_tombstones",
    "recover",
    "refresh",
    "run_of_segment",
    "scan",
    "segments",
    "sizes",
    "unreachable",
    "waiting",
]
