"""The classic networks: the published counts, and what makes each of them what it is."""

from __future__ import annotations

import pytest

import convzoo
from convzoo.errors import ArgumentError, ShapeError
from convzoo.graph.graph import Graph

# Parameters that learn, and all: of the roster, from papers or counted with Keras from the recipe.
COUNTS = {
    "mnist_keras_io": (34_826, 34_826),
    "mnist_cdeotte": (326_410, 327_242),
    "all_cnn_c": (1_369_738, 1_369_738),
    "nin": (966_986, 966_986),
    "resnet20": (269_722, 271_098),
    "resnet32": (464_154, 466_426),
    "resnet44": (658_586, 661_754),
    "resnet56": (853_018, 857_082),
    "resnet110": (1_727_962, 1_736_058),
    "resnet20_projection": (272_474, 274_042),
    "resnet56_projection": (855_770, 860_026),
    "wrn_16_4": (2_748_890, 2_752_506),
    "wrn_40_4": (8_949_210, 8_959_994),
    "wrn_28_10": (36_479_194, 36_497_146),
    "densenet_40_12": (1_019_722, 1_037_818),
    "densenet_bc_100_12": (769_162, 793_150),
    "squeezenet_1_0": (1_248_424, 1_248_424),
    "squeezenet_1_1": (1_235_496, 1_235_496),
    "mlperf_tiny_resnet8": (78_186, 78_666),
    "mlperf_tiny_dscnn": (23_756, 24_908),
    "mlperf_tiny_mobilenet": (216_322, 221_794),
    "unet": (31_030_658, 31_030_658),
    "mini_xception": (718_849, 721_857),
    "convmixer_256_8": (594_186, 602_890),
    "convmixer_256_8_k9_p1": (706_570, 715_274),
    "cats_vs_dogs_convnet": (3_453_121, 3_453_121),
}


def _shapes(graph: Graph) -> list[tuple[int | None, ...]]:
    return [tensor.shape[1:] for tensor in graph.output_tensors]


@pytest.mark.parametrize("name", COUNTS)
def test_counts_are_those_of_the_roster(name: str) -> None:
    report = convzoo.calc(name)
    assert (report.total("trainable_params"), report.total("params")) == COUNTS[name]


@pytest.mark.parametrize("name", COUNTS)
def test_recipe_augments_images_without_changing_their_shape(name: str) -> None:
    recipe = convzoo.card(name).recipe
    assert recipe is not None
    shape = convzoo.describe(name).input_shapes[0]
    stack = " ".join(["x".join(map(str, shape[1:])), *recipe.augmentation])
    assert convzoo.calc(stack + " identity").graph.output_tensors[0].shape == shape


@pytest.mark.parametrize("name", COUNTS)
def test_schedule_ends_within_the_epochs(name: str) -> None:
    recipe = convzoo.card(name).recipe
    assert recipe is not None
    arguments = recipe.schedule_arguments
    rate = recipe.optimizer_arguments.get("learning_rate")
    first = arguments.get("initial_learning_rate", arguments.get("values", [rate])[0])
    assert first == rate
    assert all(0 < epoch < recipe.epochs for epoch in arguments.get("boundaries", ()))
    assert arguments.get("decay_steps", 0) <= recipe.epochs


@pytest.mark.parametrize(
    ("name", "shapes"),
    [
        ("mnist_cdeotte", [(12, 12, 32), (4, 4, 64), (1, 1, 128)]),
        ("all_cnn_c", [(16, 16, 96), (8, 8, 192), (6, 6, 192)]),
        ("nin", [(16, 16, 96), (8, 8, 192), (8, 8, 192)]),
        ("resnet110", [(32, 32, 16), (16, 16, 32), (8, 8, 64)]),
        ("wrn_28_10", [(32, 32, 160), (16, 16, 320), (8, 8, 640)]),
        ("densenet_40_12", [(32, 32, 160), (16, 16, 304), (8, 8, 448)]),
        ("densenet_bc_100_12", [(32, 32, 216), (16, 16, 300), (8, 8, 342)]),
        ("squeezenet_1_0", [(55, 55, 96), (27, 27, 256), (13, 13, 512), (13, 13, 512)]),
        ("squeezenet_1_1", [(56, 56, 64), (28, 28, 128), (14, 14, 256), (14, 14, 512)]),
        (
            "mini_xception",
            [(88, 88, 32), (44, 44, 64), (22, 22, 128), (11, 11, 256), (6, 6, 512)],
        ),
        ("convmixer_256_8", [(16, 16, 256)] * 2),
        ("convmixer_256_8_k9_p1", [(32, 32, 256)] * 2),
    ],
)
def test_stages_have_the_sizes_of_the_paper(name: str, shapes: list[tuple[int, ...]]) -> None:
    assert _shapes(convzoo.describe(name, features="stages")) == shapes


