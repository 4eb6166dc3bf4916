"""Figures of a run in words."""

from latent_explorer.runs.protocol import Estimated
from latent_explorer.runs.settings import loss_labels

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def duration(seconds: float) -> str:
    """So many seconds, to two units at the most."""
    whole = round(seconds)
    if whole < 1:
        return "under a second"
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return _two(whole, _MINUTE, "min", "s")
    return _two(round(whole / _MINUTE), _HOUR // _MINUTE, "h", "min") if whole < _DAY else f"{whole / _DAY:.1f} days"


def _two(whole: int, size: int, large: str, small: str) -> str:
    most, rest = divmod(whole, size)
    return f"{most} {large} {rest} {small}" if rest else f"{most} {large}"


def estimate(known: Estimated) -> str:
    """What a run would take."""
    millions = known.weights / 1e6
    weights = f"{millions:.1f} million" if millions >= 0.1 else f"{known.weights:,}"
    return (
        f"About {duration(known.seconds)} on {known.device}, {_gigabytes(known.memory)}. "
        f"{weights} weights learn from {known.images[0]:,} of {known.images[1]:,} images."
        f"{' ' * bool(known.remark)}{capital(known.remark)}"
    )


def capital(sentence: str) -> str:
    """The same with a capital in front."""
    return sentence[:1].upper() + sentence[1:]


def term(name: str) -> str:
    """What a term of the loss is called."""
    return loss_labels().get(name, name)


def figure(value: float) -> str:
    """A value of a loss, as exact as is of use."""
    return f"{value:,.1f}" if abs(value) >= 100 else f"{value:.3g}"


def _gigabytes(count: int) -> str:
    return (
        f"{count / 2**30:.1f} GB of memory" if count >= 0.1 * 2**30 else f"{max(1, round(count / 2**20))} MB of memory"
    )
