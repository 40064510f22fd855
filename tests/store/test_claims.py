import json

import pytest

from mnist_core.base.errors import MnistCoreError
from mnist_core.store import claims
from mnist_core.store.claims import Measurement, load_measurements, save_measurements

MEASURED = Measurement("sgd", 0.92, 0.91, (), 12.5, 2, "2026-01-01T00:00:00+00:00", {"python": "3.12"})


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(tmp_path))


def test_measurements_come_back_as_they_were_and_count_for_their_data_alone():
    assert load_measurements("a") == {}
    save_measurements({"sgd": MEASURED}, "a")
    assert load_measurements("a") == {"sgd": MEASURED}
    assert load_measurements("b") == {}


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: "{",
        lambda _: "[]",
        lambda text: text.replace("0.92", "92"),
        lambda text: text.replace("0.92", '"high"'),
        lambda text: text.replace("cores", "kernels"),
        lambda text: json.dumps(json.loads(text) | {"measurements": None}),
    ],
)
def test_a_damaged_file_is_refused_with_the_command_that_mends_it(damage):
    save_measurements({"sgd": MEASURED}, "a")
    claims.claims_file().write_text(damage(claims.claims_file().read_text()))
    with pytest.raises(MnistCoreError, match="mnist_core claims"):
        load_measurements("a")
