"""Do published figures hold?"""

import streamlit as st

from mnist_core.cached import claims
from mnist_core.figures.claims import kernel_steps_figure
from pages.widgets import charts, formatting, sidebar, theme
from pages.widgets.boundary import ensure_dashboard

GOALS = (0.95, 0.97)
BADGES = {
    "reproduced": ":green-badge[reproduced]",
    "better": ":blue-badge[better]",
    "not reproducible": ":orange-badge[not reproducible]",
    "filled in": ":gray-badge[filled in]",
}

ensure_dashboard(__file__)
sidebar.selected()
st.title("Do published figures hold?")
st.caption(
    "Accuracies that five public projects report for MNIST, and those of the same training procedures measured here,"
    " always on MNIST. In brackets: the 95 % confidence interval or, for cross-validation, the lowest and highest fold."
)
table = claims.published_claims()
if table.empty:
    st.info("Nothing has been measured yet. Run in a terminal:")
    st.code("python -m mnist_core claims", language="bash")
    st.stop()

for project, rows in table.groupby("project", sort=False):
    with st.container(border=True):
        for row in rows.itertuples():
            reported, measured, remark = st.columns([4, 4, 6], gap="medium")
            figure = f"reported {row.reported} %, " if isinstance(row.reported, str) else ""
            reported.markdown(f"**Project {project}: {row.classifier}**  \n{figure}{row.protocol}")
            interval = f"({100 * row.low:.2f} to {100 * row.high:.2f})"
            measured.markdown(f"**{formatting.percent(row.measured)}** {interval}  \n{BADGES[row.verdict]}")
            remark.markdown(row.remark)
            remark.caption(f"{row.scored}; `{row.procedure}`, one fit {formatting.seconds(row.seconds)}")
charts.offer_csv(lambda: table, name="published-claims", help="The table's data; accuracies are shares in 0..1.")

steps = claims.kernel_steps()
if len(steps):
    st.subheader("What would 95 or 97 % take?")
    fewest = ((goal, steps[steps["low"] >= goal]["centres"].min()) for goal in GOALS)
    reached = " and ".join(f"**{100 * goal:g} % with {n:,.0f} centers**" for goal, n in fewest if n > 0)
    if best := claims.best_linear():
        st.markdown(
            f"More than a linear classifier on pixels: the best one here, {best.label}, has"
            f" {formatting.percent(best.test_accuracy)} accuracy on the test digits and"
            f" {formatting.percent(best.train_accuracy)} on its training digits."
        )
    st.markdown(
        "It takes features that are not linear in the pixels. The same SGD on an approximation of the RBF kernel"
        f" (Nyström) exceeds {reached or 'neither so far'}: the whole confidence interval is above the line."
    )
    figure = kernel_steps_figure(
        steps, goals=GOALS, colour=theme.classifier_colours(["sgd-kernel"])["sgd-kernel"], accent=theme.accent()
    )
    charts.show(figure, lambda: steps, name="kernel-centres", alt="Test accuracy by the number of centers")
