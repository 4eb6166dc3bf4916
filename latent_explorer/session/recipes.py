"""The options that reproduce a map, a picture, a grid or a filmstrip, as a command: written and read.

A command, a call from Python and `export --session` use the same recipe, so all three draw the same.
"""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from latent_explorer.errors import UserError
from latent_explorer.places import shipped_bundles
from latent_explorer.service.codec import text_to_path
from latent_explorer.session.alignment import AlignmentState, Anchor
from latent_explorer.session.saved import Arrays, SavedLayer, SavedLook, SavedMap, SavedView
from latent_explorer.session.session import Pin, Point, Route
from latent_explorer.session.style import MOST_STYLES

What = Literal["map", "picture", "grid", "filmstrip", "style", "latents"]
Value = str | int | float | bool | tuple[str, ...]
Options = Mapping[str, Value]

_CALLED = {"start": "--from", "end": "--to"}  # options whose name is a word of Python's
_AHEAD = ("session",)  # options of all that is exported
_WIDE = 100  # characters of a line of a command
LONGEST = 6000
"""The maximum length of a command that can be pasted anywhere."""


@dataclass(frozen=True)
class ReplayRecipe:
    """What to draw, of which bundle, and how. options: by their Python names."""

    what: What
    out: str
    options: Options

    @property
    def arguments(self) -> list[str]:
        """The arguments of the command, after the program's name."""
        ahead = [word for name in _AHEAD if name in self.options for word in (f"--{name}", f"{self.options[name]}")]
        words = ["export", *ahead, self.what]
        for name, value in self.options.items():
            if name in _AHEAD:
                continue
            option = _CALLED.get(name, f"--{name.replace('_', '-')}")
            if isinstance(value, bool):
                words += [option] if value else []
            else:
                for each in value if isinstance(value, tuple) else (value,):
                    words += [option, f"{each}"]
        return [*words, "--out", self.out]

    def command(self) -> str:
        """The command for a POSIX shell, in readable lines."""
        words = [shlex.quote(word) for word in self.arguments]
        lines, line = [], "latent-explorer"
        for part in _options_together(words):
            if len(line) + len(part) > _WIDE:
                lines.append(line)
                line = f"   {part}"
            else:
                line = f"{line} {part}"
        return " \\\n".join([*lines, line])

    def python(self) -> str:
        """The call from Python."""
        shown = {name: list(value) if isinstance(value, tuple) else value for name, value in self.options.items()}
        named = "".join(f"    {name}={value!r},\n" for name, value in shown.items())
        return f"import latent_explorer\n\nlatent_explorer.replay(\n    {self.what!r},\n    {self.out!r},\n{named})\n"


def _options_together(words: list[str]) -> list[str]:
    """Keep an option and its value together."""
    parts: list[str] = []
    for word in words:
        if parts and parts[-1].startswith("--") and " " not in parts[-1] and not word.startswith("--"):
            parts[-1] += f" {word}"
        else:
            parts.append(word)
    return parts


# -- written


@dataclass(frozen=True)
class Beside:
    """The map linked with a map. saved: the other map. side: 0 if that is the target of the link, 1 for its source."""

    saved: SavedMap
    state: AlignmentState
    side: int


def recipe(
    what: What,
    saved: SavedMap,
    look: SavedLook,
    arrays: Arrays,
    choices: Options,
    out: str,
    beside: Beside | None = None,
) -> ReplayRecipe:
    """The recipe for something on a saved map. choices: further options, such as those of the export dialog.

    beside: for a filmstrip whose second row is also drawn.
    Raises UserError if the thing does not exist: no place is chosen, no path is drawn.
    """
    options: dict[str, Value] = {"model": model_text(saved)}
    if saved.label and what != "style":
        options["label"] = str(saved.label)
    if what in ("map", "grid") and saved.chart is not None:
        options["chart"] = str(saved.chart)
    match what:
        case "picture":
            options |= _picture_options(saved)
        case "filmstrip":
            options |= _route_options(saved) | ({} if beside is None else _beside_options(beside))
        case "grid":
            options["region"] = numbers_text(_sides(saved))
        case "style":
            options |= _style_options(saved, arrays)
        case "map":
            options |= _map_options(saved, look, arrays)
    return ReplayRecipe(what, out, options | dict(choices))


def model_text(saved: SavedMap) -> str:
    """A bundle as a command names it: an included one by its name, which is the same on every machine."""
    folder = text_to_path(saved.path)
    return saved.name if folder in [each.absolute() for each in shipped_bundles()] else str(folder)


def _picture_options(saved: SavedMap) -> dict[str, Value]:
    if saved.chosen is None:
        raise UserError("no place is chosen, so there is no picture: click on the map first, or name a place with --at")
    return {"at": (latent_text(saved.chosen),)}


