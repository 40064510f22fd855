"""Which labels are wrong?"""

import streamlit as st

from mnist_core import cached
from mnist_core.cached import label_issues
from mnist_core.datasets import SplitName
from mnist_core.evaluation.label_issues import Dispute, is_disputed
from pages.sections.labels import label_quality
from pages.widgets import formatting, gallery, metric_row, runs, sidebar, view
from pages.widgets.boundary import ensure_dashboard
from pages.widgets.metric_row import Metric

SPLITS: dict[SplitName, str] = {"test": "Test", "train": "Training"}
DISPUTES: dict[Dispute, str] = {"any": "Any", "most": "Most", "all": "All"}
LISTS = {"suspects": "Suspects", "disputed": "All it disputes"}
DIGITS = ("any", *range(10))

ensure_dashboard(__file__)
tested, judge = sidebar.chosen()
st.title("Which labels are wrong?")
runs.require(tested, judge)
label = tested.labels[judge]
st.caption(
    f"The digits whose label {label} finds least likely, as many as confident learning expects to be wrong. "
    "They are suspects: look at them."
)
label_quality.require_judge(tested, judge)
split = st.segmented_control(
    "Split", list(SPLITS), format_func=SPLITS.__getitem__, required=True, **view.bind("split", list(SPLITS), "test")
)
results = tested if split == "test" else cached.load_results(tested.dataset, "train")
found, votes = label_issues.suspects(results, judge), label_issues.count_disagreements(results)
single_classifiers, n = len(results.single_classifiers), len(results.y_true)
aside = "; one that votes over others is not counted" if single_classifiers < len(results.records) else ""
accuracies = label_issues.accuracy_without(results, judge)
own = accuracies.set_index("name").loc[judge]
out_of_fold = ", out of fold: by models that had not seen the digit" if split == "train" else ""
metric_row.show(
    (
        Metric(
            "Suspects",
            f"{len(found):,}",
            f"Confident learning estimates how many; they are those to whose label {label} gives least probability.",
            f"{100 * len(found) / n:.2f} % of {n:,} digits",
        ),
        Metric(
            "Disputed by all",
            f"{is_disputed(votes[found], single_classifiers, 'all').sum():,}",
            f"Suspects of which every classifier says something else than the label{aside}.",
            f"by {single_classifiers} classifiers" if single_classifiers > 1 else "by 1 classifier",
        ),
        Metric(
            "Accuracy, all digits",
            formatting.percent(own["all"]),
            f"Of {label}{out_of_fold}. Below: the 95 % interval (Wilson).",
            formatting.interval(own["all"], own["all_digits"]),
        ),
        Metric(
            "Without suspects",
            formatting.percent(own["judged"]),
            f"Accuracy of {label} without its suspects. Each of them is one of its mistakes, so this flatters it: "
            "read the table below too.",
            formatting.interval(own["judged"], own["judged_digits"]),
        ),
    )
)

with st.container(horizontal=True, vertical_alignment="bottom"):
    shown = st.segmented_control(
        "List",
        list(LISTS),
        format_func=LISTS.__getitem__,
        required=True,
        help="Suspects, or every digit of which the judge says something else than the label.",
        **view.bind("list", list(LISTS), "suspects"),
    )
    dispute = st.segmented_control(
        "Who disputes the label",
        list(DISPUTES),
        format_func=DISPUTES.__getitem__,
        required=True,
        help=f"How many of the classifiers say something else than the label{aside}.",
        **view.bind("agree", list(DISPUTES), "any"),
    )
    true = st.selectbox("Label", DIGITS, width=110, **view.bind("true", DIGITS, "any"))
    pred = st.selectbox("The judge says", DIGITS, width=130, **view.bind("pred", DIGITS, "any"))
listed = found if shown == "suspects" else label_issues.disputed(results, judge)
if len(listed):
    fits = is_disputed(votes[listed], single_classifiers, dispute) | (
        dispute == "any"
    )  # that the judge disputes it is enough
    fits &= (true == "any") | (results.y_true[listed] == true)
    fits &= (pred == "any") | (results[judge].y_pred[listed] == pred)
    indices = listed[fits]
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.subheader(formatting.digits(len(indices)), width="content")
        st.download_button(
            "Download CSV",
            lambda: label_issues.label_issues_csv(results, judge, indices),
            file_name=f"{results.dataset}-{split}-{judge}-{shown}.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            disabled=not len(indices),
        )
    if len(indices):
        st.caption("The least likely label first.")
        gallery.show_gallery(results, indices, speaker=lambda _: judge, truth="label")
    else:
        st.info("No digit fits these filters.", icon=":material/filter_alt_off:")
        cleared = {"agree": None, "true": None, "pred": None, "page": None}
        st.button("Clear the filters", on_click=view.put, kwargs=cleared)
else:
    st.info(f"{label} doubts no label of this split.", icon=":material/check:")

st.subheader("Accuracy with and without suspects")
label_quality.show_accuracies(results, accuracies, judge=judge)
