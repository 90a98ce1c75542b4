"""Operations: how the call of each is drawn.

`OPERATION_CASES` is by the file and the class that Keras has for it, as in convzoo's registry.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tests.strategies import Arguments, Spec
from tests.strategies._drawing import mostly, mostly_known, some_of


@dataclass(frozen=True)
class Values:
    """An array of ones: an operand that no layer gives."""

    shape: tuple[int, ...]
    dtype: str = "float32"


@dataclass(frozen=True)
class OperationCase:
    """One call of one operation.

    Args:
        name: the file and the class, such as `"numpy.Add"`.
        args: what it is called on: a `Spec` for a tensor, `Values` for a constant.
        arguments: the constructor's keyword arguments.
        kwargs: keyword arguments of the call.
    """

    name: str
    args: tuple[Any, ...]
    arguments: Arguments = field(default_factory=dict)
    kwargs: Arguments = field(default_factory=dict)


OPERATION_CASES: dict[str, SearchStrategy[OperationCase]] = {}
_ARGUMENTS: dict[str, Callable[..., SearchStrategy[Arguments]]] = {}
"""From what an operation is called on to a strategy for the constructor's arguments."""

FLOATS = ("float32",) * 3 + ("float16", "bfloat16", "float64")
DTYPES = (*FLOATS, "int32", "int64", "int8", "int16", "uint8", "uint16", "uint32", "uint64", "bool")
SIZES = st.integers(1, 5)
BATCHES = st.sampled_from([None, None, 1, 3])


# ---------------------------------------------------------------------- operands


@st.composite
def tensors(
    draw: DrawFn, least: int = 1, most: int = 4, dtypes: Any = DTYPES, size: Any = SIZES
) -> Spec:
    """A tensor with so many axes, the batch counted; sometimes one of few or many."""
    rank = draw(mostly(st.integers(least, most), st.integers(0, 5)))
    dims = [draw(mostly_known(size)) for _ in range(rank)]
    if dims:
        dims[0] = draw(BATCHES)
    return Spec(tuple(dims), draw(st.sampled_from(dtypes)))


def of_shape(shape: Any, dtypes: Any = DTYPES) -> SearchStrategy[Spec]:
    """A tensor of the shape."""
    return st.sampled_from(dtypes).map(lambda dtype: Spec(tuple(shape), dtype))


@st.composite
def bent(draw: DrawFn, shape: Any) -> tuple[Any, ...]:
    """Mostly the shape; sometimes a size is another one, unknown, or left out."""
    dims = list(shape)
    if dims and draw(st.integers(0, 5)) == 0:
        place = draw(st.integers(0, len(dims) - 1))
        change = draw(st.sampled_from([None, 1, 2, 7, "del"]))
        dims[place : place + 1] = [] if change == "del" else [change]
    return tuple(dims)


SCALARS = st.sampled_from([1, 2.0, 0, -1.5, True])


@st.composite
def _beside(draw: DrawFn, first: Spec, scalars: bool = True) -> Any:
    """An operand that fits another: a tensor, a constant, or a number."""
    if scalars and draw(st.integers(0, 3)) == 0:
        return draw(SCALARS)
    dims = [draw(st.sampled_from([dim, dim, 1])) for dim in first.shape]
    shape = draw(bent(dims[draw(st.sampled_from([0, 0, 1])) :]))
    if shape and None not in shape and draw(st.booleans()):
        # Keras saves a constant without axes as a plain number.
        return Values(tuple(shape), draw(st.sampled_from(["float32", "int32", "int8", "float64"])))
    return draw(of_shape(shape))


@st.composite
def pairs(draw: DrawFn, scalars: bool = True, dtypes: Any = DTYPES) -> tuple[Any, ...]:
    """Two operands, at least one of them a tensor."""
    first = draw(tensors(0, 4, dtypes))
    both = [first, draw(_beside(first, scalars))]
    return tuple(both[:: draw(st.sampled_from([1, 1, -1]))])


def axes(rank: int) -> SearchStrategy[int]:
    """An axis of a tensor, sometimes one that it lacks."""
    least = max(rank, 1)
    return mostly(st.integers(-least, least - 1), st.integers(-rank - 2, rank + 1))


def one_or_several_axes(rank: int) -> SearchStrategy[Any]:
    """An axis, several, or all."""
    return st.one_of(
        axes(rank),
        st.none(),
        st.lists(axes(rank), max_size=3, unique=True).map(tuple),
        st.lists(axes(rank), max_size=3),
    )


# ---------------------------------------------------------------------- how cases are entered


def calls(
    names: str,
    args: SearchStrategy[Any],
    arguments: Callable[..., SearchStrategy[Arguments]] | None = None,
    kwargs: SearchStrategy[Arguments] | None = None,
) -> None:
    """Enter operations whose calls are drawn alike.

    Args:
        names: the file, a colon, and the classes with blanks between.
        args: draws what they are called on: a tuple, or one operand.
        arguments: from that to a strategy for the constructor's arguments.
        kwargs: draws keyword arguments of the call.
    """
    file, _, classes = names.partition(":")
    for class_name in classes.split():
        name = f"{file}.{class_name}"
        assert name not in OPERATION_CASES, name
        OPERATION_CASES[name] = _cases(name, args, arguments, kwargs)
        _ARGUMENTS[name] = arguments or fixed()


@st.composite
def _cases(draw: DrawFn, name: str, args: Any, arguments: Any, kwargs: Any) -> OperationCase:
    operands = draw(args)
    operands = operands if isinstance(operands, tuple) else (operands,)
    own = draw(arguments(*operands)) if arguments else {}
    return OperationCase(name, operands, own, {} if kwargs is None else draw(kwargs))


def rank_of(operand: Any) -> int:
    """The number of axes of an operand."""
    return len(getattr(operand, "shape", ()))


def fixed(**arguments: Any) -> Callable[..., SearchStrategy[Arguments]]:
    """Arguments that don't depend on the operands, each drawn or its default."""
    return lambda *_: some_of(**arguments)


