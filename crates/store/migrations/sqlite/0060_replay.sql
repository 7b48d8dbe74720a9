-- Runs of Replay: what the miners would have sized fortnights ago against what happened. The newest run is the one that
-- is read; its document is the use case's own record.
CREATE TABLE replays (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    made_at INTEGER NOT NULL,
    made_by TEXT NOT NULL,
    as_of_seq INTEGER NOT NULL,
    document TEXT NOT NULL
);
