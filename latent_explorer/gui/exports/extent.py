"""How large a file gets, in pixels and in words."""

from dataclasses import dataclass

from latent_explorer.export import Format, Options


@dataclass(frozen=True)
class Extent:
    """Pixels of each picture in a file, and how many there are: more than one of an animation or a folder."""

    width: int
    height: int
    count: int = 1

    @property
    def pixels(self) -> int:
        return self.width * self.height * self.count


def extent(known: Format, shape: tuple[int, ...], options: Options) -> Extent:
    """The extent of content of this shape: as its writer takes it, (n, d) of latents, (h, w, c) of a sheet."""
    if known.kind in ("latents", "map", "sheet"):
        return Extent(shape[1], shape[0])
    *many, height, width, _ = shape
    height, width = height * options.scale, width * options.scale
    if known.kind == "filmstrip" and "per_row" in known.heeds:
        columns = min(options.per_row or many[0], many[0])
        many = [-(-many[0] // columns), columns]
    match many:
        case [rows, columns]:
            gap = options.gap
            return Extent(columns * (width + gap) - gap, rows * (height + gap) - gap)
        case [frames]:
            back = max(0, frames - 2) if options.ping_pong and "ping_pong" in known.heeds else 0
            return Extent(width, height, frames + back)
    return Extent(width, height)


def extent_words(known: Format, shape: tuple[int, ...], options: Options) -> str:
    """The extent for people."""
    size = extent(known, shape, options)
    if known.kind == "latents":
        return f"{size.height:,} {_plural('image', size.height)}, {size.width} {_plural('dimension', size.width)}"
    sides = f"{size.width:,} × {size.height:,} pixels"
    if known.kind != "filmstrip" or "per_row" in known.heeds:
        return sides
    if "seconds" in known.heeds:
        return f"{size.count:,} frames of {sides}, {size.count * options.seconds:.3g} seconds"
    return f"{size.count:,} pictures of {sides}"


def bytes_words(count: float, *, exact: bool) -> str:
    """A file's size for people: "12 KB", or "about 12 KB"."""
    words = f"{count:.0f} bytes"
    for unit in ("KB", "MB", "GB"):
        if count < 1000:
            break
        count /= 1000
        words = f"{count:.1f} {unit}" if count < 10 else f"{count:,.0f} {unit}"
    return words if exact else f"about {words}"


def _plural(word: str, count: int) -> str:
    return word if count == 1 else f"{word}s"