def needed(**arguments: Any) -> Callable[..., SearchStrategy[Arguments]]:
    """Arguments that don't depend on the operands, and that must be given."""
    return lambda *_: st.fixed_dictionaries(arguments)


def along(strategy: Callable[[int], Any] = axes, **others: Any) -> Any:
    """The argument `axis`, by the rank of the first operand, and others."""
    return lambda x, *_: some_of(axis=strategy(rank_of(x)), **others)


KEEPDIMS = st.booleans()
DTYPE = mostly(
    st.sampled_from([None, "float32", "float16", "int32", "int64", "bool", "bfloat16"]),
    st.just("no_dtype"),
)

# ---------------------------------------------------------------------- numpy

calls(
    "numpy:Absolute Abs Angle Arccos Arccosh Arcsin Arcsinh Arctan Arctanh BitwiseInvert "
    "BitwiseNot Cbrt Ceil Conj Conjugate Copy Corrcoef Cos Cosh Deg2rad Exp Exp2 Expm1 Fabs "
    "Fliplr Flipud Floor I0 Imag Isfinite Isinf Isnan Isneginf Isposinf Isreal Log Log10 Log1p "
    "Log2 LogicalNot "
    "Ndim Negative Nonzero Rad2deg Ravel Real Reciprocal Sign Signbit Sin Sinc Sinh Size Slogdet "
    "Sqrt Square Tan Tanh Trunc",
    tensors(0, 4, (*DTYPES, "complex64")),
)
calls("numpy:Clip", tensors(), needed(x_min=SCALARS, x_max=SCALARS))
calls("numpy:NanToNum", tensors(), fixed(nan=SCALARS, posinf=SCALARS, neginf=SCALARS))
calls("numpy:Round", tensors(), fixed(decimals=st.integers(0, 3)))
calls("numpy:Tril Triu Diagflat", tensors(), fixed(k=st.integers(-2, 2)))
calls("numpy:Diag", tensors(1, 2), fixed(k=st.integers(-2, 2)))
calls("numpy:EmptyLike OnesLike ZerosLike Array", tensors(), fixed(dtype=DTYPE))
calls("numpy:FullLike", st.tuples(tensors(), SCALARS), fixed(dtype=DTYPE))

calls(
    "numpy:Add Arctan2 Divide DivideNoNan Equal FloorDivide Fmax Fmin Fmod Gcd Greater "
    "GreaterEqual Kron Lcm Ldexp Less LessEqual Logaddexp Logaddexp2 LogicalAnd LogicalOr "
    "LogicalXor Maximum "
    "Minimum Mod Multiply Nextafter NotEqual Outer Power Subtract TrueDivide Vdot Heaviside Hypot "
    "BitwiseAnd BitwiseOr BitwiseXor BitwiseLeftShift LeftShift BitwiseRightShift RightShift",
    pairs(),
)
calls("numpy:Isclose", pairs(), fixed(equal_nan=st.booleans()), some_of(rtol=st.just(0.1)))
calls("numpy:AllClose", pairs(scalars=False), fixed(equal_nan=st.booleans(), rtol=st.just(0.1)))
calls("numpy:IsIn", pairs(scalars=False), fixed(invert=st.booleans()))


@st.composite
def _choices(draw: DrawFn) -> tuple[Any, ...]:
    one, two = draw(pairs())
    like = one if isinstance(one, Spec) else two
    condition = draw(st.one_of(_beside(like, scalars=False), st.just(like)))
    return condition, *draw(mostly(st.just((one, two)), st.just((one, None))))


calls("numpy:Where", _choices())


@st.composite
def _selected(draw: DrawFn) -> tuple[Any, ...]:
    first = draw(tensors())
    others = [draw(of_shape(first.shape)) for _ in range(draw(st.integers(0, 2)))]
    return [Spec(x.shape, "bool") for x in [first, *others]], [first, *others], 0


calls("numpy:Select", _selected())
calls("numpy:Digitize", st.tuples(tensors(), st.sampled_from([Values((3,)), Values((2, 2))])))
calls(
    "numpy:SearchSorted",
    st.tuples(tensors(1, 1), tensors()),
    fixed(side=st.sampled_from(["left", "right"])),
)

calls(
    "numpy:All Any Amax Amin Mean Median Nanmax Nanmean Nanmedian Nanmin Nanprod Nanstd Nansum "
    "Nanvar Ptp Std Sum Var",
    tensors(),
    along(one_or_several_axes, keepdims=KEEPDIMS),
)
calls("numpy:Max Min", tensors(), along(one_or_several_axes, keepdims=KEEPDIMS, initial=SCALARS))
calls("numpy:Prod", tensors(), along(one_or_several_axes, keepdims=KEEPDIMS, dtype=DTYPE))
calls("numpy:CountNonzero", tensors(), along(one_or_several_axes))


def _axis_or_none(rank: int) -> SearchStrategy[Any]:
    return st.one_of(axes(rank), axes(rank), st.none())


calls("numpy:Argmax Argmin Nanargmax Nanargmin", tensors(), along(_axis_or_none, keepdims=KEEPDIMS))
calls("numpy:Cumprod Cumsum Nancumprod Nancumsum", tensors(), along(_axis_or_none, dtype=DTYPE))
calls("numpy:Argsort Sort", tensors(), along(_axis_or_none))
calls(
    "numpy:Argpartition",
    tensors(),
    lambda x: st.builds(
        lambda axis, kth: {"axis": axis, "kth": kth},
        _axis_or_none(rank_of(x)),
        mostly(st.integers(0, 3), st.just(1.5)),
    ),
)
calls("numpy:Diff", tensors(), along(n=st.integers(0, 6)))
calls("numpy:Trapezoid", tensors(), along(_axis_or_none, dx=st.just(0.5)))
calls("numpy:Flip", tensors(), along(one_or_several_axes))
calls(
    "numpy:Roll",
    tensors(),
    lambda x: st.builds(
        lambda axis, shift: {"axis": axis, "shift": shift},
        one_or_several_axes(rank_of(x)),
        st.integers(-3, 3),
    ),
)


