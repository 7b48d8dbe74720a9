//! Facts come in: recognise, deduplicate, gate.
