-- Events that were received and are not in the lake yet: a row per product of an event (one where it names none).
-- No personal data: device and customer are pseudonyms. Days are days since 1970-01-01.
CREATE TABLE inbox (
    seq BIGINT NOT NULL,
    line_no BIGINT NOT NULL,
    message_hash BIGINT NOT NULL,
    day BIGINT NOT NULL,
    ts_ms BIGINT NOT NULL,
    source TEXT NOT NULL,
    name TEXT NOT NULL,
    device_id TEXT,
    customer_id TEXT,
    product_id TEXT,
    quantity BIGINT NOT NULL,
    price_micros BIGINT,
    order_id TEXT,
    placement TEXT,
    change_id TEXT,
    arm TEXT,
    PRIMARY KEY (seq, line_no)
);
CREATE INDEX inbox_customer ON inbox (customer_id) WHERE customer_id IS NOT NULL;
-- Message ids of the last 30 days, hashed, by the day of their event.
CREATE TABLE seen (
    message_hash BIGINT PRIMARY KEY,
    day BIGINT NOT NULL
);
CREATE INDEX seen_day ON seen (day);
-- People who asked to be forgotten, by pseudonym: a later import does not bring their personal data back.
CREATE TABLE erased (
    pseudonym TEXT PRIMARY KEY,
    at BIGINT NOT NULL
);
