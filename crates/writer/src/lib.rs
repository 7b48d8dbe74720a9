//! What a draft must satisfy and how one is made.
