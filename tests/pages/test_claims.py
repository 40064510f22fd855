"""The Claims page."""

import json
import re

import pytest

from mnist_core import store
from mnist_core.datasets import get_dataset_spec
from mnist_core.store import claims
from mnist_core.store.claims import PUBLISHED_CLAIMS
from tests.conftest import PROJECT
from tests.pages.conftest import texts


def shown_results(app):
    """Return the measured accuracy, its interval and the verdict of each claim, as the page shows them."""
    pattern = r"\*\*(\d+\.\d\d %)\*\* \((\d+\.\d\d) to (\d+\.\d\d)\)  \n:\w+-badge\[(.+)\]"
    return [match.groups() for item in app.main.markdown if (match := re.fullmatch(pattern, item.value))]


def test_every_claim_has_an_interval_and_a_verdict(open_page):
    app = open_page("claims", dataset="digits")
    assert len(shown_results(app)) == len(PUBLISHED_CLAIMS)
    assert {verdict for *_, verdict in shown_results(app)} <= {"reproduced", "better", "not reproducible", "filled in"}
    shown = texts(app)
    assert all(f"**Project {claim.project}: {claim.model}**" in shown for claim in PUBLISHED_CLAIMS)
    assert all(claim.remark in shown for claim in PUBLISHED_CLAIMS)


def test_an_open_claim_is_filled_in_with_the_cross_validation_of_the_run(open_page):
    filled = [result for result in shown_results(open_page("claims")) if result[-1] == "filled in"]
    assert len(filled) == 3
    for name, (measured, low, high, _) in zip(("random-forest", "svc-ovo", "svc-ovr"), filled, strict=True):
        folds = store.load_record("mnist", name).cross_validation.accuracies
        assert measured == f"{100 * sum(folds) / 5:.2f} %"
        assert (low, high) == (f"{100 * min(folds):.2f}", f"{100 * max(folds):.2f}")


def test_no_linear_classifier_reaches_95_percent_and_the_page_names_one_that_does(open_page):
    measurements = claims.load_measurements(get_dataset_spec("mnist").fingerprint)
    assert max(measurements[name].train_accuracy for name in ("sgd-default", "sgd-standardised")) < 0.95
    assert "95 % with" in texts(open_page("claims"))


def test_without_measurements_the_command_is_shown(open_page, artifacts):
    app = open_page("claims")
    assert not app.exception
    assert app.code[0].value == "python -m mnist_core claims"


@pytest.mark.parametrize("content", ["{", "[]"])
def test_a_damaged_file_of_measurements_is_an_error_with_the_remedy(open_page, artifacts, content):
    claims.claims_file().parent.mkdir()
    claims.claims_file().write_text(content)
    app = open_page("claims")
    assert not app.exception
    assert "python -m mnist_core claims" in app.error[0].value


def test_the_committed_measurements_are_of_the_current_data():
    found = json.loads((PROJECT / "artifacts" / "mnist" / claims.CLAIMS).read_text())
    assert found["fingerprint"] == get_dataset_spec("mnist").fingerprint
