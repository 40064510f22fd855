"""The dialog that shows one digit with the predictions of all classifiers."""

import re

import pytest

from mnist_core import cached
from tests.pages.conftest import texts


@pytest.mark.parametrize(
    ("page", "title", "wording"),
    [
        ("errors", "true", "classifiers? (is|are) wrong"),
        ("labels", "label", "classifiers? (disagrees|disagree) with the label"),
    ],
)
def test_the_dialog_counts_the_classifiers_that_disagree_with_the_label(open_page, page, title, wording):
    app, results = open_page(page, model="svc-ovo", sample=5), cached.load_results("digits")
    true = int(results.y_true[5])
    count = sum(int(y_pred[5]) != true for y_pred in results.y_pred.values())
    assert app.get("dialog")[0].proto.dialog.title == f"Digit 5 · {title} {true}"
    assert re.search(rf"{count} of {len(results.names)} {wording}\.", texts(app))


def test_a_digit_outside_the_list_has_no_previous_and_next_buttons(open_page):
    results = cached.load_results("digits")
    index = int((results["sgd"].y_pred == results.y_true).nonzero()[0][0])
    app = open_page("errors", model="sgd", sample=index)
    assert "This digit is not in the current list." in texts(app)
    assert not [button for button in app.button if button.label in ("Previous", "Next")]
