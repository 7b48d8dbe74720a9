-- Undo of imports. An import that was undone may come again, so its place in the unique key is free.
ALTER TABLE imports DROP CONSTRAINT imports_source_checksum_options_key;
ALTER TABLE imports ADD COLUMN undone TEXT;
CREATE UNIQUE INDEX imports_once ON imports (source, checksum, options) WHERE status <> 'undone';

-- The numbers each batch of an import took.
CREATE TABLE import_batches (
    import_id TEXT NOT NULL,
    first_seq BIGINT NOT NULL,
    last_seq BIGINT NOT NULL,
    PRIMARY KEY (import_id, first_seq)
);

-- What stood in `fact_keys` where an import wrote another content.
CREATE TABLE import_replaced (
    import_id TEXT NOT NULL,
    table_name TEXT NOT NULL,
    fact_key TEXT NOT NULL,
    digest TEXT NOT NULL,
    seq BIGINT NOT NULL,
    from_import TEXT NOT NULL,
    exported_at BIGINT NOT NULL,
    PRIMARY KEY (import_id, table_name, fact_key)
);

-- Rows of an import that were known from, or revised, another one: that one cannot be undone before this one.
CREATE TABLE import_leans (
    import_id TEXT NOT NULL,
    on_import TEXT NOT NULL,
    row_count BIGINT NOT NULL,
    PRIMARY KEY (import_id, on_import)
);

-- Personal data as it stood before an import said more; `existed` is 0 where nothing stood. Erasing a person clears it.
CREATE TABLE customers_before (
    import_id TEXT NOT NULL,
    customer_key TEXT NOT NULL,
    existed BIGINT NOT NULL,
    pseudonym TEXT NOT NULL,
    email TEXT,
    first_name TEXT,
    last_name TEXT,
    country TEXT,
    accepts_email BIGINT,
    tags TEXT NOT NULL,
    PRIMARY KEY (import_id, customer_key)
);
