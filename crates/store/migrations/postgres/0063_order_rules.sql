-- Rules of order kinds: every save a version, counting from its number of history on.
CREATE TABLE order_rules (
    version BIGINT PRIMARY KEY,
    seq BIGINT NOT NULL,
    doc TEXT NOT NULL,
    note TEXT NOT NULL,
    saved_at BIGINT NOT NULL,
    saved_by TEXT NOT NULL
);
-- Distinct marks of orders (tags, source, payment), by a number that follows from the text; the lake names the number.
CREATE TABLE order_marks (
    marks_id BIGINT PRIMARY KEY,
    marks TEXT NOT NULL
);
