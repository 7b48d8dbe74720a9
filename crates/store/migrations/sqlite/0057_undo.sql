-- Undo of imports. An import that was undone may come again, so its place in the unique key is free.
CREATE TABLE imports_next (
    import_id TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    file_name TEXT NOT NULL,
    checksum TEXT NOT NULL,
    options TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    status TEXT NOT NULL,
    checkpoint TEXT NOT NULL,
    report TEXT,
    error TEXT,
    rejects_path TEXT,
    started_at INTEGER NOT NULL,
    finished_at INTEGER,
    undone TEXT
);
INSERT INTO imports_next SELECT import_id, source, file_name, checksum, options, size_bytes, status, checkpoint, report,
    error, rejects_path, started_at, finished_at, NULL FROM imports;
DROP TABLE imports;
ALTER TABLE imports_next RENAME TO imports;
CREATE UNIQUE INDEX imports_once ON imports (source, checksum, options) WHERE status <> 'undone';

-- The numbers each batch of an import took.
CREATE TABLE import_batches (
    import_id TEXT NOT NULL,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    PRIMARY KEY (import_id, first_seq)
) WITHOUT ROWID;

-- What stood in `fact_keys` where an import wrote another content.
CREATE TABLE import_replaced (
    import_id TEXT NOT NULL,
    table_name TEXT NOT NULL,
    fact_key TEXT NOT NULL,
    digest TEXT NOT NULL,
    seq INTEGER NOT NULL,
    from_import TEXT NOT NULL,
    exported_at INTEGER NOT NULL,
    PRIMARY KEY (import_id, table_name, fact_key)
) WITHOUT ROWID;

-- Rows of an import that were known from, or revised, another one: that one cannot be undone before this one.
CREATE TABLE import_leans (
    import_id TEXT NOT NULL,
    on_import TEXT NOT NULL,
    row_count INTEGER NOT NULL,
    PRIMARY KEY (import_id, on_import)
) WITHOUT ROWID;

-- Personal data as it stood before an import said more; `existed` is 0 where nothing stood. Erasing a person clears it.
CREATE TABLE customers_before (
    import_id TEXT NOT NULL,
    customer_key TEXT NOT NULL,
    existed INTEGER NOT NULL,
    pseudonym TEXT NOT NULL,
    email TEXT,
    first_name TEXT,
    last_name TEXT,
    country TEXT,
    accepts_email INTEGER,
    tags TEXT NOT NULL,
    PRIMARY KEY (import_id, customer_key)
) WITHOUT ROWID;