@st.composite
def _weighted(draw: DrawFn) -> tuple[Any, ...]:
    x = draw(tensors())
    weights = draw(
        st.one_of(
            st.none(), bent(x.shape).flatmap(of_shape), SIZES.flatmap(lambda n: of_shape((n,)))
        )
    )
    return x, weights


calls("numpy:Average", _weighted(), along(_axis_or_none))
calls(
    "numpy:Percentile Nanpercentile Quantile Nanquantile",
    st.tuples(
        tensors(),
        st.sampled_from([0.5, [0.5], [0.1, 0.9], Values(()), Values((3,)), Spec((2,)), Spec(())]),
    ),
    along(one_or_several_axes, keepdims=KEEPDIMS, method=st.just("nearest")),
)


@st.composite
def _matrices(draw: DrawFn) -> tuple[Any, ...]:
    inner = draw(mostly_known(SIZES))
    batch = draw(st.lists(mostly_known(SIZES), max_size=2))
    one = draw(bent((*batch, *draw(st.sampled_from([(), (draw(BATCHES),)])), inner)))
    two = draw(bent((*draw(st.sampled_from([(), batch])), inner, draw(SIZES))))
    if draw(st.integers(0, 4)) == 0:
        two = (inner,)
    first = draw(of_shape(one))
    if None not in two and draw(st.booleans()):
        return first, Values(two, draw(st.sampled_from(["float32", "int8", "int32"])))
    return first, draw(st.one_of(of_shape(two), of_shape(two), SCALARS))


calls("numpy:Matmul Dot Inner", st.one_of(_matrices(), _matrices(), pairs()))


@st.composite
def _tensordots(draw: DrawFn) -> OperationCase:
    one = draw(tensors(1, 4))
    count = draw(st.integers(0, min(2, rank_of(one))))
    if draw(st.booleans()):
        shared = one.shape[rank_of(one) - count :]
        two = draw(of_shape((*shared, draw(SIZES))))
        return OperationCase("numpy.Tensordot", (one, two), {"axes": count})
    picked = draw(
        st.lists(st.integers(0, max(rank_of(one) - 1, 0)), min_size=1, max_size=2, unique=True)
    )
    sizes = [one.shape[axis] if axis < rank_of(one) else 2 for axis in picked]
    two = draw(of_shape(draw(bent((*sizes, draw(SIZES))))))
    other = list(range(len(picked)))
    return OperationCase("numpy.Tensordot", (one, two), {"axes": [picked, other]})


OPERATION_CASES["numpy.Tensordot"] = _tensordots()

_EINSUMS = (
    "ij,jk->ik", "bij,bjk->bik", "bij,jk->bik", "...ij,jk->...ik", "bij->bji", "bij->b", "ii->i",
    "bij,bij->bij", "bi,bj->bij", "ij,jk", "abc,cd->abd", "aecd,abcd->acbe", "i...,i...->...",
    "bi,i->", "a,b,c->abc", "ij,jk,kl->il", "bij->", "...i,...i->...", "ij,Jk->iJ",
    "ij->->i", "ij->kj",
)  # fmt: skip


@st.composite
def _einsums(draw: DrawFn) -> OperationCase:
    subscripts = draw(st.sampled_from(_EINSUMS))
    sizes = {label: draw(mostly_known(SIZES)) for label in sorted(set(subscripts))}
    wildcard = draw(st.lists(mostly_known(SIZES), max_size=2))
    operands = []
    for spec in subscripts.partition("->")[0].split(","):
        before, dots, after = spec.partition("...")
        shape = [sizes[label] for label in before] + (wildcard if dots else [])
        operands.append(draw(bent([*shape, *(sizes[label] for label in after)]).flatmap(of_shape)))
    if draw(st.integers(0, 11)) == 0:
        operands = operands[:-1] or operands * 2
    return OperationCase("numpy.Einsum", tuple(operands), {"subscripts": subscripts})


OPERATION_CASES["numpy.Einsum"] = _einsums()


@st.composite
def _vectors(draw: DrawFn) -> tuple[Any, ...]:
    shape = (draw(BATCHES), draw(SIZES))
    sizes = st.sampled_from([2, 3, 3, 3, None, 4])
    return draw(of_shape((*shape, draw(sizes)))), draw(of_shape((*shape, draw(sizes))))


calls("numpy:Cross", _vectors(), fixed(axisc=st.integers(-3, 3), axis=st.sampled_from([-1, None])))
calls(
    "numpy:Correlate",
    st.tuples(
        mostly_known(SIZES).flatmap(lambda n: of_shape((n,))),
        mostly(SIZES.map(lambda n: (n,)), st.just((2, 2))).flatmap(of_shape),
    ),
    fixed(mode=mostly(st.sampled_from(["valid", "same", "full"]), st.just("no_mode"))),
)


def _two_axes(x: Any) -> SearchStrategy[Arguments]:
    # One axis given twice is what Keras neither refuses nor computes.
    rank = max(rank_of(x), 2)
    return st.permutations(range(rank)).flatmap(
        lambda order: some_of(
            offset=st.integers(-3, 3),
        ).map(lambda own: {**own, "axis1": order[0], "axis2": order[1] - rank})
    )


calls("numpy:Diagonal Trace", tensors(2, 4), _two_axes)


@st.composite
def _new_shapes(draw: DrawFn, given: Spec | None = None) -> OperationCase:
    x = given or draw(tensors(1, 4))
    known = [2 if dim is None else dim for dim in x.shape]
    shape = draw(st.permutations(known).flatmap(bent)) if known else (1,)
    shape = [draw(mostly(st.just(dim), st.sampled_from([-1, -2, None]))) for dim in shape]
    if shape and draw(st.booleans()):
        shape[draw(st.integers(0, len(shape) - 1))] = -1
    return OperationCase("numpy.Reshape", (x,), {"newshape": tuple(shape)})


OPERATION_CASES["numpy.Reshape"] = _new_shapes()
calls(
    "numpy:Transpose",
    tensors(),
    lambda x: some_of(axes=st.permutations(range(rank_of(x))).flatmap(bent)),
)
calls(
    "numpy:Swapaxes",
    tensors(),
    lambda x: st.fixed_dictionaries({"axis1": axes(rank_of(x)), "axis2": axes(rank_of(x))}),
)


