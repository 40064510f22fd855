"""Versions of installed packages."""

import platform

import numpy as np

from mnist_core.base.packages import installed_versions
from mnist_core.training.measure import package_versions


def test_only_installed_packages_have_a_version():
    assert installed_versions(["numpy", "no-such-package"]) == {"numpy": np.__version__}
    assert package_versions()["python"] == platform.python_version()
    assert package_versions()["numpy"] == np.__version__
