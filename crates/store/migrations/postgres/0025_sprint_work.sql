-- Drafts: one ad or e-mail of a concept for a channel. `texts` is what would go out now.
CREATE TABLE drafts (
    id TEXT PRIMARY KEY,
    sprint_id TEXT NOT NULL,
    concept_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    variant BIGINT NOT NULL,
    name TEXT NOT NULL,
    texts TEXT NOT NULL,
    spot_check BIGINT NOT NULL,
    spot_checked_by TEXT,
    approved_by TEXT,
    approved_at BIGINT,
    made_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    UNIQUE (sprint_id, concept_id, channel, variant)
);
-- Parts: a slot group of a draft, stored the moment it is made, so that a crash loses nothing.
CREATE TABLE draft_parts (
    draft_id TEXT NOT NULL REFERENCES drafts (id) ON DELETE CASCADE,
    slot_group TEXT NOT NULL,
    provenance TEXT NOT NULL,
    rejected TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (draft_id, slot_group)
);
-- Edits: who changed what, never overwritten.
CREATE TABLE draft_edits (
    draft_id TEXT NOT NULL REFERENCES drafts (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    slot TEXT NOT NULL,
    position BIGINT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    kind TEXT NOT NULL,
    PRIMARY KEY (draft_id, number)
);
-- Approvals and withdrawals, in order.
CREATE TABLE draft_approvals (
    draft_id TEXT NOT NULL REFERENCES drafts (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    approved BIGINT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (draft_id, number)
);
-- Answers of language models by digest of what was asked.
CREATE TABLE model_answers (
    digest TEXT PRIMARY KEY,
    document TEXT NOT NULL,
    made_at BIGINT NOT NULL
);
-- What models cost, per sprint: the spend ceiling is held against the sum.
CREATE TABLE model_spend (
    sprint_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    at BIGINT NOT NULL,
    model TEXT NOT NULL,
    micro_usd BIGINT NOT NULL,
    PRIMARY KEY (sprint_id, digest, at)
);
-- A sprint's launch: what was exported, and since when it is live.
CREATE TABLE launches (
    sprint_id TEXT PRIMARY KEY,
    document TEXT NOT NULL,
    digest TEXT NOT NULL,
    exported_by TEXT NOT NULL,
    exported_at BIGINT NOT NULL,
    live_on TEXT,
    live_by TEXT,
    kill_on TEXT
);
CREATE TABLE launch_files (
    sprint_id TEXT NOT NULL REFERENCES launches (sprint_id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    position BIGINT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (sprint_id, name)
);
-- Daily reviews, and what people decided on their lines.
CREATE TABLE reviews (
    sprint_id TEXT NOT NULL,
    day TEXT NOT NULL,
    document TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (sprint_id, day)
);
CREATE TABLE review_decisions (
    sprint_id TEXT NOT NULL,
    day TEXT NOT NULL,
    line_key TEXT NOT NULL,
    accepted BIGINT NOT NULL,
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (sprint_id, day, line_key)
);
-- Post-mortems: a document until somebody signs it, then for good.
CREATE TABLE postmortems (
    sprint_id TEXT PRIMARY KEY,
    document TEXT NOT NULL,
    drafted_at BIGINT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    signed_by TEXT,
    signed_at BIGINT
);
-- Action items out of post-mortems; open ones enter the next brief.
CREATE TABLE actions (
    id TEXT PRIMARY KEY,
    sprint_id TEXT NOT NULL,
    text TEXT NOT NULL,
    owner TEXT NOT NULL,
    due_on TEXT NOT NULL,
    done BIGINT NOT NULL,
    done_by TEXT,
    done_at BIGINT,
    made_at BIGINT NOT NULL
);
CREATE INDEX actions_open ON actions (done, due_on);
-- Prompt library: templates and their immutable versions.
CREATE TABLE prompts (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    labels TEXT NOT NULL,
    made_at BIGINT NOT NULL
);
CREATE TABLE prompt_versions (
    prompt_id TEXT NOT NULL REFERENCES prompts (id) ON DELETE CASCADE,
    version BIGINT NOT NULL,
    body TEXT NOT NULL,
    note TEXT NOT NULL,
    author TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (prompt_id, version)
);
CREATE TABLE prompt_choices (
    sprint_id TEXT PRIMARY KEY,
    prompt_id TEXT NOT NULL REFERENCES prompts (id),
    version BIGINT NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL
);
-- Counted numbers that a concept's copy may state, frozen when its drafting began so that a later check agrees.
CREATE TABLE draft_numbers (
    concept_id TEXT PRIMARY KEY,
    document TEXT NOT NULL,
    made_at BIGINT NOT NULL
);
-- How a sprint's budget is split before it is exported.
CREATE TABLE launch_plans (
    sprint_id TEXT PRIMARY KEY,
    document TEXT NOT NULL
);