@st.composite
def _moves(draw: DrawFn) -> OperationCase:
    x = draw(tensors(2, 5))
    # One axis given twice is what Keras neither refuses nor computes.
    rank = max(rank_of(x), 1)
    places = st.permutations(range(rank))
    count = draw(st.integers(1, min(rank, 2)))
    arguments = {
        name: draw(places)[:count] if count > 1 else draw(axes(rank))
        for name in ("source", "destination")
    }
    return OperationCase("numpy.Moveaxis", (x,), arguments)


OPERATION_CASES["numpy.Moveaxis"] = _moves()
calls(
    "numpy:Rot90",
    tensors(2, 4),
    fixed(k=st.integers(0, 3), axes=st.sampled_from([(0, 1), (1, 0), (1, 2), (1, 1), (0, -1)])),
)
calls(
    "numpy:ExpandDims",
    tensors(),
    lambda x: st.fixed_dictionaries(
        {
            "axis": mostly(
                st.one_of(
                    axes(rank_of(x) + 1), st.lists(axes(rank_of(x) + 2), min_size=2, max_size=2)
                ),
                st.none(),
            )
        }
    ),
)
calls("numpy:Squeeze", tensors(size=st.sampled_from([1, 1, 1, 3])), along(one_or_several_axes))
calls(
    "numpy:BroadcastTo",
    tensors(),
    lambda x: st.fixed_dictionaries(
        {
            "shape": st.lists(SIZES, max_size=1).flatmap(
                lambda more: bent([*more, *(dim or 2 for dim in x.shape)])
            )
        }
    ),
)
REPEATS = mostly(st.integers(0, 3), st.just(-1))
calls(
    "numpy:Tile",
    tensors(),
    needed(repeats=st.one_of(REPEATS, st.lists(REPEATS, max_size=5))),
)


@st.composite
def _repeats(draw: DrawFn) -> OperationCase:
    x = draw(tensors())
    axis = draw(_axis_or_none(rank_of(x)))
    size = 3
    if axis is not None and -rank_of(x) <= axis < rank_of(x):
        size = x.shape[axis] or 2
    several = st.lists(st.integers(0, 3), min_size=size, max_size=size)
    repeats = draw(st.one_of(REPEATS, st.lists(REPEATS, min_size=1, max_size=1), several))
    return OperationCase("numpy.Repeat", (x,), {"repeats": repeats, "axis": axis})


OPERATION_CASES["numpy.Repeat"] = _repeats()


def _pad_widths(x: Any, *_: Any) -> SearchStrategy[Arguments]:
    width = mostly(st.integers(0, 3), st.just(-2))
    pair = st.tuples(width, width)
    rank = rank_of(x)
    several = st.lists(pair, min_size=rank, max_size=rank) if rank else st.just([(0, 0)])
    wrong = st.lists(pair, min_size=rank + 1, max_size=rank + 2)
    return st.fixed_dictionaries(
        {"pad_width": mostly(st.one_of(width, pair, several, several), wrong)},
        optional={"mode": st.sampled_from(["constant", "reflect"])},
    )


calls("numpy:Pad", tensors(), _pad_widths, some_of(constant_values=st.just(1)))


@st.composite
def _items(draw: DrawFn, given: Spec | None = None) -> tuple[Any, ...]:
    x = given or draw(tensors(1, 4))
    number = st.one_of(st.none(), st.integers(-4, 4))
    step = st.sampled_from([None, None, 1, 2, -1])
    part = st.one_of(
        st.builds(slice, number, number, step), st.integers(-2, 2), st.just(slice(None))
    )
    parts: list[Any] = draw(st.lists(part, max_size=min(rank_of(x), 3)))
    for extra in (None, Ellipsis, Ellipsis):
        if draw(st.integers(0, 3)) == 0:
            parts.insert(draw(st.integers(0, len(parts))), extra)
    if len(parts) == 1 and isinstance(parts[0], int) and draw(st.booleans()):
        return x, parts[0]
    if draw(st.integers(0, 19)) == 0:
        return x, "key"
    return x, tuple(parts)


OPERATION_CASES["numpy.GetItem"] = _items().map(lambda args: OperationCase("numpy.GetItem", args))
INDICES = st.sampled_from(
    [0, [0, 1], [[0], [1]], Values((2,), "int32"), Spec((None, 2), "int32"), Spec((3,), "int32")]
)
calls("numpy:Take", st.tuples(tensors(), INDICES), along(_axis_or_none))


@st.composite
def _places(draw: DrawFn) -> tuple[Any, ...]:
    x = draw(tensors())
    return x, Spec(draw(bent(draw(bent(x.shape)))), "int32")


calls("numpy:TakeAlongAxis", _places(), along(_axis_or_none))
calls("numpy:Vander", tensors(1, 2), fixed(N=st.integers(0, 4), increasing=st.booleans()))
calls("numpy:View", tensors(), fixed(dtype=DTYPE))


@st.composite
def _alike(draw: DrawFn, least: int = 1, most: int = 4) -> tuple[Any, ...]:
    """A list of tensors that differ along one axis."""
    first = draw(tensors(least, most))
    several = [first]
    for _ in range(draw(st.integers(0, 2))):
        shape = list(first.shape)
        if shape and draw(st.booleans()):
            shape[draw(st.integers(0, len(shape) - 1))] = draw(mostly_known(SIZES))
        several.append(draw(of_shape(draw(bent(shape)))))
    return (several,)


@st.composite
def _equal(draw: DrawFn) -> tuple[Any, ...]:
    first = draw(tensors())
    others = [draw(bent(first.shape).flatmap(of_shape)) for _ in range(draw(st.integers(0, 2)))]
    return ([first, *others],)


def _axis_of_list(xs: Any) -> SearchStrategy[Arguments]:
    return some_of(axis=axes(rank_of(xs[0])))