def _route_options(saved: SavedMap) -> dict[str, Value]:
    if saved.route is None:
        raise UserError("no path is drawn, so there is no filmstrip: drag on the map first, or use --from and --to")
    route = saved.route
    ends: dict[str, Value] = {"start": latent_text(route.start), "end": latent_text(route.end)}
    further: dict[str, Value] = {"through": tuple(map(latent_text, route.through)), "compare": route.compare}
    chosen: dict[str, Value] = {"frames": route.frames, "curve": route.curve, "easing": route.easing}
    return {**ends, **chosen, **{name: value for name, value in further.items() if value}}


def _style_options(saved: SavedMap, arrays: Arrays) -> dict[str, Value]:
    choice, pins = saved.style, saved.pins[:MOST_STYLES]
    chosen = np.flatnonzero(arrays[saved.selection])[:MOST_STYLES].tolist() if saved.selection else []
    if "selected" in (choice.rows, choice.columns) and not chosen:
        raise UserError("the grid is one of selected images, and none is selected: select some first")
    if choice.columns == "pins" and not pins:
        raise UserError("the grid is one of pins, and there is none: pin some places first")
    drawn = choice.columns in ("spread", "random")
    images = ",".join(map(str, chosen))
    options: dict[str, Value] = {
        "content": images if choice.rows == "selected" else "",
        "style": images if choice.columns == "selected" else "",
        "pin": tuple(f"{pin.name}={latent_text(pin.z)}" for pin in pins) if choice.columns == "pins" else (),
        "styles": min(choice.count, saved.images) if drawn else 0,
        "random": choice.columns == "random",
        "seed": choice.seed if drawn else 0,
    }
    return {name: value for name, value in options.items() if value}


def _beside_options(beside: Beside) -> dict[str, Value]:
    state = beside.state
    options: dict[str, Value] = {"beside": model_text(beside.saved), "translator": state.translator}
    optional: dict[str, Value] = {
        "bootstrap": state.growth == "bootstrapped",
        "blind": state.growth == "blind",
        "anchors": anchors_text(state.anchors),
        "from_target": beside.side == 1,
        "beside_label": str(beside.saved.label) if beside.saved.label else "",
    }
    return options | {name: value for name, value in optional.items() if value}


def _map_options(saved: SavedMap, look: SavedLook, arrays: Arrays) -> dict[str, Value]:
    options: dict[str, Value] = {
        "as_shown": True,
        "view": numbers_text((saved.view.u, saved.view.v, saved.view.scale)),
        "width": saved.size[0],
        "height": saved.size[1],
        "layers": layers_text(saved.layers),
        "theme": look.theme,
        "palette": look.palette,
    }
    optional: dict[str, Value] = {
        "class_slots": ",".join(map(str, saved.slots)),
        "shapes": look.shapes,
        "point_size": look.point_size if look.point_size != 100 else 0,
        "point_colour": look.point_colour if look.point_colour != "class" else "",
        "picture_size": look.picture_size,
        "hide": ",".join(map(str, saved.hidden)),
        "pin": tuple(f"{pin.name}={latent_text(pin.z)}" for pin in saved.pins),
        "selected": ranges_text(arrays[saved.selection]) if saved.selection else "",
    }
    if saved.route is not None:
        optional |= _route_options(saved) | {"frame": saved.frame}
    return options | {name: value for name, value in optional.items() if value}


def numbers_text(values: Iterable[float]) -> str:
    """Numbers with commas, each as short as possible to read back exactly."""
    return ",".join(repr(float(value)).removesuffix(".0") for value in values)


def latent_text(z: Iterable[float]) -> str:
    """A latent with commas, each number as short as possible to read back exactly in float32."""
    return ",".join(str(np.float32(value)).removesuffix(".0") for value in z)


def layers_text(layers: Iterable[SavedLayer]) -> str:
    """The visible layers, with their opacity if it is not full."""
    return ",".join(f"{each.name}={each.opacity:g}" if each.opacity < 1 else each.name for each in layers if each.shown)


