"""The public board: an append-only log that is the ballot box. Pure: no web, no database."""