calls("numpy:Concatenate", st.one_of(_alike(), _equal()), _axis_of_list)
calls("numpy:Stack", _equal(), _axis_of_list)
calls("numpy:Vstack Hstack Dstack", st.one_of(_alike(1, 4), _equal()))
calls(
    "numpy:Append",
    _alike().map(lambda several: (several[0][0], several[0][-1])),
    along(_axis_or_none),
)
calls(
    "numpy:Meshgrid",
    st.lists(tensors(0, 2), min_size=1, max_size=3).map(tuple),
    fixed(indexing=mostly(st.sampled_from(["xy", "ij"]), st.just("no"))),
)
PARTS = st.one_of(
    st.integers(1, 4), st.lists(st.integers(0, 3), min_size=1, max_size=2).map(sorted)
)
calls(
    "numpy:Split",
    tensors(size=st.sampled_from([2, 4, 6])),
    lambda x: st.fixed_dictionaries(
        {"indices_or_sections": PARTS}, optional={"axis": axes(rank_of(x))}
    ),
)
calls(
    "numpy:Hsplit Vsplit Dsplit",
    tensors(1, 4, size=st.sampled_from([2, 4, 6])),
    needed(indices_or_sections=PARTS),
)
calls(
    "numpy:ArraySplit",
    tensors(),
    lambda x: st.fixed_dictionaries(
        {"indices_or_sections": mostly(st.integers(1, 4), st.just([1, 2]))},
        optional={"axis": axes(rank_of(x))},
    ),
)
calls(
    "numpy:Unique",
    tensors(),
    along(
        _axis_or_none,
        return_index=st.booleans(),
        return_inverse=st.booleans(),
        return_counts=st.booleans(),
        size=st.integers(1, 4),
    ),
)
calls("numpy:Histogram", tensors(), fixed(bins=st.one_of(st.integers(-1, 5), st.just(1.5))))
calls("numpy:UnravelIndex", tensors(0, 2), needed(shape=st.sampled_from([(2, 3), (4,), (2, None)])))
calls(
    "numpy:Full",
    st.just(Spec(())),
    lambda *_: st.fixed_dictionaries({"shape": st.just((2, 3))}, optional={"dtype": DTYPE}),
)
calls(
    "numpy:Linspace",
    pairs(),
    fixed(
        num=st.integers(0, 5), axis=st.integers(-3, 2), dtype=DTYPE,
        retstep=mostly(st.just(False), st.just(True)),
    ),
)  # fmt: skip
calls(
    "numpy:Geomspace Logspace",
    pairs(),
    fixed(num=st.integers(0, 5), axis=st.integers(-3, 2), dtype=DTYPE),
)

# ---------------------------------------------------------------------- nn

calls(
    "nn:HardSigmoid HardSilu HardTanh LogSigmoid Relu Relu6 Selu Sigmoid Silu Softplus Softsign "
    "SparsePlus SparseSigmoid TanhShrink",
    tensors(),
)
calls("activations:Mish", tensors())
calls(
    "activations:ReLU",
    tensors(),
    fixed(negative_slope=st.just(0.1), max_value=st.just(6), threshold=st.just(1.0)),
)
calls("nn:Softmax LogSoftmax", tensors(), along(one_or_several_axes))
calls("nn:Sparsemax Glu", tensors(size=st.sampled_from([2, 4, 3])), along())
calls("nn:Celu Elu", tensors(), fixed(alpha=st.just(0.5)))
calls("nn:HardShrink SoftShrink", tensors(), fixed(threshold=st.just(1.0)))
calls("nn:Threshold", tensors(), needed(threshold=SCALARS, default_value=SCALARS))
calls("nn:Squareplus", tensors(), fixed(b=st.just(2)))
calls("nn:LeakyRelu", tensors(), fixed(negative_slope=st.just(0.1)))
calls("nn:Gelu", tensors(), fixed(approximate=st.booleans()))
calls("nn:Normalize", tensors(), along(one_or_several_axes, order=st.just(1)))


@st.composite
def _batch_norms(draw: DrawFn) -> OperationCase:
    x = draw(tensors())
    axis = draw(axes(rank_of(x)))
    size = x.shape[axis] if -rank_of(x) <= axis < rank_of(x) else 3
    vector = bent((size,)).flatmap(of_shape)
    statistics = [draw(vector), draw(vector)]
    learned = [draw(st.one_of(st.none(), vector)) for _ in range(2)]
    return OperationCase("nn.BatchNorm", (x, *statistics, *learned), {"axis": axis})


OPERATION_CASES["nn.BatchNorm"] = _batch_norms()
calls("nn:RMSNorm", st.tuples(tensors(), st.just(Values((3,)))), along(epsilon=st.just(0.1)))
calls(
    "nn:LayerNorm",
    st.tuples(tensors(), st.just(Values((3,))), st.sampled_from([None, Values((3,))])),
    along(rms_scaling=st.booleans()),
)
calls(
    "nn:Moments",
    tensors(),
    lambda x: st.fixed_dictionaries(
        {"axes": one_or_several_axes(rank_of(x))}, optional={"keepdims": KEEPDIMS}
    ),
)
FORMATS = st.sampled_from(["channels_last", "channels_first"])
ANY_FORMAT = mostly(st.sampled_from([None, "channels_last", "channels_first"]), st.just("no"))
PADDINGS = mostly(st.sampled_from(["valid", "same", "VALID"]), st.sampled_from(["no", "causal"]))


def _several(rank: int, least: int = 1) -> SearchStrategy[Any]:
    """A size for each spatial axis, or one for all."""
    rank = max(rank, 1)
    size = mostly(st.integers(least, 3), st.just(least))
    return st.one_of(size, st.lists(size, min_size=rank, max_size=rank).map(tuple))


def _spatial(least: int = 3, most: int = 5) -> SearchStrategy[Spec]:
    dims = st.lists(mostly_known(st.integers(1, 9)), min_size=least - 1, max_size=most - 1)
    return st.builds(
        lambda batch, rest, dtype: Spec((batch, *rest), dtype),
        BATCHES,
        dims,
        st.sampled_from(FLOATS),
    )


