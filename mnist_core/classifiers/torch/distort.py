"""The transforms of `mnist_core.images.transforms` on tensors. Imports PyTorch: only what trains may import this."""

from collections.abc import Mapping

import numpy as np
import torch
from torch.nn import functional

from mnist_core.images.transforms import affine_matrices

SIDE = 28
COARSE, SMOOTH = 7, 4.0
"""Of elastic fields: values along an axis, and the standard deviation in pixels of the Gaussian between them."""


def distort(x: torch.Tensor, amounts: Mapping[str, float], rng: np.random.Generator) -> torch.Tensor:
    """What `mnist_core.images.transforms.augment` does, several times as fast.

    Parameters
    ----------
    x : uint8 tensor of shape (n, 1, 28, 28)
        Not many more than a thousand, which stay in the processor's cache.
    amounts : mapping of transform to amount
        Shift, rotate, scale, shear, elastic, thickness.

    Returns
    -------
    float32 tensor of shape (n, 1, 28, 28)
        In 0..1, not rounded.
    """
    distorted = x.float().div_(255)
    if any(value for name, value in amounts.items() if name != "thickness"):
        matrices = affine_matrices(amounts, rng, len(x))
        matrices[:, :, 2] /= SIDE / 2  # half an image is 1 in PyTorch's unit
        places = (torch.from_numpy(matrices).view(-1, 3) @ _places()).view(-1, 2, SIDE, SIDE)
        if amounts.get("elastic"):
            places += _elastic_field(len(x), amounts["elastic"], rng)
        distorted = functional.grid_sample(distorted, places.permute(0, 2, 3, 1), align_corners=False)
    if amounts.get("thickness"):
        distorted = _thickened(distorted, rng.uniform(-1, 1, len(x)) * amounts["thickness"])
    return distorted


def _places() -> torch.Tensor:
    """x, y and 1 of each pixel's centre, in PyTorch's unit: float32 (3, 784)."""
    along = (torch.arange(SIDE) + 0.5) / (SIDE / 2) - 1
    y, x = torch.meshgrid(along, along, indexing="ij")
    return torch.stack([x.ravel(), y.ravel(), torch.ones(SIDE * SIDE)])


def _elastic_field(n: int, amount: float, rng: np.random.Generator) -> torch.Tensor:
    """As `transforms.elastic_fields`, amounts uniform in 0..amount, in PyTorch's unit: float32 (n, 2, 28, 28).

    The noise has a value every four pixels, the Gaussian's own width: as smooth, and there is a sixteenth to draw.
    """
    noise = torch.from_numpy(rng.standard_normal((n, 2, COARSE, COARSE), dtype=np.float32))
    scale = torch.from_numpy(rng.uniform(0, amount / np.sqrt(2) / (SIDE / 2), (n, 1, 1, 1)).astype(np.float32))
    along, places = torch.arange(SIDE).float(), torch.linspace(0, SIDE - 1, COARSE)
    weights = torch.exp(-((along[:, None] - places) ** 2) / (2 * SMOOTH**2))
    weights = weights / weights.norm(dim=1, keepdim=True)  # (28, 7), which leaves the variance of the noise at 1
    return scale * (weights @ noise @ weights.T)


def _thickened(x: torch.Tensor, amounts: np.ndarray) -> torch.Tensor:
    """As `transforms.thicken`, of at most two pixels: each digit (n, 1, 28, 28) by its amount (n,) in pixels."""
    sign = torch.from_numpy(np.where(amounts < 0, -1, 1).astype(np.float32)).view(-1, 1, 1, 1)
    share = torch.from_numpy(np.minimum(np.abs(amounts) / 2, 1).astype(np.float32)).view(-1, 1, 1, 1)
    grey = sign * x  # erosion of ink is dilation of paper
    down = functional.max_pool2d(grey, (3, 1), stride=1, padding=(1, 0))
    across = functional.max_pool2d(grey, (1, 3), stride=1, padding=(0, 1))
    return sign * torch.lerp(grey, torch.maximum(down, across), share)
