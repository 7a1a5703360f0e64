"""The collector of cycles, kept from going again and again through what will not be freed."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def old_objects_left_alone() -> Iterator[None]:
    """Leave modules and what the caller holds out of collections: a tenth to a seventh of the time of work in batches.

    Where two threads are inside, the first to leave ends it for both.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
