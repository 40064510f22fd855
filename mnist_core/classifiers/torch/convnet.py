"""Convolutional networks, trained by PyTorch."""

from typing import TYPE_CHECKING, ClassVar

from mnist_core.base.digits import N_CLASSES, SIDE
from mnist_core.classifiers.spec import Hyperparameters
from mnist_core.classifiers.torch.network import TorchNetwork

if TYPE_CHECKING:
    from torch import nn


class ConvNet(TorchNetwork):
    """A small convolutional network: convolution, batch normalization and ReLU, in stages of 24, 12 and 6 pixels.

    Pooling precedes batch normalization, which is then computed on a quarter of the values.

    Hyperparameters
    ---------------
    width : int
        Channels of the first layer (5 x 5). The second and third stage (3 x 3) have 2 and 4 times `width`.
    depth : int
        Number of layers in the stage of 12 pixels and in the stage of 6 pixels.
    dropout : float
        Dropout rate before the last layer.
    crop : int, default 0
        Pixels that are removed at each edge, 0..10. MNIST's digits occupy 20 of 28 pixels in each direction, so
        removing a few pixels saves time and changes the accuracy little.
    """

    optional: ClassVar[Hyperparameters] = {"crop": 0}

    def fresh_network(self) -> "nn.Sequential":
        """Return the network with initial weights."""
        import torch
        from torch import nn

        from mnist_core.classifiers.torch.trainer import FlattenLast

        width, depth, crop = self._values["width"], self._values["depth"], self._values["crop"]
        side = (SIDE - 2 * crop - 4) // 4  # 6 pixels without a crop

        def block(before: int, after: int, kernel: int = 3, *, padding: int = 1, pool: bool = False) -> list[nn.Module]:
            convolution = nn.Conv2d(before, after, kernel, padding=padding, bias=False)
            return [convolution, *([nn.MaxPool2d(2)] if pool else []), nn.BatchNorm2d(after), nn.ReLU()]

        layers: list[nn.Module] = [nn.ZeroPad2d(-crop)] if crop else []
        layers += block(1, width, 5, padding=0, pool=True)  # (n, width, 12, 12)
        for layer in range(depth):  # (n, 2 width, 6, 6) after the last layer
            layers += block(2 * width if layer else width, 2 * width, pool=layer == depth - 1)
        for layer in range(depth):
            layers += block(4 * width if layer else 2 * width, 4 * width)
        layers += [FlattenLast(), nn.Dropout(self._values["dropout"]), nn.Linear(4 * width * side**2, N_CLASSES)]
        return nn.Sequential(*layers).to(memory_format=torch.channels_last)
