-- SQLite has one writer: it is always somebody's turn.
SELECT :what
