import platform

import numpy as np

from mnist_core.base.packages import installed_versions
from mnist_core.training.train import package_versions


def test_versions_are_those_of_what_is_installed_and_nothing_else():
    assert installed_versions(["numpy", "no-such-package"]) == {"numpy": np.__version__}
    assert package_versions()["python"] == platform.python_version()
    assert package_versions()["numpy"] == np.__version__
