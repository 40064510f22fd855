"""Data augmentation on tensors, equivalent to `mnist_core.images.transforms`.

The module imports PyTorch, so only training code may import it.
"""

from collections.abc import Mapping

import numpy as np
import torch
from torch.nn import functional

from mnist_core.base.digits import PIXELS, SIDE
from mnist_core.images.transforms import affine_matrices

COARSE, SMOOTH = 7, 4.0
"""Elastic fields: number of noise values along an axis, and standard deviation in pixels of the smoothing Gaussian."""


def distort(x: torch.Tensor, amounts: Mapping[str, float], rng: np.random.Generator) -> torch.Tensor:
    """Distort images at random, like `mnist_core.images.transforms.augment` but several times as fast.

    Parameters
    ----------
    x : uint8 tensor of shape (n, 1, 28, 28)
        About a thousand images fit into the processor's cache.
    amounts : mapping of transform to amount
        Shift, rotate, scale, shear, elastic, thickness.

    Returns
    -------
    float32 tensor of shape (n, 1, 28, 28)
        Values in 0..1, not rounded.
    """
    distorted = x.float().div_(255)
    if any(value for name, value in amounts.items() if name != "thickness"):
        matrices = affine_matrices(amounts, rng, len(x))
        matrices[:, :, 2] /= SIDE / 2  # grid_sample's unit is half an image
        places = (torch.from_numpy(matrices).view(-1, 3) @ _places()).view(-1, 2, SIDE, SIDE)
        if amounts.get("elastic"):
            places += _elastic_field(len(x), amounts["elastic"], rng)
        distorted = functional.grid_sample(distorted, places.permute(0, 2, 3, 1), align_corners=False)
    if amounts.get("thickness"):
        distorted = _thickened(distorted, rng.uniform(-1, 1, len(x)) * amounts["thickness"])
    return distorted


def _places() -> torch.Tensor:
    """Return x, y and 1 for the center of each pixel, in the unit of grid_sample: float32 (3, 784)."""
    along = (torch.arange(SIDE) + 0.5) / (SIDE / 2) - 1
    y, x = torch.meshgrid(along, along, indexing="ij")
    return torch.stack([x.ravel(), y.ravel(), torch.ones(PIXELS)])


def _elastic_field(n: int, amount: float, rng: np.random.Generator) -> torch.Tensor:
    """Return elastic displacements in the unit of grid_sample, float32 (n, 2, 28, 28).

    The amounts are uniform in 0..amount. The distribution is that of `transforms.elastic_fields`. Noise is drawn every
    four pixels, because the Gaussian smooths over four pixels. A sixteenth of the values gives an equally smooth field.
    """
    noise = torch.from_numpy(rng.standard_normal((n, 2, COARSE, COARSE), dtype=np.float32))
    scale = torch.from_numpy(rng.uniform(0, amount / np.sqrt(2) / (SIDE / 2), (n, 1, 1, 1)).astype(np.float32))
    along, places = torch.arange(SIDE).float(), torch.linspace(0, SIDE - 1, COARSE)
    weights = torch.exp(-((along[:, None] - places) ** 2) / (2 * SMOOTH**2))
    weights = weights / weights.norm(dim=1, keepdim=True)  # (28, 7); keeps the variance of the noise at 1
    return scale * (weights @ noise @ weights.T)


def _thickened(x: torch.Tensor, amounts: np.ndarray) -> torch.Tensor:
    """Return images (n, 1, 28, 28) with strokes that are thicker by amounts (n,) in pixels; see `transforms.thicken`.

    Amounts are at most 2. Negative amounts make strokes thinner.
    """
    sign = torch.from_numpy(np.where(amounts < 0, -1, 1).astype(np.float32)).view(-1, 1, 1, 1)
    share = torch.from_numpy(np.minimum(np.abs(amounts) / 2, 1).astype(np.float32)).view(-1, 1, 1, 1)
    signed = sign * x  # erosion of the ink is dilation of the negated image
    down = functional.max_pool2d(signed, (3, 1), stride=1, padding=(1, 0))
    across = functional.max_pool2d(signed, (1, 3), stride=1, padding=(0, 1))
    return sign * torch.lerp(signed, torch.maximum(down, across), share)
