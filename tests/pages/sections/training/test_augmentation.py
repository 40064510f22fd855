"""The augmentation preview of the Training page."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_core import cached
from mnist_core.cached import robustness
from mnist_core.datasets import load_dataset
from tests.pages.conftest import galleries, texts


def preview(amounts):
    """Load the images, then run the preview alone."""

    def script(amounts):
        from mnist_core import cached
        from pages.sections.training import augmentation

        augmentation.show_preview(cached.load_results("digits"), amounts)

    assert not cached.load_pixels("digits", "test").busy
    app = AppTest.from_function(script, args=(amounts,), default_timeout=300).run()
    assert not app.exception
    return app


@pytest.mark.parametrize(
    ("amounts", "positive"), [({"rotate": 15, "shift": 0}, 1), ({"rotate": 15, "elastic": 2, "thickness": 1}, 3)]
)
def test_the_preview_has_four_augmented_samples_of_each_class_and_each_transform_alone(amounts, positive):
    labels = load_dataset("digits").test.labels
    samples, alone = galleries(preview(amounts))
    assert labels[[tile["index"] for tile in samples]].tolist() == 5 * list(range(10))
    assert len(alone) == 6 * positive
    assert [tile["caption"][-1] for tile in alone[:2]] == ["original", "10 degrees"]
    assert len({tile["alt"].partition(",")[0] for tile in alone}) == positive


@pytest.mark.parametrize("amounts", [{}, {"rotate": 0.0}])
def test_the_preview_reports_that_no_amount_is_positive(amounts):
    app = preview(amounts)
    assert "No augmentation" in texts(app)
    assert len(galleries(app)) == 1


def test_equal_amounts_give_equal_samples():
    images = load_dataset("digits").test.images
    sheets = [
        robustness.augmented_sheet("digits", "test", "", amounts, 4, (0, 1), images)
        for amounts in ((("rotate", 15.0),), (("rotate", 15.0),), (("rotate", 20.0),))
    ]
    assert sheets[0] == sheets[1] != sheets[2]
    assert np.all([sheet.startswith(b"\x89PNG") for sheet in sheets])
