"""Keys of rows that the portal's addresses name."""

from functools import lru_cache

from storage.addresses import address_key
from storage.text import sha256_hex


@lru_cache(maxsize=8192)
def address_id(portal: str, url: str) -> str:
    """Return the key of an address in a portal: 128 bits of a digest of its canonical form.

    Canonical forms can be longer than an index takes (2,704 bytes on PostgreSQL).
    """
    return sha256_hex(f"{portal}\n{address_key(url)}")[:32]
