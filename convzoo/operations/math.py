# mypy: disable-error-code="override"
"""Mathematical operations. Equals `keras/src/ops/math.py`."""

from __future__ import annotations

from typing import Any

from convzoo.graph.dims import Dim, Shape, product
from convzoo.graph.facts import Work
from convzoo.graph.layer import Tensor
from convzoo.operations import OPERATIONS, Operation, add_operations, sample_size
from convzoo.operations.families import (
    Elementwise,
    Rearranging,
    Reduction,
    ToFloat,
    ToFloat32,
    Unary,
)

add_operations("math", (Unary,), "Erf Erfinv Rsqrt")
add_operations("math", (ToFloat, Unary), "Erfc")
add_operations("math", (ToFloat32, Reduction), "Logsumexp")


class Segments(Operation):
    """One value for all rows of the same segment.

    Args:
        num_segments: how many segments there are.
        sorted: whether the rows are in their order.
    """

    ops_per_output = 1

    num_segments: Any = None
    sorted: Any = False

    def output(self, data: Any, segment_ids: Any) -> Tensor:
        return self.tensor((self.num_segments, *data.shape[1:]), data.dtype)


add_operations("math", (Segments,), "SegmentMax SegmentMin SegmentProd SegmentReduction SegmentSum")


@OPERATIONS.register("math.TopK")
class TopK(Operation):
    """The largest elements along the last axis, and where they stand. Equals `keras.ops.top_k`."""

    ops_per_output = 1

    k: Any
    sorted: Any = True

    def output(self, x: Any) -> tuple[Tensor, Tensor]:
        self.require(len(x.shape) > 0, "needs an axis", x)
        shape = (*x.shape[:-1], self.k)
        return self.tensor(shape, x.dtype), self.tensor(shape, "int32")


@OPERATIONS.register("math.InTopK")
class InTopK(Operation):
    """Whether a class is among the likeliest. Equals `keras.ops.in_top_k`."""

    ops_per_output = 1

    k: Any

    def output(self, targets: Any, predictions: Any) -> Tensor:
        return self.tensor(targets.shape, "bool")


@OPERATIONS.register("math.CDist")
class CDist(Operation):
    """The distance of each two vectors. Equals `keras.ops.cdist`."""

    def output(self, x: Any, y: Any) -> Tensor:
        one, two = x.shape, y.shape
        self.require(len(one) > 1 and len(two) > 1, "needs two axes or more", x, y)
        self.require(one[-1] is None or two[-1] in (None, one[-1]), "needs equal last axes", x, y)
        shape = (*self.broadcast(one[:-2], two[:-2]), one[-2], two[-2])
        return self.tensor(shape, self.promoted(x.dtype, y.dtype, "float"))

    def work(self, x: Any, y: Any) -> Work:
        outputs = sample_size(self.output(x, y).shape)
        features = y.shape[-1] if x.shape[-1] is None else x.shape[-1]
        return Work(macs=product((outputs, features)), element_ops=outputs)


@OPERATIONS.register("math.ExtractSequences")
class ExtractSequences(Rearranging):
    """Parts of the last axis, one beside the other. Equals `keras.ops.extract_sequences`."""

    sequence_length: Any
    sequence_stride: Any

    def output(self, x: Any) -> Tensor:
        self.require(len(x.shape) > 0, "needs an axis", x)
        size = x.shape[-1]
        self.require(size is None or self.sequence_stride != 0, "needs a stride of 1 or more", x)
        if size is not None:
            size = 1 + (size - self.sequence_length) // self.sequence_stride
        return self.tensor((*x.shape[:-1], size, self.sequence_length), x.dtype)


# ---------------------------------------------------------------------- Fourier transforms


class Fourier(Operation):
    """The frequencies of real or complex numbers, the latter a pair of tensors."""

    def checked(self, x: Any, least_rank: int) -> tuple[Tensor, Tensor]:
        """The real and the imaginary part."""
        if not isinstance(x, (tuple, list)) or len(x) != 2:
            raise self.error("needs a real and an imaginary part", repr(x))
        real, imaginary = x
        fits = real.shape == imaginary.shape and len(real.shape) >= least_rank
        self.require(fits, f"needs two equal shapes with {least_rank} axes", real, imaginary)
        return real, imaginary

    def pair(self, shape: Shape, dtype: str) -> tuple[Tensor, Tensor]:
        """A real and an imaginary part."""
        return self.tensor(shape, dtype), self.tensor(shape, dtype)


