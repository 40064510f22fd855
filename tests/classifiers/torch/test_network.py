"""Networks that are trained by PyTorch: training, test-time augmentation, several networks, export."""

import numpy as np
import pytest

from mnist_core.classifiers.onnx.served import OnnxClassifier
from mnist_core.classifiers.registry import get_classifier_spec
from mnist_core.classifiers.torch.convnet import ConvNet
from mnist_core.classifiers.torch.perceptron import AugmentedPerceptron
from mnist_core.datasets import load_dataset

torch = pytest.importorskip("torch", reason="PyTorch is not installed (pip install -r requirements-train.txt)")

from mnist_core.classifiers.torch import network as network_module  # noqa: E402

pytestmark = pytest.mark.torch
DIGITS = load_dataset("digits")
IMAGES, LABELS = DIGITS.test.images[:64], DIGITS.test.labels[:64]
X = torch.from_numpy(IMAGES.copy()).unsqueeze(1)
SMALL = {"width": 2, "depth": 1, "epochs": 1, "batch_size": 16}
DISTORTED = {"shift": 1.0, "rotate": 8, "elastic": 0.5, "thickness": 0.5}


def small_network(seed=0, **changes):
    return ConvNet({**get_classifier_spec("cnn").hyperparameters, **SMALL, **changes}, seed)


@pytest.mark.parametrize(("views", "columns"), [(1, 1), (5, 1), (1, 2), (5, 2)])
def test_test_time_augmentation_and_several_networks_average_log_probabilities(views, columns):
    network = small_network(views=views, columns=columns)
    network.fit(IMAGES, LABELS)
    shifts = network_module.SHIFTS[:views]
    logits = [
        single.eval()(torch.roll(X.float() / 255, shift, (2, 3))) for single in network._networks for shift in shifts
    ]
    with torch.inference_mode():
        expected = logits[0] if len(logits) == 1 else torch.stack([part.log_softmax(1) for part in logits]).mean(0)
    framed = (IMAGES[:, [0, -1]] == 0).all(axis=(1, 2)) & (IMAGES[:, :, [0, -1]] == 0).all(axis=(1, 2))
    assert framed.sum() > 10  # images without ink at the border, for which a roll equals a shift
    np.testing.assert_allclose(network.scores(IMAGES)[framed], expected.detach().numpy()[framed], atol=1e-4)
    served = OnnxClassifier(network.to_onnx().SerializeToString())
    np.testing.assert_allclose(served.scores(IMAGES), network.scores(IMAGES), atol=5e-3)  # half-precision weights


@pytest.mark.parametrize(
    ("kind", "changes"),
    [(ConvNet, {"dropout": 0.3, "columns": 2}), (AugmentedPerceptron, {"hidden": [16], "dropout": 0.3})],
)
def test_the_same_seed_gives_the_same_scores_and_another_seed_does_not(kind, changes):
    values = {**get_classifier_spec("cnn").hyperparameters, **SMALL, "augment": DISTORTED, **changes}
    scores = []
    for seed in (3, 3, 4):
        estimator = kind(values, seed)
        estimator.fit(IMAGES, LABELS)
        scores.append(estimator.scores(IMAGES))
        torch.rand(3)  # other uses of PyTorch's generator have no influence
    np.testing.assert_array_equal(scores[0], scores[1])
    assert np.abs(scores[0] - scores[2]).max() > 0.01


@pytest.mark.parametrize(("supported", "arithmetic"), [(True, "bfloat16"), (False, "float32")])
def test_training_uses_bfloat16_if_the_processor_supports_it(monkeypatch, supported, arithmetic):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": supported})
    dtypes = set()
    linear = torch.nn.functional.linear

    def recording_linear(*tensors):
        found = linear(*tensors)
        dtypes.add(found.dtype)
        return found

    monkeypatch.setattr(torch.nn.functional, "linear", recording_linear)
    network = small_network()
    network.fit(IMAGES, LABELS)
    assert network.details["arithmetic"] == arithmetic
    assert dtypes == {getattr(torch, arithmetic)}
    assert network.scores(IMAGES).dtype == np.float32


@pytest.mark.parametrize("crop", [1, 3, 10])
def test_a_crop_and_its_export_use_only_the_middle_of_an_image(crop):
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, IMAGES.shape, dtype=np.uint8)
    network = small_network(crop=crop, views=1)
    network.fit(IMAGES, LABELS)
    served = OnnxClassifier(network.to_onnx().SerializeToString())
    framed = noise.copy()
    framed[:, crop:-crop, crop:-crop] = IMAGES[:, crop:-crop, crop:-crop]
    changed = noise.copy()
    changed[:, crop:-crop, crop] ^= 255
    for estimator in (network, served):
        np.testing.assert_array_equal(estimator.scores(framed), estimator.scores(IMAGES))
        assert np.abs(estimator.scores(changed) - estimator.scores(noise)).max() > 1e-3
    np.testing.assert_allclose(served.scores(IMAGES), network.scores(IMAGES), atol=5e-3)  # half-precision weights


def test_training_does_not_change_the_state_of_pytorchs_generator():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    small_network(dropout=0.3).fit(IMAGES, LABELS)
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize(("epochs", "steps"), [(1, [4]), (2, [4, 4]), (0.5, [2]), (1.5, [4, 2]), (0.01, [1])])
def test_the_last_epoch_can_be_partial(epochs, steps):
    assert network_module._steps_per_epoch(64, {"epochs": epochs, "batch_size": 16}) == steps
    history = small_network(epochs=epochs).fit(IMAGES, LABELS)
    assert [entry["epoch"] for entry in history] == list(range(1, len(steps) + 1))


def test_the_history_is_recorded_for_the_first_network():
    held = IMAGES, LABELS
    histories = [small_network(columns=count, epochs=2).fit(IMAGES, LABELS, validation=held) for count in (1, 3)]
    assert [entry["epoch"] for entry in histories[0]] == [1, 2]
    assert histories[0] == histories[1]


def test_fewer_samples_than_the_batch_size_form_one_batch():
    history = small_network(batch_size=100).fit(IMAGES, LABELS)
    assert len(history) == 1
    assert history[0]["loss"] > 0


def test_training_keeps_freed_memory_and_the_memory_format_of_its_gradients(monkeypatch):
    calls, formats = [], []
    monkeypatch.setattr(network_module, "keep_freed_memory", lambda: calls.append(True))
    small = small_network()
    flatten = next(layer for layer in small._networks[0] if isinstance(layer, torch.nn.Flatten))

    def record_format(layer, inputs, output):
        if inputs[0].requires_grad:
            inputs[0].register_hook(lambda g: formats.append(g.is_contiguous(memory_format=torch.channels_last)))

    flatten.register_forward_hook(record_format)
    small.fit(IMAGES, LABELS)
    assert calls
    assert formats
    assert all(formats)
