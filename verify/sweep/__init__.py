"""Many settings, judged one by one: families, workers, the store."""
