"""Design spaces for property-based tests: small, and mostly with points that some layer refuses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st


def _alternatives(values: Sequence[Any], most: int = 3) -> st.SearchStrategy[str]:
    """One or several of these values, as they are written."""
    return st.lists(
        st.sampled_from(list(map(str, values))), min_size=1, max_size=most, unique=True
    ).map("/".join)


_SIZES = st.tuples(st.integers(1, 9), st.integers(0, 3), st.integers(1, 3)).map(
    lambda numbers: f"{numbers[0]}..{numbers[0] + numbers[1] * numbers[2]}..{numbers[2]}"
)
_KERNELS = _alternatives([1, 2, 3, 5, "2x3", "5x1"])
_STRIDES = _alternatives([1, 2, 3], 2)
_PADDING = _alternatives(["valid", "same"], 2)
_ACTIVATION = _alternatives(["relu", "gelu", "softmax"], 2)


def _word(name: str, *arguments: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*arguments).map(lambda given: f"{name}:{','.join(given)}")


_LAYERS = st.one_of(
    _word("conv", _SIZES, _KERNELS),
    _word("conv", _SIZES, _KERNELS, _STRIDES, _PADDING),
    _word(
        "conv", _alternatives([4, 6, 8]), _KERNELS, _alternatives([1, 2, 3]).map("groups={}".format)
    ),
    _word("conv", _SIZES, _KERNELS, _alternatives([1, 2], 2).map("dilation_rate={}".format)),
    _word("dwconv", _KERNELS, _STRIDES),
    _word("sepconv", _SIZES, _KERNELS, _ACTIVATION),
    _word("convtranspose", _SIZES, _KERNELS, _STRIDES, _PADDING),
    _word("maxpool", _alternatives([2, 3, "2x1"]), _STRIDES, _PADDING),
    _word("avgpool", _alternatives([2, 3])),
    _word("zeropad", _alternatives([1, 2])),
    _word("upsampling", _alternatives([1, 2], 2)),
    _word("dropout", _alternatives([0.1, 0.5], 2)),
    st.just("bn"),
)
_GROUPS = st.tuples(
    st.sampled_from(["2", "0..1", "1/2"]), st.lists(_LAYERS, min_size=1, max_size=2)
).map(lambda group: f"{group[0]}x({' '.join(group[1])})")
_ENDS = st.tuples(
    st.sampled_from(["flatten", "gap", "globalmaxpool"]), _word("dense", _SIZES, _ACTIVATION)
).map(" ".join)

spaces = st.tuples(
    st.sampled_from(["7x8x2", "6x6x3", "12x9x4", "6x6x3/9x9x3"]),
    st.lists(st.one_of(_LAYERS, _GROUPS), min_size=1, max_size=3).map(" ".join),
    _ENDS,
).map(" ".join)
"""The text of a space."""
