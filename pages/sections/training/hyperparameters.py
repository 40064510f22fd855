"""What to train: a classifier's hyperparameters, how many digits, a seed and a name, every choice in the URL."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import streamlit as st

from mnist_core import cached
from mnist_core.base.labels import LONGEST, clean_label
from mnist_core.classifiers.hyperparameters import changes_of, value_text
from mnist_core.classifiers.registry import base_of, get_classifier_spec, hyperparameters_for, is_custom, members_of
from mnist_core.datasets import get_dataset_spec
from mnist_core.images.transforms import AUGMENTING, TRANSFORMS
from mnist_core.jobs.queue import Task
from mnist_core.store.record import Record
from pages.widgets import augmentation, formatting, view

SEEDS = range(1_000)
SIZES = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 40_000)
_SMALLEST_SHARE = 1 / 60
"""Of the training split: with fewer digits a training says little."""


def choose(results: cached.Results, classifier: str) -> Task:
    """The form: it begins with the registry's hyperparameters, or with those of the run of one's own that is chosen."""
    base = base_of(classifier)
    record = results.records.get(classifier) if is_custom(classifier) else None
    present = dict(record.hyperparameters if record else hyperparameters_for(base, results.dataset))
    values, fixed, places = dict(present), {}, _two_columns()
    for name, value in present.items():
        options = _options(value, get_classifier_spec(base).search_space.get(name, ()))
        if len(options) > 1:
            with next(places):
                values[name] = _choose_value(f"{classifier}.{name}", name, value, options)
        elif not isinstance(value, Mapping):
            fixed[name] = value
    for name, value in present.items():
        if isinstance(value, Mapping):
            values[name] = _choose_amounts(f"{classifier}.{name}", name, value)
    if fixed:
        with st.expander("Fixed hyperparameters"):
            st.markdown("  \n".join(f"{title(name)}: **{value_text(value)}**" for name, value in fixed.items()))
    if classifier in results.records:
        st.caption(_provenance(results[classifier].record))
    n_train = get_dataset_spec(results.dataset).n_train
    sizes = _sizes(n_train, record.n_train if record else n_train)
    subset = st.select_slider(
        "Training digits",
        sizes,
        format_func=lambda size: f"all {size:,}" if size == n_train else f"{size:,}",
        help="Fewer are quicker. They are drawn by the seed, the classes in the proportions of the training split.",
        **view.bind(f"{classifier}.digits", sizes, record.n_train if record else n_train),
    )
    seeds, label = st.columns([1, 3], gap="medium")
    seed = seeds.number_input(
        "Seed",
        SEEDS[0],
        SEEDS[-1],
        step=1,
        help="Of the training, of the digits held out and of the subset.",
        **view.bind(f"{classifier}.seed", SEEDS, record.seed if record and record.seed in SEEDS else 0),
    )
    called = label.text_input(
        "Name",
        placeholder=f"{get_classifier_spec(base).label} and a number",
        **view.bind_text(f"{classifier}.name", longest=LONGEST),
    )
    return Task(
        base,
        results.dataset,
        changes=changes_of(base, results.dataset, values),
        subset=None if subset == n_train else subset,
        seed=seed,
        label=clean_label(called),
        custom=True,
    )


def offers(dataset: str, classifier: str, values: Mapping[str, Any]) -> bool:
    """Whether all of these hyperparameters can be chosen in the form of a classifier."""
    present, grids = hyperparameters_for(classifier, dataset), get_classifier_spec(classifier).search_space
    return all(str(value) in map(str, _options(present[name], grids.get(name, ()))) for name, value in values.items())


def put(classifier: str, values: Mapping[str, Any]) -> None:
    """Change the view to the form of a classifier as it begins, but with these hyperparameters chosen."""
    chosen = {f"{classifier}.{name}": value for name, value in values.items()}
    view.put(section=None, model=classifier, **{f"{classifier}.digits": None, f"{classifier}.seed": None}, **chosen)


def show_ensemble(results: cached.Results, classifier: str) -> None:
    """In place of the form for a classifier that votes over others: whose settings count, and how to vote anew."""
    names = formatting.listed([results.label(name) for name in members_of(classifier)])
    st.info(f"{results.label(classifier)} has no settings: it votes over {names}.")
    if classifier in results.records:
        members = cached.load_members(results, classifier)
        st.dataframe(
            {"label": [results.label(member.name) for member in members], "weight": [it.weight for it in members]},
            column_config={
                "label": "Classifier",
                "weight": st.column_config.NumberColumn(
                    "Weight",
                    format="%.3f",
                    help="Of the logarithm of its probabilities. These weights, of the sum 1, make the labels of the "
                    "training digits most likely, by models that had not seen the digit.",
                ),
            },
            hide_index=True,
            alt="The weight of each classifier in the vote",
        )
    st.caption("Once one of these has been trained and cross-validated anew, in a terminal:")
    st.code(f"python -m mnist_core train {classifier} --dataset {results.dataset}", language="bash")


def show_augmentation(results: cached.Results, task: Task) -> None:
    """What a training sees of the digits, where it distorts them."""
    for name, value in (hyperparameters_for(task.classifier, task.dataset) | dict(task.changes)).items():
        if isinstance(value, Mapping):
            with st.expander(f"{title(name)}: what it makes of digits", expanded=True):
                augmentation.show_preview(results, value)


def _provenance(record: Record) -> str:
    """Who chose the stored run's hyperparameters, and what it was trained with."""
    chosen = f"The stored run's hyperparameters were chosen by {record.chosen_by}. " if record.chosen_by else ""
    cores = f"{record.cores} core{'s' if record.cores != 1 else ''}"
    arithmetic = [str(record.details["arithmetic"])] if "arithmetic" in record.details else []
    versions = [f"{package} {version}" for package, version in record.versions.items()]
    return f"{chosen}It was trained with seed {record.seed} on {', '.join([cores, *arithmetic, *versions])}."


