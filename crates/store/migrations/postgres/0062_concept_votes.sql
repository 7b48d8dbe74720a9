-- Silent votes on a sprint's concepts: one row a person and concept. Nobody sees them before the round is closed.
CREATE TABLE concept_votes (
    sprint_id TEXT NOT NULL,
    concept_id TEXT NOT NULL,
    voter TEXT NOT NULL,
    name TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (sprint_id, concept_id, voter)
);
-- A person who has handed in their votes, be it none: what tells when everybody has.
CREATE TABLE concept_ballots (
    sprint_id TEXT NOT NULL,
    voter TEXT NOT NULL,
    name TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (sprint_id, voter)
);
CREATE TABLE concept_vote_rounds (
    sprint_id TEXT NOT NULL PRIMARY KEY,
    opened_at BIGINT NOT NULL,
    opened_by TEXT NOT NULL,
    closed_at BIGINT,
    closed_by TEXT
);
