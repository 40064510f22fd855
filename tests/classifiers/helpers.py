"""Digits, and deslanted images, for the tests of feature extractors."""

import numpy as np

from mnist_core.base.digits import SIDE
from mnist_core.classifiers.extractor import Extractor, add_deslanted
from mnist_core.datasets import load_dataset

IMAGES = load_dataset("digits").test.images[:40]


class Deslanted(Extractor):
    """Pixels in 0..1 of deslanted images."""

    def __init__(self, *, centered):
        self._centered = centered

    def add_to(self, graph):
        image = graph.add("Div", graph.images(shape=(1, SIDE, SIDE)), np.float32(255))
        return graph.add("Flatten", add_deslanted(graph, image, centered=self._centered))


def deslanted(images, *, centered):
    """Return deslanted images, float32 (n, 28, 28) in 0..1."""
    return Deslanted(centered=centered)(images).reshape(-1, SIDE, SIDE)