calls(
    "nn:MaxPool AveragePool",
    _spatial(),
    lambda x: st.fixed_dictionaries(
        {"pool_size": _several(rank_of(x) - 2)},
        optional={
            "strides": _several(rank_of(x) - 2),
            "padding": PADDINGS,
            "data_format": FORMATS,
        },
    ),
)
calls(
    "nn:AdaptiveMaxPool AdaptiveAveragePool",
    _spatial(),
    lambda x: st.fixed_dictionaries(
        {
            "output_size": st.lists(SIZES, min_size=rank_of(x) - 2, max_size=rank_of(x) - 2).map(
                tuple
            )
        },
        optional={"data_format": FORMATS},
    ),
)


@st.composite
def _convolutions(draw: DrawFn, name: str) -> OperationCase:
    x = draw(_spatial())
    rank = rank_of(x) - 2
    data_format = draw(ANY_FORMAT)
    channels = x.shape[1 if data_format == "channels_first" else -1] or 2
    channels = draw(mostly(st.just(channels), st.integers(1, 4)))
    taps = [draw(st.integers(1, 3)) for _ in range(rank)]
    filters = draw(SIZES)
    ends = [filters, channels] if name == "ConvTranspose" else [channels, filters]
    kernel = draw(mostly(st.just((*taps, *ends)), bent((*taps, *ends))))
    kernels: list[Any] = [Spec(kernel) if None in kernel else Values(kernel)]
    if name == "SeparableConv":
        kernels.append(Values((*(1 for _ in taps), filters * channels, draw(SIZES))))
    arguments = draw(
        some_of(
            strides=_several(rank),
            padding=PADDINGS,
            dilation_rate=_several(rank),
            **({"output_padding": _several(rank, 0)} if name == "ConvTranspose" else {}),
        )
    )
    if data_format is not None:
        arguments["data_format"] = data_format
    return OperationCase(f"nn.{name}", (x, *kernels), arguments)


for _name in ("Conv", "DepthwiseConv", "SeparableConv", "ConvTranspose"):
    OPERATION_CASES[f"nn.{_name}"] = _convolutions(_name)


@st.composite
def _unfolds(draw: DrawFn) -> OperationCase:
    sizes = [draw(mostly_known(st.integers(3, 9))) for _ in range(draw(mostly(st.just(3), SIZES)))]
    x = Spec((draw(BATCHES), *sizes))
    arguments = draw(some_of(dilation=_several(2), padding=_several(2, 0), stride=_several(2)))
    return OperationCase("nn.Unfold", (x,), {"kernel_size": draw(_several(2)), **arguments})


OPERATION_CASES["nn.Unfold"] = _unfolds()
calls(
    "nn:Fold",
    mostly(tensors(3, 3, size=st.sampled_from([4, 8, 12])), tensors()),
    needed(output_size=st.sampled_from([8, (4, 6)]), kernel_size=st.sampled_from([2, (1, 2), 3])),
)
calls(
    "nn:DepthToSpace SpaceToDepth",
    mostly(tensors(4, 4, size=st.sampled_from([4, 8, 16, 12])), tensors()),
    lambda *_: st.fixed_dictionaries(
        {"block_size": st.integers(1, 3)}, optional={"data_format": ANY_FORMAT}
    ),
)


@st.composite
def _attentions(draw: DrawFn) -> tuple[Any, ...]:
    batch, heads, features = draw(BATCHES), draw(SIZES), draw(SIZES)
    query, key = (
        draw(of_shape((batch, draw(mostly_known(SIZES)), heads, features))) for _ in range(2)
    )
    return query, key, draw(of_shape(key.shape))


calls("nn:DotProductAttention", _attentions(), fixed(is_causal=st.booleans()))
CLASSES = mostly(st.integers(0, 5), st.just(-1))
for _name, _dtypes in (("OneHot", DTYPE), ("MultiHot", st.just("int32"))):
    # Keras never looks at the dtype of MultiHot, not even for whether there is one.
    calls(
        f"nn:{_name}",
        tensors(0, 3),
        lambda x, dtypes=_dtypes: st.fixed_dictionaries(
            {"num_classes": CLASSES}, optional={"axis": axes(rank_of(x)), "dtype": dtypes}
        ),
    )


@st.composite
def _targets(draw: DrawFn) -> tuple[Any, ...]:
    output = draw(tensors(1, 3))
    return draw(bent(output.shape).flatmap(of_shape)), output


calls("nn:BinaryCrossentropy CategoricalCrossentropy", _targets())


@st.composite
def _class_targets(draw: DrawFn) -> tuple[Any, ...]:
    output = draw(tensors(1, 3))
    shape = draw(st.sampled_from([output.shape[:-1], (*output.shape[:-1], 1)]))
    return draw(bent(shape).flatmap(of_shape)), output


calls(
    "nn:SparseCategoricalCrossentropy",
    _class_targets(),
    lambda _, x: some_of(axis=axes(rank_of(x))),
)


@st.composite
def _sequences(draw: DrawFn) -> tuple[Any, ...]:
    batch = draw(BATCHES)
    batches = [draw(mostly(st.just(batch), BATCHES)) for _ in range(4)]
    return (
        Spec((batches[0], 4), "int32"),
        draw(of_shape((batches[1], 6, 5))),
        *(Spec((size,), "int32") for size in batches[2:]),
    )


calls("nn:CTCLoss", _sequences(), fixed(mask_index=st.just(1)))
calls(
    "nn:CTCDecode",
    _sequences().map(lambda four: (four[1], four[2])),
    fixed(strategy=st.sampled_from(["greedy", "beam_search"]), top_paths=st.integers(1, 3)),
)
calls("nn:PSNR", st.tuples(tensors(), tensors()), needed(max_val=st.just(1.0)))
calls("nn:Polar", st.tuples(tensors(), tensors()))
calls("quantizers:FakeQuantWithMinMaxVars", st.tuples(tensors(), st.just(0.0), st.just(1.0)))

# ---------------------------------------------------------------------- core

calls("core:Cast SaturateCast", tensors(), needed(dtype=DTYPE))
calls("core:ConvertToTensor", tensors(), fixed(dtype=DTYPE))
calls("core:StopGradient", tensors())


