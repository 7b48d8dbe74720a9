//! A store with known truth, which writes the export files a real shop would.
