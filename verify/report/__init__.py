"""What came of a sweep, summed up, as a page."""
