"""The theorems: each is the conclusion of a claim, with its domain and the claims and assumptions it rests on."""
