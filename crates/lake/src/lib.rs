//! History as immutable Parquet files, queried by DataFusion.
