"""The store: sealed segments where every machine reaches them, on an S3-compatible server or a shared disk.

An object's name holds the segment's name and the SHA-256 of its bytes, `<portal>/<segment>.<sha256>.warc.gz`: a listing
says all there is to know, and an object that is there is whole and was read back. It is put under a passing name, read,
and then moved; of a process that dies in between nothing counts.
"""

import hashlib
import re
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import fsspec

from storage.archive.exchange import ArchiveError
from storage.archive.folder import SUFFIX, fsync_file
from storage.settings import Settings, settings

_PASSING = ".partial"
_KEY = re.compile(r"(?P<stem>.+)\.(?P<digest>[0-9a-f]{64})" + re.escape(SUFFIX))
_DOWN_SECONDS = 30.0
"""A store that did not answer is not asked again for so long: nothing that can wait for it is to hang on it."""
_PASSING_SECONDS = 86_400.0
"""Age at which what a push that died has left is removed; the largest segment takes minutes."""
_CHUNK = 2**20
_S3 = {
    # Whole segments are compared by SHA-256 here. The newer checksums of S3 fail on other servers than Amazon's.
    "request_checksum_calculation": "when_required",
    "response_checksum_validation": "when_required",
    "connect_timeout": 5,
    "read_timeout": 60,
    "retries": {"max_attempts": 3},
}


class StoreError(ArchiveError):
    """The store does not answer, refuses, or holds damaged bytes; the message names it."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A segment in the store: its object's address, the SHA-256 of its bytes, and their number."""

    key: str
    digest: str
    bytes: int


class Store:
    """A folder of a file system of fsspec's. May be used from several threads and processes.

    Every call raises StoreError where the store does not answer or refuses.
    """

    def __init__(self, files: Any, root: str) -> None:
        self._files = files
        self._root = root.rstrip("/")
        self._down_until = 0.0
        self._why = ""

    def listed(self, portal: str = "") -> Mapping[str, Mapping[str, Sequence[Stored]]]:
        """Return the segments that are there, by portal and name; of one portal, or of all.

        A segment is there twice for as long as a changed one takes the old one's place.
        """
        found: dict[str, dict[str, list[Stored]]] = defaultdict(lambda: defaultdict(list))
        for key, facts in self._find(portal).items():
            folder, _, name = key.removeprefix(f"{self._root}/").rpartition("/")
            if folder and "/" not in folder and (parts := _KEY.fullmatch(name)):
                found[folder][parts["stem"] + SUFFIX].append(Stored(key, parts["digest"], facts["size"]))
        return found

    def put(self, file: Path, portal: str, name: str, digest: str) -> None:
        """Bring a segment there and make sure that it arrived as it is."""
        passing = f"{self._root}/{_PASSING}/{digest}"
        with self._asked():
            self._files.put_file(str(file), passing)
        if (arrived := self.digest_of(passing)) != digest:
            raise StoreError(f"{passing}: arrived as {arrived}, not {digest}")
        with self._asked():
            self._files.mv(passing, f"{self._root}/{portal}/{name.removesuffix(SUFFIX)}.{digest}{SUFFIX}")

    def get(self, stored: Stored, file: Path) -> None:
        """Bring a segment from there into a file, durably.

        Raises:
            FileNotFoundError: it is not there any more.
            StoreError: as every call, and where its bytes are not those of its name.
            OSError: the file cannot be written.
        """
        digest = hashlib.sha256()
        with file.open("wb") as copy:
            for chunk in self._chunks(stored.key):
                copy.write(chunk)
                digest.update(chunk)
        if digest.hexdigest() != stored.digest:
            raise StoreError(f"{stored.key}: damaged, its bytes have another SHA-256")
        fsync_file(file)

    def digest_of(self, key: str) -> str:
        """Return the SHA-256 of an object's bytes, which are read. Raises FileNotFoundError, and as every call."""
        digest = hashlib.sha256()
        for chunk in self._chunks(key):
            digest.update(chunk)
        return digest.hexdigest()

    def remove(self, stored: Stored) -> None:
        """Remove a segment; one that is not there is none."""
        with self._asked():
            try:
                self._files.rm_file(stored.key)
            except FileNotFoundError:
                return

    def read_file(self, portal: str, name: str) -> bytes:
        """Return the content of a small file beside a portal's segments; nothing where there is none."""
        with self._asked():
            try:
                content: bytes = self._files.cat_file(f"{self._root}/{portal}/{name}")
            except FileNotFoundError:
                return b""
        return content

    def write_file(self, portal: str, name: str, content: bytes) -> None:
        """Put a small file beside a portal's segments in place of the one that is there."""
        with self._asked():
            self._files.pipe_file(f"{self._root}/{portal}/{name}", content)

    def sweep(self) -> int:
        """Remove what pushes that died have left, if it is older than a day; return how many objects that were."""
        removed = 0
        for key in self._find(_PASSING):
            with self._asked():
                try:
                    age = time.time() - self._files.modified(key).timestamp()
                    if age > _PASSING_SECONDS:
                        self._files.rm_file(key)
                        removed += 1
                except FileNotFoundError:
                    continue
        return removed

    def _find(self, folder: str) -> Mapping[str, Any]:
        where = f"{self._root}/{folder}" if folder else self._root
        with self._asked():
            try:
                found: Mapping[str, Any] = self._files.find(where, detail=True)
            except FileNotFoundError:  # a disk's folder of which there is nothing yet; a bucket has to be there
                if self._files.protocol != "file" and "file" not in self._files.protocol:
                    raise StoreError(f"{where}: no such bucket") from None
                return {}
        return found

    def _chunks(self, key: str) -> Iterator[bytes]:
        with self._asked(), self._files.open(key, "rb", block_size=8 * _CHUNK, cache_type="readahead") as source:
            while chunk := source.read(8 * _CHUNK):
                yield chunk

    @contextmanager
    def _asked(self) -> Iterator[None]:
        """Ask the store in this block, unless it has just not answered."""
        if time.monotonic() < self._down_until:
            raise StoreError(self._why)
        try:
            yield
        except (FileNotFoundError, ArchiveError):
            raise
        except Exception as error:  # whatever fsspec, botocore and aiohttp raise
            self._why = f"{self._root}: {type(error).__name__}: {error}"
            self._down_until = time.monotonic() + _DOWN_SECONDS
            raise StoreError(self._why) from error


def store_of(archive: Path) -> Store | None:
    """Return the store of the settings if an archive is theirs; a rehearsal's, or none is set: None."""
    chosen = settings()
    return _open(chosen) if chosen.archive_store and archive == chosen.archive else None


@lru_cache(maxsize=1)
def _open(chosen: Settings) -> Store:
    protocol, _, place = chosen.archive_store.partition("://")
    if protocol == "file":
        return Store(fsspec.filesystem("file", auto_mkdir=True), place)
    key, secret = chosen.archive_store_key, chosen.archive_store_secret
    files = _s3(
        chosen.archive_store_endpoint,
        key.get_secret_value() if key else None,
        secret.get_secret_value() if secret else None,
    )
    return Store(files, place)


@lru_cache(maxsize=4)
def _s3(endpoint: str | None, key: str | None, secret: str | None) -> Any:
    return fsspec.filesystem(
        "s3",
        key=key,
        secret=secret,
        endpoint_url=endpoint,
        config_kwargs=_S3,
        use_listings_cache=False,  # other machines write there
        skip_instance_cache=True,
    )
