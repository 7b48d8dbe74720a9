-- Trained models: one file each under DATA/recommend. At most one is active and one a challenger.
CREATE TABLE recommend_models (
    version BIGINT PRIMARY KEY,
    file TEXT NOT NULL,
    checksum TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    trained_at BIGINT NOT NULL,
    trained_by TEXT NOT NULL,
    as_of_seq BIGINT NOT NULL,
    -- ready, active, challenger or retired.
    state TEXT NOT NULL,
    metrics TEXT NOT NULL
);
-- Every save of the merchandiser's rules is a version of its own.
CREATE TABLE recommend_rules (
    version BIGINT PRIMARY KEY,
    doc TEXT NOT NULL,
    note TEXT NOT NULL,
    saved_at BIGINT NOT NULL,
    saved_by TEXT NOT NULL
);
-- Where recommendations stand, and the changes of the ledger that they are.
CREATE TABLE recommend_placements (
    placement TEXT PRIMARY KEY,
    doc TEXT NOT NULL,
    change_id TEXT,
    contest_id TEXT,
    updated_at BIGINT NOT NULL,
    updated_by TEXT NOT NULL
);
-- Answers as they were shown; `items` is JSON: product, score, position, propensity. The number carries its time.
CREATE TABLE recommend_shown (
    answer BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    placement TEXT NOT NULL,
    unit TEXT NOT NULL,
    change_id TEXT,
    arm TEXT NOT NULL,
    why TEXT NOT NULL,
    contest_id TEXT,
    model_version BIGINT NOT NULL,
    rules_version BIGINT NOT NULL,
    items TEXT NOT NULL
);
CREATE INDEX recommend_shown_at ON recommend_shown (placement, at);
CREATE INDEX recommend_shown_unit ON recommend_shown (unit);
-- What followed: a click, an add to cart, a purchase of a product that was shown.
CREATE TABLE recommend_outcomes (
    answer BIGINT NOT NULL,
    product_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    at BIGINT NOT NULL,
    unit TEXT NOT NULL,
    PRIMARY KEY (answer, product_id, kind)
);
CREATE INDEX recommend_outcomes_unit ON recommend_outcomes (unit);
-- What changed in the catalogue since a `seq`, asked every second by whoever serves it from memory.
CREATE INDEX products_seq ON products (seq);
