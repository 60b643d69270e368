"""What the laws of a network of layers know: activations and losses, in the order of their numbers."""

from typing import Final

ACTIVATIONS: Final = (
    "identity",
    "tanh",
    "sigmoid",
    "centred-sigmoid",
    "softplus",
    "centred-softplus",
    "gelu",
    "relu",
)
"""Those that the laws know, in the order of their numbers."""
LOSSES: Final = ("log-cosh", "squared", "logistic", "cross-entropy")
"""The same of losses."""
