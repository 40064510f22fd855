"""What people call their runs is text, and nothing else."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mnist_core.base.labels import LONGEST, clean_label, plain


@given(st.text())
@example("a\x1b[31m\u202eb\ud800\0\n c")
@example("x" * 500)
def test_a_label_is_kept_as_one_short_line_of_what_can_be_seen(text):
    label = clean_label(text)
    assert len(label) <= LONGEST
    assert label.isprintable()
    assert label == " ".join(label.split())
    assert clean_label(label) == label
    label.encode()


def test_a_label_that_is_too_long_says_that_it_goes_on():
    assert clean_label("x" * LONGEST) == "x" * LONGEST
    assert clean_label("x" * (LONGEST + 1)) == "x" * (LONGEST - 1) + "…"


MARKDOWN = re.compile(r"[*_`~$#|\\&<>\[\]:@]|www\.|^[-+=]|^\d+[.)](?: |$)", re.IGNORECASE)


@given(st.text(alphabet="*_`~$#|\\&<>[]:@-+=1.) aw!(){}/wW") | st.text())
@example("1. one")
@example("WWW.example.com")
@example("- item")
@example("![x](https://example.com/x.png) <b>bold</b> :red[y] :material/home: $a$ a@b.c")
def test_a_plain_label_holds_nothing_that_means_something(text):
    assert not MARKDOWN.search(plain(text))
    assert plain(plain(text)) == plain(text)


@pytest.mark.parametrize("text", ["C 0.1", "800-400, wide", "größer (2)", "2.5 times", "数字"])
def test_what_means_nothing_stays_as_it_is(text):
    assert plain(text) == clean_label(text) == text