def test_unet_gives_the_middle_of_what_it_takes() -> None:
    assert _shapes(convzoo.describe("unet")) == [(388, 388, 2)]
    assert _shapes(convzoo.describe("unet", input_shape=(188, 204, 3), classes=1)) == [(4, 20, 1)]
    graph = convzoo.describe("unet", features="stages")
    assert [shape[0] for shape in _shapes(graph)] == [568, 280, 136, 64, 28, 52, 100, 196, 388]
    crops = [layer.cropping for layer in graph.layers if layer.class_name == "Cropping2D"]
    assert crops == [((n, n), (n, n)) for n in (4, 16, 40, 88)]
    assert convzoo.smallest_input("unet") == (188, 188, 1)
    with pytest.raises(ShapeError, match="'unet': the input must be 188x188x1 or larger"):
        convzoo.describe("unet", input_shape=(187, 188, 1))
    with pytest.raises(ArgumentError, match=r"known sizes, .* Received \(None, None, 1\)\."):
        convzoo.describe("unet", input_shape=(None, None, 1))


def test_shortcuts_of_option_a_have_no_weights() -> None:
    report = convzoo.calc("resnet20", ["params", "macs"])
    around = [row for row in report.rows if row.class_name in ("AveragePooling2D", "Pad")]
    assert [row.output_shape for row in around] == [
        (None, 16, 16, 16),
        (None, 16, 16, 32),
        (None, 8, 8, 32),
        (None, 8, 8, 64),
    ]
    assert all(row.params == row.macs == 0 for row in around)
    extra = convzoo.calc("resnet20_projection").total("params") - report.total("params")
    assert extra == 16 * 32 + 4 * 32 + 32 * 64 + 4 * 64


def test_receptive_field_of_a_resnet_is_that_of_its_convolutions() -> None:
    field = convzoo.calc("resnet20", ["receptive_field"]).row("stage3").receptive_field
    # The first convolution of a stage still looks at the maps of the stage before.
    assert field["input_layer"].size == (1 + 2 * (8 * 1 + 6 * 2 + 5 * 4),) * 2


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("resnet20", r"depth must be 6 n \+ 2, such as 20 or 56\. Received 21\."),
        ("wrn_16_4", r"depth must be 6 n \+ 4, such as 16 or 28\. Received 21\."),
        ("densenet_40_12", r"depth must be 3 n \+ 4\. Received 21\."),
        ("densenet_bc_100_12", r"depth must be 6 n \+ 4\. Received 21\."),
    ],
)
def test_depth_that_no_network_has_is_refused(name: str, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        convzoo.describe(name, depth=21)


def test_cats_and_dogs_without_augmentation_counts_the_same() -> None:
    plain = convzoo.describe("cats_vs_dogs_convnet", augment=False)
    names = [layer.class_name for layer in plain.layers]
    assert not any(name.startswith("Random") or name == "Dropout" for name in names)
    assert convzoo.calc(plain).total("params") == 3_453_121


@pytest.mark.parametrize("name", ["unet", "mini_xception", "cats_vs_dogs_convnet"])
def test_single_class_is_yes_or_no(name: str) -> None:
    for classes, activation in ((1, "sigmoid"), (3, "softmax")):
        [last] = convzoo.describe(name, classes=classes).layers[-1:]
        assert last.to_config()["activation"] == activation


def test_smallest_input_passes_by_sizes_that_only_rounding_lets_through() -> None:
    # Whether a pooling pads depends on whether its input is even: 22 rows are taken, 23 are not.
    assert convzoo.smallest_input("squeezenet_1_1") == (27, 27, 3)
    with pytest.raises(ShapeError, match="must be 27x27x3 or larger"):
        convzoo.describe("squeezenet_1_1", input_shape=(23, 227, 3))
