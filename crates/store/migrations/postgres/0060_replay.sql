-- Runs of Replay: what the miners would have sized fortnights ago against what happened. The newest run is the one that
-- is read; its document is the use case's own record.
CREATE TABLE replays (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    made_at BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    as_of_seq BIGINT NOT NULL,
    document TEXT NOT NULL
);