@st.composite
def _slices(draw: DrawFn) -> OperationCase:
    x = draw(tensors())
    shape = [draw(st.sampled_from([1, 2, -1])) for _ in draw(bent(x.shape))]
    starts = [draw(st.integers(0, 3)) for _ in shape]
    start = draw(st.sampled_from([starts, tuple(starts), Spec((len(starts),), "int32")]))
    return OperationCase("core.Slice", (x, start), {"shape": tuple(shape)})


OPERATION_CASES["core.Slice"] = _slices()
calls("core:SliceUpdate", st.tuples(tensors(), st.just([0, 0]), tensors()))
calls("core:Scatter", st.tuples(tensors(), tensors()), needed(shape=st.just((3, 4))))
calls(
    "core:ScatterUpdate",
    st.tuples(tensors(), tensors(), tensors()),
    fixed(reduction=st.just("add")),
)
calls("core:Unstack", tensors(), along(num=st.integers(1, 3)))

# ---------------------------------------------------------------------- math

calls("math:Erf Erfc Erfinv Rsqrt Logdet ViewAsComplex ViewAsReal", tensors())
calls("math:Logsumexp", tensors(), along(one_or_several_axes, keepdims=KEEPDIMS))
calls(
    "math:SegmentMax SegmentMin SegmentProd SegmentReduction SegmentSum",
    st.tuples(tensors(), st.just(Spec((None,), "int32"))),
    fixed(num_segments=mostly(st.integers(1, 4), st.just(-1)), sorted=st.booleans()),
)
calls("math:TopK", tensors(), needed(k=CLASSES))
calls("math:InTopK", st.tuples(tensors(1, 1), tensors(2, 2)), needed(k=CLASSES))
calls(
    "math:CDist",
    _alike(2, 4).map(lambda several: (several[0][0], several[0][-1])),
)
calls(
    "math:ExtractSequences",
    tensors(size=st.integers(5, 12)),
    needed(sequence_length=st.integers(1, 5), sequence_stride=st.integers(0, 3)),
)


@st.composite
def _complex(draw: DrawFn) -> tuple[Any, ...]:
    real = draw(tensors(1, 3))
    imaginary = draw(mostly(st.just(real.shape), bent(real.shape)).flatmap(of_shape))
    return (draw(mostly(st.just((real, imaginary)), st.just(real))),)


calls("math:FFT FFT2 IFFT2", _complex())
LENGTHS = st.one_of(st.none(), st.integers(2, 8))
calls("math:RFFT", tensors(), fixed(fft_length=LENGTHS))
calls("math:IRFFT", _complex(), fixed(fft_length=LENGTHS))
FRAMES = {
    "sequence_length": st.integers(1, 4),
    "sequence_stride": st.integers(1, 3),
    "fft_length": st.integers(4, 6),
}
calls(
    "math:STFT",
    tensors(size=st.integers(2, 12)),
    lambda *_: st.fixed_dictionaries(FRAMES, optional={"center": st.booleans()}),
)
calls(
    "math:ISTFT",
    _complex(),
    lambda *_: st.fixed_dictionaries(FRAMES, optional={"center": st.booleans(), "length": LENGTHS}),
)

# ---------------------------------------------------------------------- linalg


@st.composite
def _square(draw: DrawFn) -> Spec:
    size = draw(mostly_known(SIZES))
    batch = draw(st.lists(BATCHES, max_size=2))
    return draw(bent((*batch, size, size)).flatmap(of_shape))


calls("linalg:Inv Det Eig Eigh", mostly(_square(), tensors()))
calls("linalg:Cholesky CholeskyInverse", mostly(_square(), tensors()), fixed(upper=st.booleans()))
calls("linalg:LuFactor MatrixRank Pinv", tensors(2, 4))
calls(
    "linalg:Norm",
    tensors(),
    along(
        one_or_several_axes, keepdims=KEEPDIMS, ord=st.sampled_from([None, 1, 2, 3, "fro", "no"])
    ),
)
calls("linalg:Qr", tensors(2, 4), fixed(mode=st.sampled_from(["reduced", "complete", "no"])))


@st.composite
def _equations(draw: DrawFn) -> tuple[Any, ...]:
    matrix = draw(mostly(_square(), tensors(2, 3)))
    last = matrix.shape[-1:]
    shape = draw(st.sampled_from([matrix.shape, (*matrix.shape[:-2], *last), (*matrix.shape, 2)]))
    return matrix, draw(bent(shape).flatmap(of_shape))


calls("linalg:Solve", _equations())
calls("linalg:SolveTriangular", _equations(), fixed(lower=st.booleans()))
calls("linalg:SVD", tensors(2, 4), fixed(full_matrices=st.booleans(), compute_uv=st.booleans()))


@st.composite
def _systems(draw: DrawFn) -> tuple[Any, ...]:
    matrix = draw(tensors(2, 2))
    shape = (*matrix.shape[:1], *draw(st.sampled_from([(), (2,)])))
    return matrix, draw(bent(shape).flatmap(of_shape))


calls("linalg:Lstsq", _systems())

# ---------------------------------------------------------------------- image


@st.composite
def images(draw: DrawFn, least: int = 3, most: int = 4, channels: Any = SIZES) -> Spec:
    """An image or a batch of them; sometimes of another rank."""
    rank = draw(mostly(st.integers(least, most), st.integers(1, 5)))
    sizes = [draw(mostly_known(st.integers(4, 9))) for _ in range(rank)]
    place = draw(st.sampled_from([-1, -1, -3]))
    if rank >= 3:
        sizes[place] = draw(mostly_known(channels))
    if rank == 4:
        sizes[0] = draw(BATCHES)
    return Spec(tuple(sizes), draw(mostly(st.sampled_from(FLOATS), st.just("uint8"))))