def ranges_text(chosen: NDArray[np.bool_]) -> str:
    """The numbers of the selected images, in ranges: 3,7-12."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], chosen.astype(np.int8), [0]])))
    pairs = zip(edges[::2].tolist(), (edges[1::2] - 1).tolist(), strict=True)
    return ",".join(f"{first}-{last}" if last > first else f"{first}" for first, last in pairs)


def anchors_text(anchors: Iterable[Anchor]) -> str:
    """The anchors, each as image of the source and image of the target: 3:7,10:12."""
    return ",".join(f"{source}:{target}" for source, target in anchors)


def _sides(saved: SavedMap) -> tuple[float, float, float, float]:
    u, v, (width, height) = saved.view.u, saved.view.v, saved.size
    across, down = width / 2 / saved.view.scale, height / 2 / saved.view.scale
    return u - across, v - down, u + across, v + down


# -- read


def view_of(text: str) -> SavedView:
    """The view given as U,V,SCALE. Raises UserError."""
    values = _numbers(text, "--view")
    if len(values) != 3 or not 0 < values[2] <= 2.0**41:
        raise UserError(f"--view {text}: expected U,V,SCALE: the point in the middle, and pixels to the plane unit")
    return SavedView(*values)


def layers_of(text: str) -> tuple[SavedLayer, ...]:
    """The layers given as NAME[=OPACITY],... Raises UserError."""
    found = []
    for each in filter(None, (part.strip() for part in text.split(","))):
        name, given, opacity = each.partition("=")
        share = _numbers(opacity, f"--layers {name}=")[0] if given else 1.0
        if not 0 <= share <= 1:
            raise UserError(f"--layers {each}: expected an opacity from 0 to 1")
        found.append(SavedLayer(name.strip().lower(), True, share))
    return tuple(found)


def pin_of(text: str, dimensions: int) -> Pin:
    """The pin given as NAME=X,Y[,...]. Raises UserError."""
    name, given, place = text.rpartition("=")
    if not given or not name.strip():
        raise UserError(f"--pin {text}: expected NAME=X,Y[,...]")
    return Pin(name, point_of(place, dimensions, "--pin"))


def point_of(text: str, dimensions: int, option: str) -> Point:
    """The latent given as X,Y[,...], in float32. Raises UserError."""
    values = _numbers(text, option)
    if len(values) != dimensions:
        raise UserError(f"{option} {text}: this model has {dimensions} latent dimensions, found {len(values)} numbers")
    return tuple(float(np.float32(value)) for value in values)


def route_of(
    start: str,
    end: str,
    dimensions: int,
    *,
    curve: str,
    frames: int,
    easing: str,
    through: Sequence[str] = (),
    compare: str | None = None,
) -> Route:
    """The path from one latent X,Y[,...] to another, through further ones. Raises UserError."""
    ends = point_of(start, dimensions, "--from"), point_of(end, dimensions, "--to")
    way = tuple(point_of(each, dimensions, "--through") for each in through)
    route = Route(*ends, curve, frames, easing, way, compare or "")
    route.check()
    return route


def whole_numbers(text: str, option: str, below: int) -> tuple[int, ...]:
    """Non-negative integers separated by commas. Raises UserError."""
    values = [each.strip() for each in text.split(",")]
    if not all(each.isdecimal() and len(each) < 12 and int(each) < below for each in values):
        raise UserError(f"{option} {text[:80]}: expected whole numbers from 0 to {below - 1}, separated by commas")
    return tuple(map(int, values))


def chosen_of(text: str, count: int) -> NDArray[np.bool_]:
    """The images given as 3,7-12, bool (count,). Raises UserError."""
    chosen = np.zeros(count, bool)
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        last = last or first
        if not (first.isdecimal() and last.isdecimal() and len(last) < 12 and int(first) <= int(last) < count):
            raise UserError(f"--selected {part[:40]}: expected numbers of images below {count:,}, as in 3,7-12")
        chosen[int(first) : int(last) + 1] = True
    return chosen


def anchors_of_text(text: str, counts: tuple[int, int]) -> tuple[Anchor, ...]:
    """The anchors given as 3:7,10:12, for a source and a target with these numbers of images. Raises UserError."""
    found = []
    for part in text.split(","):
        numbers = [each.strip() for each in part.split(":")]
        if len(numbers) != 2 or not all(each.isdecimal() and len(each) < 12 for each in numbers):
            raise UserError(
                f"--anchors {part[:40]}: expected images of the source and the target, as in 3:7,10:12; or how many "
                "are to be chosen by chance"
            )
        source, target = map(int, numbers)
        if source >= counts[0] or target >= counts[1]:
            least, most = ("source", counts[0]) if source >= counts[0] else ("target", counts[1])
            raise UserError(f"--anchors {part[:40]}: the {least} has no such image; expected 0 to {most - 1:,}")
        found.append((source, target))
    return tuple(found)


def named_file(saved: SavedMap, what: What, suffix: str) -> str:
    """The file name for an export of a map."""
    stem = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in saved.name)
    return str(Path(f"{stem}_{what}{suffix}"))


def _numbers(text: str, option: str) -> list[float]:
    try:
        values = [float(part) for part in text.split(",")]
    except ValueError:
        values = [float("nan")]
    if not np.isfinite(values).all():
        raise UserError(f"{option} {text[:80]}: expected finite numbers separated by commas")
    return values
