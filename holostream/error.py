"""What the command line knows of errors without importing the layers that raise them."""


class HolostreamError(Exception):
    """Something that a user can mend; the message is one sentence that says what, why and how."""
