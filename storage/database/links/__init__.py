"""Near-duplicates in the database: a follower of the change feed links articles and groups them into stories.

Everything here is derived: `follow` may be killed anywhere, run by several processes, and makes all of it anew when the
method of comparing changes.
"""

from storage.database.links.follower import METHOD, Followed, follow

__all__ = ["METHOD", "Followed", "follow"]
