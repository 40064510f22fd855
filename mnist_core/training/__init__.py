"""Training of classifiers and ensembles, and all measurements that need trained models."""

from mnist_core.training.classifier import CustomRun
from mnist_core.training.temperature import fit_temperature
from mnist_core.training.train import train, up_to_date

__all__ = ["CustomRun", "fit_temperature", "train", "up_to_date"]
