//! The ledger of changes: register, assign, verdict, decision.
