"""Datasets of handwritten digits: named, verified training and test splits."""

from mnist_core.datasets.registry import DATASETS, fetch_dataset, get_dataset_spec, list_datasets, load_dataset
from mnist_core.datasets.spec import Dataset, DatasetSpec, Split, SplitName

__all__ = [
    "DATASETS",
    "Dataset",
    "DatasetSpec",
    "Split",
    "SplitName",
    "fetch_dataset",
    "get_dataset_spec",
    "list_datasets",
    "load_dataset",
]
