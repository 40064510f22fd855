"""Stored measurements of published training procedures."""

import json

import pytest

from mnist_core.base.errors import MnistCoreError
from mnist_core.store import claims
from mnist_core.store.claims import Measurement, load_measurements, save_measurements

MEASURED = Measurement("sgd", 0.92, 0.91, (), 12.5, 2, "2026-01-01T00:00:00+00:00", {"python": "3.12"})


@pytest.fixture(autouse=True)
def empty_artifacts(tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(tmp_path))


def test_measurements_are_loaded_as_saved_and_only_for_the_same_data():
    assert load_measurements("a") == {}
    save_measurements({"sgd": MEASURED}, "a")
    assert load_measurements("a") == {"sgd": MEASURED}
    assert load_measurements("b") == {}


def test_measurements_of_another_schema_are_not_loaded():
    save_measurements({"sgd": MEASURED}, "a")
    path = claims.claims_file()
    path.write_text(json.dumps(json.loads(path.read_text()) | {"schema": 99, "other": 1}))
    assert load_measurements("a") == {}


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda _: "{", "line 1 column 2"),
        (lambda _: "[]", "Expected `object`, got `array`"),
        (lambda text: text.replace("0.92", "92"), r"Expected `float` <= 1\.0, found 92 - at `\$\.measurements\.sgd\.t"),
        (lambda text: text.replace("0.92", "NaN"), r"found nan - at `\$\.measurements\.sgd\.train_accuracy`"),
        (lambda text: text.replace("0.92", '"high"'), "Expected .*, found 'high'"),
        (lambda text: text.replace("12.5", "Infinity"), r"found inf - at `\$\.measurements\.sgd\.fit_seconds`"),
        (lambda text: text.replace("cores", "kernels"), "missing required field `cores`"),
        (lambda text: text.replace('"cores"', '"kernels": 1, "cores"'), "Missing or unknown fields: kernels"),
        (lambda text: text.replace('"schema"', '"scheme"'), "missing required field `schema`"),
        (lambda text: json.dumps(json.loads(text) | {"measurements": None}), r"got `null`.* at `\$\.measurements`"),
    ],
)
def test_a_damaged_file_is_refused_with_the_command_that_repairs_it(damage, reason):
    save_measurements({"sgd": MEASURED}, "a")
    claims.claims_file().write_text(damage(claims.claims_file().read_text()))
    with pytest.raises(MnistCoreError, match=rf"{claims.CLAIMS}.*{reason}.*mnist_core claims"):
        load_measurements("a")
