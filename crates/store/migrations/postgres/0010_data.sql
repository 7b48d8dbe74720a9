-- The lake's catalogue: one row per immutable Parquet file. Days are days since 1970-01-01.
CREATE TABLE lake_files (
    path TEXT PRIMARY KEY,
    table_name TEXT NOT NULL,
    first_day BIGINT NOT NULL,
    last_day BIGINT NOT NULL,
    row_count BIGINT NOT NULL,
    min_seq BIGINT NOT NULL,
    max_seq BIGINT NOT NULL,
    size_bytes BIGINT NOT NULL,
    checksum TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    retired_at BIGINT
);
CREATE INDEX lake_files_table ON lake_files (table_name, min_seq);

-- From `seq` on, rows of the fact with a smaller seq no longer count.
CREATE TABLE superseded (
    table_name TEXT NOT NULL,
    fact_key TEXT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (table_name, fact_key, seq)
);
CREATE INDEX superseded_seq ON superseded (table_name, seq);

-- What is known of every fact: the digest of its newest content, and who brought it.
CREATE TABLE fact_keys (
    table_name TEXT NOT NULL,
    fact_key TEXT NOT NULL,
    digest TEXT NOT NULL,
    seq BIGINT NOT NULL,
    import_id TEXT NOT NULL,
    exported_at BIGINT NOT NULL,
    PRIMARY KEY (table_name, fact_key)
);

-- One row per file and the options it was read with; `checkpoint` and `report` are JSON documents.
CREATE TABLE imports (
    import_id TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    file_name TEXT NOT NULL,
    checksum TEXT NOT NULL,
    options TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    status TEXT NOT NULL,
    checkpoint TEXT NOT NULL,
    report TEXT,
    error TEXT,
    rejects_path TEXT,
    started_at BIGINT NOT NULL,
    finished_at BIGINT,
    UNIQUE (source, checksum, options)
);

-- Every state a product was seen in; the newest with seq <= n is what a snapshot at n joins.
CREATE TABLE products (
    product_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    origin TEXT NOT NULL,
    title TEXT NOT NULL,
    handle TEXT,
    description TEXT NOT NULL,
    category TEXT,
    vendor TEXT,
    tags TEXT NOT NULL,
    price_micros BIGINT,
    cost_micros BIGINT,
    stock_units BIGINT,
    image_url TEXT,
    is_active BIGINT NOT NULL,
    PRIMARY KEY (product_id, seq)
);

-- Personal data. Nothing of it but the pseudonym leaves this table.
CREATE TABLE customers (
    customer_key TEXT PRIMARY KEY,
    pseudonym TEXT NOT NULL,
    email TEXT,
    first_name TEXT,
    last_name TEXT,
    country TEXT,
    accepts_email BIGINT,
    tags TEXT NOT NULL
);
CREATE INDEX customers_pseudonym ON customers (pseudonym);
