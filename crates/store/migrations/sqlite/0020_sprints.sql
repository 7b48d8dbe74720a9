-- Workflow maps: every save is a new row, the newest is current.
CREATE TABLE maps (
    id TEXT PRIMARY KEY,
    doc TEXT NOT NULL,
    saved_at INTEGER NOT NULL,
    saved_by TEXT NOT NULL
);
CREATE INDEX maps_saved_at ON maps (saved_at);
-- Sprints. `brief` is NULL until one is saved.
CREATE TABLE sprints (
    id TEXT PRIMARY KEY,
    number INTEGER NOT NULL UNIQUE,
    title TEXT NOT NULL,
    stage TEXT NOT NULL,
    brief TEXT,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    stage_at INTEGER NOT NULL,
    -- Why an owner started it although the last post-mortem was unsigned.
    override_reason TEXT
);
-- Concepts of a sprint; state is open, picked or killed.
CREATE TABLE concepts (
    id TEXT PRIMARY KEY,
    sprint_id TEXT NOT NULL REFERENCES sprints (id),
    position INTEGER NOT NULL,
    -- Product set x segment x angle: no two of a sprint share it, and a killed idea is not proposed again.
    idea_key TEXT NOT NULL,
    doc TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    decided_at INTEGER,
    decided_by TEXT,
    UNIQUE (sprint_id, idea_key)
);
CREATE INDEX concepts_sprint ON concepts (sprint_id, position);
-- What drafting the concepts found besides them: silent miners, shortfall, seed, snapshot.
CREATE TABLE concept_sheets (
    sprint_id TEXT PRIMARY KEY REFERENCES sprints (id),
    doc TEXT NOT NULL
);
-- The ledger: everything AI-made that went live; status is running, killed or ended.
CREATE TABLE changes (
    id TEXT PRIMARY KEY,
    sprint_id TEXT NOT NULL REFERENCES sprints (id),
    concept_id TEXT NOT NULL REFERENCES concepts (id),
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    primary_metric TEXT NOT NULL,
    baseline_grade TEXT NOT NULL,
    baseline_note TEXT NOT NULL,
    starts_on TEXT NOT NULL,
    ends_on TEXT NOT NULL,
    kill_on TEXT NOT NULL,
    status TEXT NOT NULL,
    registered_at INTEGER NOT NULL,
    registered_by TEXT NOT NULL,
    closed_at INTEGER,
    closed_by TEXT,
    closed_reason TEXT,
    UNIQUE (sprint_id, concept_id, kind)
);
CREATE INDEX changes_status ON changes (status);
-- What people did, in order: the audit of a sprint and the source of its stage times.
CREATE TABLE activity (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    sprint_id TEXT,
    stage TEXT,
    verb TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX activity_sprint ON activity (sprint_id, at);
CREATE INDEX activity_at ON activity (at);