RGB = st.sampled_from([1, 3, 3, 3])
calls("image:RGBToGrayscale RGBToHSV HSVToRGB", images(channels=RGB), fixed(data_format=ANY_FORMAT))
calls(
    "image:Resize",
    images(),
    lambda *_: st.fixed_dictionaries(
        {"size": st.tuples(SIZES, SIZES)},
        optional={"data_format": ANY_FORMAT, "interpolation": st.just("nearest")},
    ),
)
calls(
    "image:AffineTransform",
    st.tuples(images(), st.sampled_from([Spec((8,)), Spec((None, 8)), Spec((1, 2, 4))])),
    fixed(data_format=ANY_FORMAT),
)
CORNERS = st.sampled_from([Spec((4, 2)), Spec((4, 2)), Spec((3, 4, 2)), Spec((4, 3))])
calls(
    "image:PerspectiveTransform",
    st.tuples(images(), CORNERS, CORNERS),
    fixed(data_format=ANY_FORMAT),
)
calls("image:GaussianBlur ElasticTransform SobelEdges", images(), fixed(data_format=ANY_FORMAT))
calls("image:SSIM", st.tuples(images(), images()), fixed(data_format=ANY_FORMAT))


@st.composite
def _patches(draw: DrawFn) -> OperationCase:
    rank = draw(st.sampled_from([2, 2, 3]))
    x = draw(images(rank + 1, rank + 2))
    size = draw(st.integers(1, 3)) if rank == 2 else None
    several = st.lists(st.integers(1, 3), min_size=rank, max_size=rank).map(tuple)
    arguments = draw(
        some_of(
            strides=several,
            dilation_rate=st.integers(1, 2),
            padding=mostly(st.sampled_from(["valid", "same"]), st.just("no")),
            data_format=ANY_FORMAT,
        )
    )
    return OperationCase("image.ExtractPatches", (x,), {"size": size or draw(several), **arguments})


OPERATION_CASES["image.ExtractPatches"] = _patches()
calls(
    "image:MapCoordinates",
    st.tuples(
        tensors(2, 2), st.sampled_from([Spec((2, 5)), Spec((2, 3, 4)), Spec((2,)), Spec((3, 3))])
    ),
    needed(order=st.just(1)),
)
calls(
    "image:ScaleAndTranslate",
    images().map(lambda x: (x, (2, 3, 4), Values((2,)), Values((2,)))),
    needed(spatial_dims=st.just((0, 1)), method=st.just("linear")),
)


@st.composite
def _frames(draw: DrawFn, name: str, what: str) -> OperationCase:
    arguments: Arguments = {}
    for axis in (("top", "bottom", "height"), ("left", "right", "width")):
        names = [f"{axis[0]}_{what}", f"{axis[1]}_{what}", f"target_{axis[2]}"]
        values = [draw(mostly(st.integers(0, 3), st.just(-1))) for _ in range(2)]
        values.append(draw(st.integers(4, 12) if name == "PadImages" else st.integers(0, 5)))
        left_out = draw(mostly(st.integers(0, 2), st.just(3)))
        arguments |= {
            n: v for i, (n, v) in enumerate(zip(names, values, strict=True)) if i != left_out
        }
    return OperationCase(
        f"image.{name}", (draw(images()),), {**arguments, **draw(some_of(data_format=ANY_FORMAT))}
    )


OPERATION_CASES["image.PadImages"] = _frames("PadImages", "padding")
OPERATION_CASES["image.CropImages"] = _frames("CropImages", "cropping")

# ---------------------------------------------------------------------- einops

calls(
    "einops:Rearrange",
    st.tuples(
        st.sampled_from([Spec((2, 4, 6)), Spec((2, 4, 6)), Spec((None, 4, 6))]),
        st.sampled_from(
            ["b h w -> b w h", "b h w -> b (h w)", "b (h s) w -> b h s w", "b h w -> b h x"]
        ),
    ),
    kwargs=some_of(s=st.just(2)),
)

# ---------------------------------------------------------------------- on given tensors

# Not Cast, whose automatic name counts the casts within Keras's layers too.
_UNARY = (
    "core.StopGradient math.Logsumexp math.TopK math.Rsqrt nn.Gelu nn.LogSoftmax "
    "nn.Moments nn.Relu nn.Sigmoid nn.Softmax numpy.Absolute numpy.Argmax numpy.Clip "
    "numpy.Cumsum numpy.Exp numpy.ExpandDims numpy.Flip numpy.Isnan numpy.Max numpy.Mean "
    "numpy.Negative numpy.Pad numpy.Prod numpy.Ravel numpy.Roll numpy.Split numpy.Sqrt "
    "numpy.Square numpy.Squeeze numpy.Sum numpy.Swapaxes numpy.Tile numpy.Transpose numpy.Var"
)
_BINARY = (
    "numpy.Add numpy.Divide numpy.Equal numpy.Greater numpy.Maximum numpy.Minimum numpy.Mod "
    "numpy.Multiply numpy.Power numpy.Subtract"
)


@st.composite
def operations_on(draw: DrawFn, given: Spec, others: Any) -> OperationCase:
    """A call on a tensor, and perhaps others.

    Args:
        draw: draws.
        given: the tensor.
        others: draws another tensor of those that there are.
    """
    kind = draw(st.sampled_from(["unary"] * 4 + ["binary"] * 3 + ["join", "matmul", "item", "new"]))
    if kind == "item":
        return OperationCase("numpy.GetItem", draw(_items(given)))
    if kind == "new":
        return draw(_new_shapes(given))
    if kind == "matmul":
        return OperationCase("numpy.Matmul", (given, draw(others)))
    if kind == "join":
        joined = [given, *draw(st.lists(others, max_size=2))]
        name = draw(st.sampled_from(["numpy.Concatenate", "numpy.Stack"]))
        return OperationCase(name, (joined,), draw(_axis_of_list(joined)))
    if kind == "binary":
        shape = [dim if draw(st.booleans()) and dim else 1 for dim in given.shape]
        # Keras saves a constant without axes as a plain number.
        constant = st.just(Values(tuple(shape))) if shape else SCALARS
        operand = draw(st.one_of(others, SCALARS, constant))
        both = (given, operand)[:: draw(st.sampled_from([1, -1]))]
        return OperationCase(draw(st.sampled_from(_BINARY.split())), both)
    name = draw(st.sampled_from(_UNARY.split()))
    return OperationCase(name, (given,), draw(_ARGUMENTS[name](given)))
