"""What several tests of the devices use."""

DEFAULTS = {
    "ald": {},
    "power": {"exponent": 2.0, "exponent_up": 2.0, "exponent_down": 2.0},
    "exponential": {"curvature": 1.0},
    "shifted-linear": {"up": 1.0, "down": 0.8},
    "pulse-train": {},
    "constant-step": {},
    "linear-step": {"up": 1.0, "down": 1.0, "slope_up": 0.5, "slope_down": 0.5},
    "exp-step": {
        "up": 1.0, "down": 1.0, "bump_up": 0.1, "bump_down": 0.1, "rate_up": 2.0, "rate_down": 2.0,
    },
}  # fmt: skip
"""Every law's parameters beside tau, with the values that they have where nothing is said."""
