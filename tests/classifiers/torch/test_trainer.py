"""FlattenLast: its output, and the memory format of its gradient."""

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed (pip install -r requirements-train.txt)")

from torch import nn  # noqa: E402

from mnist_core.classifiers.torch.trainer import FlattenLast  # noqa: E402

pytestmark = pytest.mark.torch


def test_flatten_last_equals_flatten_and_its_gradient_keeps_the_memory_format():
    found, layouts = [], []
    for layer in (FlattenLast(), nn.Flatten()):
        torch.manual_seed(0)
        x = torch.randn(4, 8, 6, 6).contiguous(memory_format=torch.channels_last).requires_grad_()
        inner = x * 2
        flat = layer(inner)
        inner.register_hook(lambda gradient: layouts.append(gradient.is_contiguous(memory_format=torch.channels_last)))
        (flat @ torch.randn(flat.shape[1], 3)).square().sum().backward()
        found.append((flat.detach(), x.grad))
    assert layouts[0]
    assert torch.equal(found[0][0], found[1][0])
    assert torch.equal(found[0][1], found[1][1])


def test_the_gradient_of_a_contiguous_input_stays_contiguous():
    layouts = []
    x = torch.randn(4, 8, 6, 6).requires_grad_()
    inner = x * 2
    flat = FlattenLast()(inner)
    inner.register_hook(lambda gradient: layouts.append(gradient.is_contiguous()))
    (flat @ torch.randn(flat.shape[1], 3)).square().sum().backward()
    assert layouts == [True]
