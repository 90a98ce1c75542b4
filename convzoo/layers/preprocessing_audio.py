"""Preprocessing of audio. Equals `keras/src/layers/preprocessing`."""

from __future__ import annotations

from typing import Any

from convzoo.graph.dims import Shape, Worked, product
from convzoo.graph.facts import Weight, Window, Work
from convzoo.graph.layer import Layer, Tensor
from convzoo.layers import LAYERS
from convzoo.layers.arguments import check_data_format
from convzoo.layers.spatial import SpatialLayer, sliding_windows, window_output


@LAYERS.register("MelSpectrogram")
class MelSpectrogram(Layer):
    """The strength of frequencies, as ears hear them. Equals `keras.layers.MelSpectrogram`.

    Args:
        fft_length: samples of a transform.
        sequence_stride: samples from one frame to the next.
        sequence_length: samples of a frame; `fft_length` where not given.
        num_mel_bins: frequencies.
    """

    fft_length: int = 2048
    sequence_stride: int = 512
    sequence_length: Any = None
    window: Any = "hann"
    sampling_rate: Any = 16000
    num_mel_bins: int = 128
    min_freq: Any = 20.0
    max_freq: Any = None
    power_to_db: bool = True
    top_db: Any = 80.0
    mag_exp: Any = 2.0
    min_power: Any = 1e-10
    ref_power: Any = 1.0

    def check_arguments(self) -> None:
        if self.fft_length < (self.sequence_length or self.fft_length):
            raise self.error(
                "fft_length must be at least sequence_length",
                f"fft_length={self.fft_length} with sequence_length={self.sequence_length}",
            )
        # Keras saves what it takes where nothing is given.
        if self.sequence_length == self.fft_length:
            self.__dict__.pop("sequence_length", None)
        if self.max_freq == int(self.sampling_rate / 2):
            self.__dict__.pop("max_freq", None)

    def output_shape(self, shape: Shape) -> Shape:
        *batch, samples = shape[:2]
        stride, bins = self.sequence_stride, self.num_mel_bins
        # Keras takes None for the bins, and then knows no size.
        wrong_bins = bins is not None and (not isinstance(bins, int) or bins < 0)
        if wrong_bins or (samples is not None and stride == 0):
            raise self.error(
                "num_mel_bins must be an integer of 0 or more, and sequence_stride not 0",
                f"num_mel_bins={bins!r} with sequence_stride={stride!r}",
            )
        frames = None if samples is None else (samples + stride + 1) // stride
        return (*batch, bins, frames)


# fmt: off
_SCIPY_WINDOWS = frozenset({
    "bart", "barthann", "bartlett", "bkh", "black", "blackharr", "blackman", "blackmanharris",
    "blk", "bman", "bmn", "bohman", "box", "boxcar", "brt", "brthan", "bth", "cosine",
    "exponential", "flat", "flattop", "flt", "halfcosine", "ham", "hamm", "hamming", "han",
    "hann", "lanczos", "nut", "nutl", "nuttall", "ones", "par", "parz", "parzen", "poisson",
    "rect", "rectangular", "sinc", "taylor", "taylorwin", "tri", "triang", "triangle", "tuk",
    "tukey",
})
# fmt: on


