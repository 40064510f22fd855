"""Is A really better than B?"""

import streamlit as st

from mnist_core.cached import head_to_head
from pages.sections.head_to_head import all_pairs, differences, digit_lists, rival, verdict
from pages.widgets import runs, sidebar
from pages.widgets.boundary import ensure_dashboard

ensure_dashboard(__file__)
results, a = sidebar.selected()
st.title("Is A really better than B?")
label_a = results.label(a)
st.caption(
    f"A is {label_a}, selected in the sidebar. The comparison is based on the digits that only A or only B classifies"
    " correctly."
)
runs.require(results, a)
b = rival.choose(results, a)
runs.require(results, b)

found, pairs = head_to_head.comparison(results, a, b), head_to_head.pairwise(results)
adjusted = float(pairs.adjusted[pairs.names.index(a), pairs.names.index(b)])
verdict.show_verdict(found, adjusted, label_a, results.labels[b])
verdict.show_metrics(found, adjusted)
differences.show(results, a, b)
digit_lists.show(results, a, b)
all_pairs.show(results, pairs, a, b)
