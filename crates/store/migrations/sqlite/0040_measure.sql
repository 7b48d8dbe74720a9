-- The ledger takes changes of any module: sprint and concept become optional, and what was declared before the start
-- stands with the change. SQLite cannot drop NOT NULL, so the table is made anew; nothing refers to it.
CREATE TABLE changes_new (
    id TEXT PRIMARY KEY,
    -- What registers it again: `concept:<id>:<kind>` or a module's own key.
    change_key TEXT NOT NULL UNIQUE,
    sprint_id TEXT REFERENCES sprints (id),
    concept_id TEXT REFERENCES concepts (id),
    name TEXT NOT NULL,
    hypothesis TEXT NOT NULL,
    owner TEXT NOT NULL,
    kind TEXT NOT NULL,
    primary_metric TEXT NOT NULL,
    baseline_grade TEXT NOT NULL,
    baseline_note TEXT NOT NULL,
    starts_on TEXT NOT NULL,
    ends_on TEXT NOT NULL,
    review_on TEXT NOT NULL,
    kill_on TEXT NOT NULL,
    -- running, won, killed or ended; served are running and won.
    status TEXT NOT NULL,
    is_always_on INTEGER NOT NULL,
    -- Everything else declared before the start: metric, cap, window, guardrails, test.
    plan TEXT NOT NULL,
    salt TEXT NOT NULL,
    treated_permille INTEGER NOT NULL,
    layer TEXT,
    slot_from INTEGER NOT NULL,
    slot_to INTEGER NOT NULL,
    -- `here`, or the platform on which only a person can switch it off.
    lives_on TEXT NOT NULL,
    retest_of TEXT,
    live_on TEXT,
    kept_from TEXT,
    kept_until TEXT,
    kept_cap_micros INTEGER,
    keeps INTEGER NOT NULL,
    registered_at INTEGER NOT NULL,
    registered_by TEXT NOT NULL,
    closed_at INTEGER,
    closed_by TEXT,
    closed_reason TEXT
);
INSERT INTO changes_new
SELECT id, 'concept:' || concept_id || ':' || kind, sprint_id, concept_id, name, '', registered_by, kind, primary_metric,
    baseline_grade, baseline_note, starts_on, ends_on, ends_on, kill_on, status, 0, '{}', id, 1000, NULL, 0, 1000,
    CASE WHEN kind = 'ads' THEN 'ad platform' ELSE 'e-mail tool' END, NULL, NULL, NULL, NULL, NULL, 0,
    registered_at, registered_by, closed_at, closed_by, closed_reason
FROM changes;
DROP TABLE changes;
ALTER TABLE changes_new RENAME TO changes;
CREATE INDEX changes_status ON changes (status);
CREATE INDEX changes_sprint ON changes (sprint_id);
-- First exposure of a unit to a change; `scope` is a change's id, or `global` for the holdout of everything always on.
CREATE TABLE exposures (
    scope TEXT NOT NULL,
    unit TEXT NOT NULL,
    arm TEXT NOT NULL,
    at INTEGER NOT NULL,
    day TEXT NOT NULL,
    -- A device whose customer became known: the customer's row counts in its place.
    merged_into TEXT,
    -- Seen in both arms before anybody knew that it is one customer: excluded and counted.
    is_mixed INTEGER NOT NULL,
    PRIMARY KEY (scope, unit)
);
CREATE INDEX exposures_day ON exposures (scope, day);
CREATE INDEX exposures_unit ON exposures (unit);
-- What guardrails count besides orders, e.g. an unsubscription.
CREATE TABLE exposure_signals (
    scope TEXT NOT NULL,
    unit TEXT NOT NULL,
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (scope, unit, kind)
);
-- What the units first exposed on a day came to, per arm. A late fact makes a new revision of its day.
CREATE TABLE change_readings (
    scope TEXT NOT NULL,
    day TEXT NOT NULL,
    arm TEXT NOT NULL,
    revision INTEGER NOT NULL,
    as_of_seq INTEGER NOT NULL,
    read_at INTEGER NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (scope, day, arm, revision)
);
-- Looks as they were taken: what the test saw on a day is never seen differently later.
CREATE TABLE change_looks (
    scope TEXT NOT NULL,
    day TEXT NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (scope, day)
);
-- The judge's verdicts: one a day while it reads.
CREATE TABLE change_verdicts (
    change_id TEXT NOT NULL,
    day TEXT NOT NULL,
    word TEXT NOT NULL,
    grade TEXT NOT NULL,
    net_low_micros INTEGER,
    net_micros INTEGER,
    net_high_micros INTEGER,
    cost_micros INTEGER NOT NULL,
    is_final INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (change_id, day)
);
-- What was decided: won stays, off, or kept unproven within a cap and until a date.
CREATE TABLE change_decisions (
    change_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    day TEXT NOT NULL,
    actor TEXT NOT NULL,
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    cost_cap_micros INTEGER,
    decidable_on TEXT,
    PRIMARY KEY (change_id, number)
);
-- What changes cost. The key makes booking idempotent.
CREATE TABLE change_costs (
    change_id TEXT NOT NULL,
    cost_key TEXT NOT NULL,
    day TEXT NOT NULL,
    kind TEXT NOT NULL,
    micros INTEGER NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (change_id, cost_key)
);
-- What is left to do outside after a change went off: by a person, or by an idempotent task.
CREATE TABLE change_tasks (
    change_id TEXT NOT NULL,
    target TEXT NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    last_error TEXT,
    done_at INTEGER,
    done_by TEXT,
    PRIMARY KEY (change_id, target)
);
CREATE INDEX change_tasks_open ON change_tasks (done_at);
-- What people were told, once each.
CREATE TABLE change_notices (
    change_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    day TEXT NOT NULL,
    text TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    PRIMARY KEY (change_id, kind)
);
