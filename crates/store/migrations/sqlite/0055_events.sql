-- Events that were received and are not in the lake yet: a row per product of an event (one where it names none).
-- No personal data: device and customer are pseudonyms. Days are days since 1970-01-01.
CREATE TABLE inbox (
    seq INTEGER NOT NULL,
    line_no INTEGER NOT NULL,
    message_hash INTEGER NOT NULL,
    day INTEGER NOT NULL,
    ts_ms INTEGER NOT NULL,
    source TEXT NOT NULL,
    name TEXT NOT NULL,
    device_id TEXT,
    customer_id TEXT,
    product_id TEXT,
    quantity INTEGER NOT NULL,
    price_micros INTEGER,
    order_id TEXT,
    placement TEXT,
    change_id TEXT,
    arm TEXT,
    PRIMARY KEY (seq, line_no)
) WITHOUT ROWID;
CREATE INDEX inbox_customer ON inbox (customer_id) WHERE customer_id IS NOT NULL;
-- Message ids of the last 30 days, hashed, by the day of their event.
CREATE TABLE seen (
    message_hash INTEGER PRIMARY KEY,
    day INTEGER NOT NULL
);
CREATE INDEX seen_day ON seen (day);
-- People who asked to be forgotten, by pseudonym: a later import does not bring their personal data back.
CREATE TABLE erased (
    pseudonym TEXT PRIMARY KEY,
    at INTEGER NOT NULL
);
