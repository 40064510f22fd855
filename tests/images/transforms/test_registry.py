"""The registry of transforms."""

from mnist_core.images.transforms import AUGMENTING, TRANSFORMS

NAMES = list(TRANSFORMS)


def test_every_transform_has_five_increasing_severities():
    assert NAMES[:6] == ["shift", "rotate", "scale", "shear", "elastic", "thickness"]
    assert {"blur", "noise", "contrast", "occlusion"} == set(NAMES) - set(AUGMENTING)
    for name, transform in TRANSFORMS.items():
        assert (transform.name, len(transform.severities)) == (name, 5)
        assert list(transform.severities) == sorted(set(transform.severities))
        assert transform.severities[0] > 0
