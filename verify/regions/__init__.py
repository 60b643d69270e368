"""Constants of a problem on a region of weights that a run visits, and the bounds that follow from them."""