class Complex(Fourier):
    """The frequencies of complex numbers along the last axis, of known size."""

    axes_transformed = 1

    def output(self, x: Any) -> tuple[Tensor, Tensor]:
        real, imaginary = self.checked(x, self.axes_transformed)
        known = None not in real.shape[-self.axes_transformed :]
        self.require(known, "needs to know the sizes along which it runs", real)
        return self.tensor(real.shape, real.dtype), self.tensor(imaginary.shape, imaginary.dtype)


add_operations("math", (Complex,), "FFT")


class Complex2(Complex):
    """The frequencies of complex numbers along the last two axes, or back."""

    axes_transformed = 2


add_operations("math", (Complex2,), "FFT2 IFFT2")


@OPERATIONS.register("math.RFFT")
class RFFT(Fourier):
    """The frequencies of real numbers along the last axis. Equals `keras.ops.rfft`."""

    fft_length: Any = None

    def output(self, x: Any) -> tuple[Tensor, Tensor]:
        self.require(len(x.shape) > 0, "needs an axis", x)
        size = x.shape[-1] if self.fft_length is None else self.fft_length
        return self.pair((*x.shape[:-1], None if size is None else size // 2 + 1), x.dtype)


@OPERATIONS.register("math.IRFFT")
class IRFFT(Fourier):
    """Real numbers from their frequencies along the last axis. Equals `keras.ops.irfft`."""

    fft_length: Any = None

    def output(self, x: Any) -> Tensor:
        real, _ = self.checked(x, 1)
        size: Dim = self.fft_length
        if size is None and real.shape[-1] is not None:
            size = 2 * (real.shape[-1] - 1)
        return self.tensor((*real.shape[:-1], size), real.dtype)


@OPERATIONS.register("math.STFT")
class STFT(Fourier):
    """The frequencies of each part of a sequence. Equals `keras.ops.stft`."""

    sequence_length: Any
    sequence_stride: Any
    fft_length: Any
    window: Any = "hann"
    center: Any = True

    def output(self, x: Any) -> tuple[Tensor, Tensor]:
        self.require(len(x.shape) > 0, "needs an axis", x)
        size = x.shape[-1]
        self.require(size is None or self.sequence_stride != 0, "needs a stride of 1 or more", x)
        if size is not None:
            padded = 0 if self.center is False else self.fft_length // 2 * 2
            size = 1 + (size + padded - self.fft_length) // self.sequence_stride
        return self.pair((*x.shape[:-1], size, self.fft_length // 2 + 1), x.dtype)


@OPERATIONS.register("math.ISTFT")
class ISTFT(Fourier):
    """A sequence from the frequencies of its parts. Equals `keras.ops.istft`."""

    sequence_length: Any
    sequence_stride: Any
    fft_length: Any
    length: Any = None
    window: Any = "hann"
    center: Any = True

    def output(self, x: Any) -> Tensor:
        real, _ = self.checked(x, 2)
        size: Dim = self.length
        if size is None and real.shape[-2] is not None:
            size = (real.shape[-2] - 1) * self.sequence_stride + self.fft_length
            if self.center:
                size = size - self.fft_length // 2 * 2
        return self.tensor((*real.shape[:-2], size), real.dtype)


# ---------------------------------------------------------------------- others


@OPERATIONS.register("math.Logdet")
class Logdet(Operation):
    """The logarithm of a determinant. Equals `keras.ops.logdet`."""

    def output(self, x: Any) -> Tensor:
        return self.tensor(x.shape[:-2], x.dtype)


@OPERATIONS.register("math.ViewAsComplex")
class ViewAsComplex(Rearranging):
    """Pairs along the last axis as complex numbers. Equals `keras.ops.view_as_complex`."""

    def output(self, x: Any) -> Tensor:
        return self.tensor(x.shape[:-1], "complex64")


@OPERATIONS.register("math.ViewAsReal")
class ViewAsReal(Elementwise):
    """Complex numbers as pairs along a last axis. Equals `keras.ops.view_as_real`."""

    ops_per_output = 0

    def output(self, x: Any) -> Tensor:
        return self.tensor((*x.shape, 2), "float32")
