"""`python -m simulate`: what its commands read and show."""
