"""Networks of fully connected layers, by PyTorch, for what scikit-learn's cannot do: distorted digits and dropout."""

from typing import TYPE_CHECKING

from mnist_core.classifiers.spec import N_CLASSES, PIXELS
from mnist_core.classifiers.torch.network import TorchNetwork

if TYPE_CHECKING:
    from torch import nn


class AugmentedPerceptron(TorchNetwork):
    """Fully connected layers with batch normalisation, ReLU and dropout.

    Hyperparameters
    ---------------
    hidden : list of int
        Units of each hidden layer.
    dropout : float
        Share of each hidden layer's outputs.
    """

    def fresh_network(self) -> "nn.Sequential":
        """The layers at the start."""
        from torch import nn

        layers: list[nn.Module] = [nn.Flatten()]
        before = PIXELS
        for units in self._values["hidden"]:
            layers += [nn.Linear(before, units, bias=False), nn.BatchNorm1d(units), nn.ReLU()]
            layers += [nn.Dropout(self._values["dropout"])]
            before = units
        return nn.Sequential(*layers, nn.Linear(before, N_CLASSES))
