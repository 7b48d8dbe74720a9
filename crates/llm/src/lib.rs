//! Language models behind one trait: retries, budget, cache, structured output.