@LAYERS.register("STFTSpectrogram")
class STFTSpectrogram(SpatialLayer):
    """The strength of frequencies, by a convolution. Equals `keras.layers.STFTSpectrogram`.

    Args:
        mode: what is given of each frequency: `"log"`, `"magnitude"`, `"psd"`, `"real"`, `"imag"`,
            `"angle"` or `"stft"`.
        frame_length: samples of a frame.
        frame_step: samples from one frame to the next; half a frame where not given.
        fft_length: samples of a transform; the next power of 2 where not given.
        window: the name of a window of SciPy's, its values, or `None`.
        padding: `"valid"` or `"same"`.
        expand_dims: whether frequencies and channels have an axis each.
        data_format: `"channels_last"` or `"channels_first"`.
    """

    rank = 1

    mode: str = "log"
    frame_length: int = 256
    frame_step: Any = None
    fft_length: Any = None
    window: Any = "hann"
    periodic: bool = False
    scaling: Any = "density"
    padding: str = "valid"
    expand_dims: bool = False
    data_format: Any = None

    def check_arguments(self) -> None:
        check_data_format(self)
        length = self.frame_length
        if not isinstance(length, int) or length < 1:
            raise self.error("frame_length must be 1 or more", f"frame_length={length!r}")
        step, fft = self.frame_step, self.fft_length
        if step is not None and not 1 <= step <= length:
            raise self.error(
                "frame_step must be from 1 to frame_length",
                f"frame_step={step!r} with frame_length={length}",
            )
        if fft is not None and fft < length:
            raise self.error(
                "fft_length must be at least frame_length",
                f"fft_length={fft!r} with frame_length={length}",
            )
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise self.error(
                    f"{name} must be one of {choices}", f"{name}={getattr(self, name)!r}"
                )
        window = self.window
        if isinstance(window, str):
            known = window.removesuffix("_periodic").removesuffix("_symmetric") in _SCIPY_WINDOWS
            if not known:
                raise self.error("window must name one of SciPy's", f"window={window!r}", "hann?")

    @property
    def step(self) -> int:
        """Samples from one frame to the next."""
        return self.frame_step or self.frame_length // 2

    @property
    def transform(self) -> int:
        """Samples of a transform."""
        return int(self.fft_length or 2 ** (self.frame_length - 1).bit_length())

    @property
    def bins(self) -> int:
        """The frequencies that a kernel tells apart."""
        return self.transform // 2 + 1

    @property
    def kernels(self) -> tuple[str, ...]:
        """The names of the kernels."""
        parts = {"real": ("real",), "imag": ("imag",)}.get(self.mode, ("real", "imag"))
        return tuple(f"{part}_kernel" for part in parts)

    def output_shape(self, shape: Shape) -> Shape:
        (samples,), channels = self.split(shape)
        if channels is None:
            raise self.shape_error("needs to know the channels of its input", shape)
        if self.step < 1:
            raise self.error("frames of 1 sample need a frame_step", f"frame_step={self.step}")
        frames = window_output(self, shape, samples, self.frame_length, self.step, 1, self.padding)
        explained = isinstance(channels, Worked)
        bins = (Worked.leaf(self.transform) if explained else self.transform) // 2 + 1
        if self.mode == "stft":
            bins = bins * 2
        if not self.expand_dims:
            return self.join(shape[0], (frames,), channels * bins)
        if self.channels_first:
            return (shape[0], channels, frames, bins)
        return (shape[0], frames, bins, channels)

    def weights(self, inputs: Tensor) -> tuple[Weight, ...]:
        window = self.window
        if window is not None and not isinstance(window, str) and len(window) != self.frame_length:
            raise self.error(
                f"window must have frame_length={self.frame_length} values",
                f"{len(window)} values",
            )
        return tuple(Weight(name, (self.frame_length, 1, self.bins)) for name in self.kernels)

    def work(self, inputs: Tensor) -> Work:
        outputs = product(self.output_shape(inputs.shape)[1:])
        # In this mode both kernels' outputs stand side by side.
        kernels = 1 if self.mode == "stft" else len(self.kernels)
        return Work(
            macs=product((outputs, self.frame_length, kernels)),
            element_ops=product((outputs, _ELEMENT_OPS.get(self.mode, 0))),
        )

    def windows(self, inputs: Tensor) -> tuple[Window, ...]:
        spatial, _ = self.split(inputs.shape)
        return sliding_windows(
            self, spatial, (self.frame_length,), (self.step,), (1,), self.padding
        )


_CHOICES: dict[str, tuple[Any, ...]] = {
    "mode": ("log", "magnitude", "psd", "real", "imag", "angle", "stft"),
    "scaling": ("density", "spectrum", None),
    "padding": ("valid", "same"),
}

# Both parts squared and added up, then: doubled; cut off and a root taken; cut off and a logarithm.
_ELEMENT_OPS = {"angle": 1, "psd": 4, "magnitude": 5, "log": 7}
