"""After pages are loaded: link near-duplicates, as far as the change feed goes."""

import asyncio
import threading

from sqlalchemy import Engine

from storage.database.links import Followed, follow


async def follow_feed(engine: Engine) -> Followed:
    """Follow the feed to its end beside the event loop; a cancellation ends it after the batch at hand.

    Raises:
        sqlalchemy.exc.DBAPIError: the database does not answer; the next run goes on from there.
    """
    stop = threading.Event()
    try:
        return await asyncio.to_thread(follow, engine, stop=stop.is_set)
    finally:
        stop.set()
