"""Why a proof does not stand."""


class Gap(Exception):
    """A step that the checker cannot accept, with the reason in words; it does not mean that the claim is false."""
