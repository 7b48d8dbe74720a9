-- The newest known stock of a product at a place: what a dated snapshot of the inventory said last. Days are days since
-- 1970-01-01. History is in the lake; this is what the products' stock is summed from.
CREATE TABLE stock_levels (
    product_id TEXT NOT NULL,
    location TEXT NOT NULL,
    day BIGINT NOT NULL,
    units BIGINT,
    price_micros BIGINT,
    PRIMARY KEY (product_id, location)
);
