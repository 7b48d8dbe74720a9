//! The sprint's use cases, from workflow map to post-mortem.
