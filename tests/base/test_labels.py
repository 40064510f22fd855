"""Labels of custom runs: cleaned for storage, and displayed as plain text."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mnist_core.base.labels import MAX_LABEL_LENGTH, clean_label, plain


@given(st.text())
@example("a\x1b[31m\u202eb\ud800\0\n c")
@example("x" * 500)
def test_a_stored_label_is_one_short_line_of_printable_characters(text):
    label = clean_label(text)
    assert len(label) <= MAX_LABEL_LENGTH
    assert label.isprintable()
    assert label == " ".join(label.split())
    assert clean_label(label) == label
    label.encode()


def test_a_long_label_is_cut_and_ends_with_an_ellipsis():
    assert clean_label("x" * MAX_LABEL_LENGTH) == "x" * MAX_LABEL_LENGTH
    assert clean_label("x" * (MAX_LABEL_LENGTH + 1)) == "x" * (MAX_LABEL_LENGTH - 1) + "…"


MARKDOWN = re.compile(r"[*_`~$#|\\&<>\[\]:@]|www\.|^[-+=]|^\d+[.)](?: |$)", re.IGNORECASE)


@given(st.text(alphabet="*_`~$#|\\&<>[]:@-+=1.) aw!(){}/wW") | st.text())
@example("1. one")
@example("WWW.example.com")
@example("- item")
@example("![x](https://example.com/x.png) <b>bold</b> :red[y] :material/home: $a$ a@b.c")
def test_a_plain_label_contains_no_markup(text):
    assert not MARKDOWN.search(plain(text))
    assert plain(plain(text)) == plain(text)


@pytest.mark.parametrize("text", ["C 0.1", "800-400, wide", "größer (2)", "2.5 times", "数字"])
def test_text_without_markup_is_unchanged(text):
    assert plain(text) == clean_label(text) == text
