-- The ledger takes changes of any module: sprint and concept become optional, and what was declared before the start
-- stands with the change.
ALTER TABLE changes DROP CONSTRAINT IF EXISTS changes_sprint_id_concept_id_kind_key;
ALTER TABLE changes ALTER COLUMN sprint_id DROP NOT NULL;
ALTER TABLE changes ALTER COLUMN concept_id DROP NOT NULL;
ALTER TABLE changes
    -- What registers it again: `concept:<id>:<kind>` or a module's own key.
    ADD COLUMN change_key TEXT,
    ADD COLUMN hypothesis TEXT NOT NULL DEFAULT '',
    ADD COLUMN owner TEXT,
    ADD COLUMN review_on TEXT,
    ADD COLUMN is_always_on BIGINT NOT NULL DEFAULT 0,
    -- Everything else declared before the start: metric, cap, window, guardrails, test.
    ADD COLUMN plan TEXT NOT NULL DEFAULT '{}',
    ADD COLUMN salt TEXT,
    ADD COLUMN treated_permille BIGINT NOT NULL DEFAULT 1000,
    ADD COLUMN layer TEXT,
    ADD COLUMN slot_from BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN slot_to BIGINT NOT NULL DEFAULT 1000,
    -- `here`, or the platform on which only a person can switch it off.
    ADD COLUMN lives_on TEXT,
    ADD COLUMN retest_of TEXT,
    ADD COLUMN live_on TEXT,
    ADD COLUMN kept_from TEXT,
    ADD COLUMN kept_until TEXT,
    ADD COLUMN kept_cap_micros BIGINT,
    ADD COLUMN keeps BIGINT NOT NULL DEFAULT 0;
UPDATE changes SET change_key = 'concept:' || concept_id || ':' || kind, owner = registered_by, review_on = ends_on,
    salt = id, lives_on = CASE WHEN kind = 'ads' THEN 'ad platform' ELSE 'e-mail tool' END;
ALTER TABLE changes
    ALTER COLUMN change_key SET NOT NULL,
    ALTER COLUMN owner SET NOT NULL,
    ALTER COLUMN review_on SET NOT NULL,
    ALTER COLUMN salt SET NOT NULL,
    ALTER COLUMN lives_on SET NOT NULL,
    ADD CONSTRAINT changes_change_key_key UNIQUE (change_key);
CREATE INDEX changes_sprint ON changes (sprint_id);
-- First exposure of a unit to a change; `scope` is a change's id, or `global` for the holdout of everything always on.
CREATE TABLE exposures (
    scope TEXT NOT NULL,
    unit TEXT NOT NULL,
    arm TEXT NOT NULL,
    at BIGINT NOT NULL,
    day TEXT NOT NULL,
    -- A device whose customer became known: the customer's row counts in its place.
    merged_into TEXT,
    -- Seen in both arms before anybody knew that it is one customer: excluded and counted.
    is_mixed BIGINT NOT NULL,
    PRIMARY KEY (scope, unit)
);
CREATE INDEX exposures_day ON exposures (scope, day);
CREATE INDEX exposures_unit ON exposures (unit);
-- What guardrails count besides orders, e.g. an unsubscription.
CREATE TABLE exposure_signals (
    scope TEXT NOT NULL,
    unit TEXT NOT NULL,
    kind TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (scope, unit, kind)
);
-- What the units first exposed on a day came to, per arm. A late fact makes a new revision of its day.
CREATE TABLE change_readings (
    scope TEXT NOT NULL,
    day TEXT NOT NULL,
    arm TEXT NOT NULL,
    revision BIGINT NOT NULL,
    as_of_seq BIGINT NOT NULL,
    read_at BIGINT NOT NULL,
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
    net_low_micros BIGINT,
    net_micros BIGINT,
    net_high_micros BIGINT,
    cost_micros BIGINT NOT NULL,
    is_final BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (change_id, day)
);
-- What was decided: won stays, off, or kept unproven within a cap and until a date.
CREATE TABLE change_decisions (
    change_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    day TEXT NOT NULL,
    actor TEXT NOT NULL,
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    cost_cap_micros BIGINT,
    decidable_on TEXT,
    PRIMARY KEY (change_id, number)
);
-- What changes cost. The key makes booking idempotent.
CREATE TABLE change_costs (
    change_id TEXT NOT NULL,
    cost_key TEXT NOT NULL,
    day TEXT NOT NULL,
    kind TEXT NOT NULL,
    micros BIGINT NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (change_id, cost_key)
);
-- What is left to do outside after a change went off: by a person, or by an idempotent task.
CREATE TABLE change_tasks (
    change_id TEXT NOT NULL,
    target TEXT NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    last_error TEXT,
    done_at BIGINT,
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
    made_at BIGINT NOT NULL,
    PRIMARY KEY (change_id, kind)
);
