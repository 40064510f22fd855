"""Fully connected networks, trained by PyTorch with data augmentation and dropout, which scikit-learn does not have."""

from typing import TYPE_CHECKING

from mnist_core.base.digits import N_CLASSES, PIXELS
from mnist_core.classifiers.torch.network import TorchNetwork

if TYPE_CHECKING:
    from torch import nn


class AugmentedPerceptron(TorchNetwork):
    """Fully connected layers with batch normalization, ReLU and dropout.

    Hyperparameters
    ---------------
    hidden : list of int
        Number of units of each hidden layer.
    dropout : float
        Dropout rate after each hidden layer.
    """

    def fresh_network(self) -> "nn.Sequential":
        """Return the network with initial weights."""
        from torch import nn

        layers: list[nn.Module] = [nn.Flatten()]
        before = PIXELS
        for units in self._values["hidden"]:
            layers += [nn.Linear(before, units, bias=False), nn.BatchNorm1d(units), nn.ReLU()]
            layers += [nn.Dropout(self._values["dropout"])]
            before = units
        return nn.Sequential(*layers, nn.Linear(before, N_CLASSES))
