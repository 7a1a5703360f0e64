"""Likeness of texts, pure: words, signatures, exact comparison. The database's follower is `storage.database.links`."""
