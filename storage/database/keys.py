"""Keys of rows that the portal's addresses name."""

from functools import lru_cache

from storage.addresses import address_digest, address_key


@lru_cache(maxsize=8192)
def address_id(portal: str, url: str) -> str:
    """Return the key of an address in a portal, whatever its spelling."""
    return address_digest(portal, address_key(url))
