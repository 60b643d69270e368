"""From a run to a verdict: what was seen, what is assumed, statistics, checks."""