def title(name: str) -> str:
    """Learning rate, C"""
    if name == "augment":
        return "Augmentation"
    return f"{name[0].upper()}{name[1:]}".replace("_", " ")


def _options(value: Any, grid: Sequence[Any]) -> list[Any]:
    """The values to choose among: the grid's and the present one; numbers in order."""
    if isinstance(value, Mapping) or not grid:
        return [value]
    values = [value] if value not in grid else []
    values = [*grid, *values]
    return sorted(values) if all(map(_is_number, values)) else values


def _choose_value(parameter: str, name: str, value: Any, options: list[Any]) -> Any:
    bound = view.bind(parameter, options, value)
    label, about = title(name), f"`{name}`; the form began with {value_text(value)}."
    if all(isinstance(option, bool) for option in options):
        return st.toggle(label, help=about, **bound)
    if all(map(_is_number, options)):
        return st.select_slider(label, options, format_func=value_text, help=about, **bound)
    return st.selectbox(label, options, format_func=value_text, help=about, **bound)


def _choose_amounts(parameter: str, name: str, present: Mapping[str, float]) -> dict[str, float]:
    """An amount of each transform that a training may use."""
    st.markdown(f"**{title(name)}**")
    amounts, places = {}, _two_columns()
    for transform in (TRANSFORMS[name] for name in AUGMENTING):
        value = _short(present.get(transform.name, 0))
        options = sorted({value, *(_short(transform.severities[1] * step / 8) for step in range(9))})
        with next(places):
            amounts[transform.name] = st.select_slider(
                f"{transform.label} ({transform.unit})",
                options,
                format_func=value_text,
                help=f"{transform.about} Each digit by an amount of its own, up to this one.",
                **view.bind(f"{parameter}.{transform.name}", options, value),
            )
    return {transform: amount for transform, amount in amounts.items() if amount or transform in present}


def _short(amount: float) -> float:
    """Rounded, and a whole number where it is one: as somebody would write it into a link."""
    rounded = round(amount, 4)
    return int(rounded) if rounded == int(rounded) else rounded


def _two_columns() -> Iterator[Any]:
    """Places side by side, row by row."""
    while True:
        yield from st.columns(2, gap="medium", vertical_alignment="bottom")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _sizes(n_train: int, present: int) -> list[int]:
    sizes = {size for size in SIZES if n_train * _SMALLEST_SHARE <= size < n_train}
    return sorted(sizes | {n_train, min(present, n_train)})
