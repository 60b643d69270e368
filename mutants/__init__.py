"""Mutation testing of the trusted modules: small faults are planted one at a time, and the tests must notice each."""
