//! Other people's files, both ways: bytes to rows and rows to bytes.
