"""Selection of the final model."""

from hypothesis import given
from hypothesis import strategies as st

from mnist_core.evaluation.selection import choose_final_model

shares = st.dictionaries(st.text(min_size=1), st.floats(0, 1), min_size=1)


@given(shares)
def test_the_final_model_has_the_highest_accuracy(accuracy):
    selected = choose_final_model(accuracy, dict.fromkeys(accuracy, 1.0))
    assert accuracy[selected] == max(accuracy.values())


def test_ties_are_broken_by_prediction_speed_and_without_accuracies_there_is_no_final_model():
    assert choose_final_model({"a": 0.9, "b": 0.9, "c": 0.8}, {"a": 2.0, "b": 1.0, "c": 0.1}) == "b"
    assert choose_final_model({}, {}) is None
