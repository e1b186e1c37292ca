"""The messages of image networks.

Each function builds one exception and returns it; the caller raises.
"""

from __future__ import annotations

from collections.abc import Sequence


def stride_not_reached(wanted: int, got: int) -> ValueError:
    """Strides of a residual network that do not come to what was asked for."""
    return ValueError(
        f"The target output_stride cannot be reached. Expected {wanted}, the blocks' strides come to {got}: give a "
        "product of the first of them, or None for all."
    )


def stride_not_by_four(got: int) -> ValueError:
    """A stride that the first convolution and the first pool go beyond."""
    return ValueError(
        f"The output_stride needs to be a multiple of 4. Got {got}: the first convolution and pool make images four "
        f"times smaller. Give {max(4, got // 4 * 4)}, or include_root_block=False."
    )


def unknown_endpoint(got: str, known: Sequence[str]) -> ValueError:
    """A name that no layer of an Inception has."""
    return ValueError(f"Unknown final endpoint {got}. It is one of {', '.join(known)}.")


def no_depth(got: float) -> ValueError:
    """A factor that leaves no channels."""
    return ValueError(f"depth_multiplier is not greater than zero. Got {got}: give 1.0 for the network of the paper.")
