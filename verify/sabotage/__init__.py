"""Faults planted on purpose: the suite is worth what it catches (`running` plants them, `faults` says what one is)."""
