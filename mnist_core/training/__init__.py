"""From a name to a stored run."""

from mnist_core.training.temperature import fit_temperature
from mnist_core.training.train import train, up_to_date

__all__ = ["fit_temperature", "train", "up_to_date"]
