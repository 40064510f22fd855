"""Wording shared by hover texts and axis titles."""

PLURALS = ("zeros", "ones", "twos", "threes", "fours", "fives", "sixes", "sevens", "eights", "nines")
"""Names of the ten classes."""


def count_digits(count: int) -> str:
    """Return a number of digits as text: "1 digit", "1,028 digits"."""
    return f"{count:,} {'digit' if count == 1 else 'digits'}"


def confidence_interval(low: float, high: float) -> str:
    """Return a 95 % confidence interval of shares in 0..1 as text, in percent: "95 % CI 97.05 to 97.36"."""
    return f"95 % CI {100 * low:.2f} to {100 * high:.2f}"


def with_minus_sign(number: str) -> str:
    """Return a formatted number with a minus sign in place of the hyphen: "−0.42"."""
    return number.replace("-", "−")


def sentence_case(title: str) -> str:
    """Return a title that begins with a capital letter: "Rotation (degrees)"."""
    return title[:1].upper() + title[1:]
