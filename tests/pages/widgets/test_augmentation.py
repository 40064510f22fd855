import time

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_core import cached
from mnist_core.cached import robustness
from mnist_core.datasets import load_dataset
from tests.pages.conftest import galleries, texts


def preview(amounts):
    """The preview alone, once the images are there."""

    def script(amounts):
        from mnist_core import cached
        from pages.widgets import augmentation

        augmentation.show_preview(cached.load_results("digits"), amounts)

    while cached.load_pixels("digits", "test").busy:
        time.sleep(0.05)
    app = AppTest.from_function(script, args=(amounts,), default_timeout=300).run()
    assert not app.exception
    return app


@pytest.mark.parametrize(
    ("amounts", "asked"), [({"rotate": 15, "shift": 0}, 1), ({"rotate": 15, "elastic": 2, "thickness": 1}, 3)]
)
def test_a_digit_of_each_class_is_shown_as_it_is_and_in_four_draws_then_each_transform_alone(amounts, asked):
    labels = load_dataset("digits").test.labels
    drawn, alone = galleries(preview(amounts))
    assert labels[[tile["index"] for tile in drawn]].tolist() == 5 * list(range(10))
    assert len(alone) == 6 * asked
    assert [tile["caption"][-1] for tile in alone[:2]] == ["as it is", "10 degrees"]
    assert len({tile["alt"].partition(",")[0] for tile in alone}) == asked


@pytest.mark.parametrize("amounts", [{}, {"rotate": 0.0}])
def test_without_any_amount_it_says_that_nothing_changes(amounts):
    app = preview(amounts)
    assert "Nothing is changed" in texts(app)
    assert len(galleries(app)) == 1


def test_the_draws_are_of_these_amounts_and_the_same_every_time():
    images = load_dataset("digits").test.images
    sheets = [
        robustness.augmented("digits", "test", "", amounts, 4, (0, 1), images)
        for amounts in ((("rotate", 15.0),), (("rotate", 15.0),), (("rotate", 20.0),))
    ]
    assert sheets[0] == sheets[1] != sheets[2]
    assert np.all([sheet.startswith(b"\x89PNG") for sheet in sheets])
