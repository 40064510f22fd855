"""Convolutional networks, by PyTorch."""

from typing import TYPE_CHECKING, ClassVar

from mnist_core.classifiers.spec import N_CLASSES, Hyperparameters
from mnist_core.classifiers.torch.network import SIDE, TorchNetwork

if TYPE_CHECKING:
    from torch import nn


class ConvNet(TorchNetwork):
    """A small convolutional network: convolution, batch normalisation, ReLU, at 24, 12 and 6 pixels.

    Pooling comes before normalisation, which then has a quarter to do.

    Hyperparameters
    ---------------
    width : int
        Channels of the first layer, 5 x 5; those at 12 and at 6 pixels have twice and four times as many, 3 x 3.
    depth : int
        Layers at 12 pixels, and at 6 pixels.
    dropout : float
        Share of the last layer's inputs.
    crop : int, default 0
        Pixels cut off at each edge, 0..10. MNIST's digits are fitted into 20 of the 28 pixels each way, so that a few
        cost little but time.
    """

    optional: ClassVar[Hyperparameters] = {"crop": 0}

    def fresh_network(self) -> "nn.Sequential":
        """The layers at the start."""
        import torch
        from torch import nn

        from mnist_core.classifiers.torch.trainer import FlattenLast

        width, depth, crop = self._values["width"], self._values["depth"], self._values["crop"]
        side = (SIDE - 2 * crop - 4) // 4  # in the end: 6 pixels without a crop

        def block(before: int, after: int, kernel: int = 3, *, padding: int = 1, pool: bool = False) -> list[nn.Module]:
            convolution = nn.Conv2d(before, after, kernel, padding=padding, bias=False)
            return [convolution, *([nn.MaxPool2d(2)] if pool else []), nn.BatchNorm2d(after), nn.ReLU()]

        layers: list[nn.Module] = [nn.ZeroPad2d(-crop)] if crop else []
        layers += block(1, width, 5, padding=0, pool=True)  # (n, width, 12, 12)
        for layer in range(depth):  # (n, 2 width, 6, 6) in the end
            layers += block(2 * width if layer else width, 2 * width, pool=layer == depth - 1)
        for layer in range(depth):
            layers += block(4 * width if layer else 2 * width, 4 * width)
        layers += [FlattenLast(), nn.Dropout(self._values["dropout"]), nn.Linear(4 * width * side**2, N_CLASSES)]
        return nn.Sequential(*layers).to(memory_format=torch.channels_last)
