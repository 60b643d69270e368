"""`python -m verify`: what its commands show."""
