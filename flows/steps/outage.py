"""What a database that does not answer looks like to a run, after the retries of `storage.database.engine.transact`."""

from sqlalchemy.exc import InterfaceError, OperationalError

DATABASE_DOWN = (OperationalError, InterfaceError)
"""Lost connections, lock time-outs that last, no room left: nothing is wrong with the data or the code."""


def says(error: BaseException) -> str:
    """Return the first line of what a driver says, without SQL or its parameters."""
    original = getattr(error, "orig", None) or error
    return (str(original).strip() or type(original).__name__).splitlines()[0]
