from hypothesis import given
from hypothesis import strategies as st

from mnist_core.evaluation.selection import choose_final_model

shares = st.dictionaries(st.text(min_size=1), st.floats(0, 1), min_size=1)


@given(shares)
def test_nothing_is_more_accurate_than_the_final_model(accuracy):
    chosen = choose_final_model(accuracy, dict.fromkeys(accuracy, 1.0))
    assert accuracy[chosen] == max(accuracy.values())


def test_of_equals_the_quicker_is_chosen_and_of_none_none():
    assert choose_final_model({"a": 0.9, "b": 0.9, "c": 0.8}, {"a": 2.0, "b": 1.0, "c": 0.1}) == "b"
    assert choose_final_model({}, {}) is None
