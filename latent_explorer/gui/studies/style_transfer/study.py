"""The Style transfer study: content and style are chosen, decoded with their mixtures, and shown."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray
from PyQt6.QtGui import QImage

from latent_explorer.engine.client import Answer, Urgency
from latent_explorer.engine.handlers.decode_as import want_decoded_as
from latent_explorer.engine.handlers.encode import PictureRead, ReadPicture
from latent_explorer.engine.handlers.encode_each import EncodedEach, want_encoded_each
from latent_explorer.engine.handlers.originals import want_originals
from latent_explorer.engine.protocol import Want
from latent_explorer.gui.studies.own_image.pictures import OPENED, image_of, on_clipboard, pixels_of, scaled_down
from latent_explorer.gui.studies.study import Study, StudyUses
from latent_explorer.gui.studies.style_transfer.gridding import Gridding
from latent_explorer.gui.studies.style_transfer.panel import StylePanel
from latent_explorer.gui.studies.style_transfer.parts import ROLES, StylePart, asked
from latent_explorer.gui.studies.style_transfer.well import Well
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.actions import SEPARATOR, Command, Entry, Submenu
from latent_explorer.gui.widgets.images import to_qimage
from latent_explorer.gui.widgets.parts import ask_path
from latent_explorer.gui.widgets.plain import caption
from latent_explorer.safe_text import readable
from latent_explorer.service.codec import Refused, path_to_text
from latent_explorer.session import OpenBundle, Route, Session
from latent_explorer.session.session import as_point

PICTURES, ORIGINALS, READ, ENCODED = "style pictures", "style originals", "style file", "style encoded"
_LISTED = 12  # selected images in the menu


class StyleStudy(Study):
    """Keeps content and style. parts: the choices by role; each may be missing."""

    panel: StylePanel

    def __init__(self, uses: StudyUses) -> None:
        super().__init__(uses, StylePanel())
        self.parts: dict[str, StylePart] = {}
        self._asked = 0
        self.gridding = Gridding(uses.client, self.panel, lambda: self.session, uses.shared.say)
        self._connect()

    def _connect(self) -> None:
        client, panel = self.uses.client, self.panel
        client.subscribe(PICTURES, self._take_pictures, Urgency.ASKED)
        client.subscribe(ORIGINALS, self._take_original, Urgency.ASKED)
        client.subscribe(READ, self._take_file, Urgency.ASKED)
        client.subscribe(ENCODED, self._take_encoded, Urgency.ASKED)
        for role, well in self._wells.items():
            well.offers = partial(self._offers, role)
            well.class_chosen.connect(partial(self._relabel, role))
            well.dropped.connect(partial(self.read, role))
        panel.swap_wanted.connect(self.swap)
        panel.path_wanted.connect(self.draw_path)
        panel.mixed.chosen.connect(self._go_to_mixture)
        panel.grid_wanted.connect(self.gridding.ask)
        panel.others_wanted.connect(self.gridding.another)
        panel.export_wanted.connect(self.gridding.export)
        panel.grid.chosen.connect(self._go_to_cell)
        self.uses.menus.about_image.append(self._offers_of_image)
        self.uses.menus.about_place.append(self._offers_of_place)

    @property
    def _wells(self) -> dict[str, Well]:
        return dict(zip(ROLES, (self.panel.of_content, self.panel.of_style), strict=True))

    # -- the session

    def open(self, session: Session) -> None:
        super().open(session)
        bundle = session.bundle
        kept = session.state.style.fitting(len(bundle.latents), bundle.config.net.classes)
        self.parts = {role: StylePart.of_side(side, bundle) for role, side in kept.sides.items()}
        names = bundle.class_names[: bundle.config.net.classes]
        for role, well in self._wells.items():
            well.list_classes(names)
            if role in self.parts:
                self._show(role)
            else:
                well.show_part("", 0, None)
        self.panel.show_axes(kept)
        self.panel.enable(False)
        self.again()

    def exchange(self, bundle: OpenBundle) -> None:
        """Follow a change of class, chart or snapshot; with another snapshot, images have other latents."""
        for role, part in self.parts.items():
            if part.number is not None:
                self.parts[role] = replace(part, z=bundle.latents.mean[part.number])

    def dress(self, theme: Theme) -> None:
        for view in (self.panel.mixed, self.panel.grid, self.panel.result):
            view.update()

    def again(self) -> None:
        self._decode()
        self._ask_originals()
        self.gridding.ask()

    # -- choosing

    def choose(self, role: str, part: StylePart) -> None:
        """Set content or style."""
        self.parts[role] = part
        self._show(role)
        self._keep()
        self._ask_originals()
        self._decode()

    def _keep(self) -> None:
        """Save content and style in the session."""
        assert self.session is not None
        sides = {role: part.side for role, part in self.parts.items()}
        self.session.keep_style(msgspec.structs.replace(self.session.state.style, **sides))

    def choose_image(self, role: str, number: int) -> None:
        """Set an image of the dataset, with its class; without a label, with that of the map."""
        assert self.session is not None
        bundle = self.session.bundle
        of = bundle.latents.label
        label = bundle.label if of is None else int(of[number])
        self.choose(role, StylePart(bundle.latents.mean[number], label, f"Image {number}", number))

    def choose_place(self, role: str, z: NDArray[np.float32], words: str = "A place on the map") -> None:
        """Set a latent (d,), with the class of the map."""
        assert self.session is not None
        self.choose(role, StylePart(np.asarray(z, np.float32), self.session.bundle.label, words))

    def swap(self) -> None:
        """Exchange content and style."""
        if len(self.parts) == len(ROLES):
            content, style = (self.parts[role] for role in ROLES)
            self.parts = dict(zip(ROLES, (style, content), strict=True))
            for role in ROLES:
                self._show(role)
            self._keep()
            self._decode()

    def _relabel(self, role: str, label: int) -> None:
        if role in self.parts:
            self.choose(role, self.parts[role].under(label))

    def read(self, role: str, path: Path) -> None:
        """Set the picture in a file, which the engine reads."""
        text = path_to_text(path)
        want = Want((role, readable(path.name)), ReadPicture, 0, lambda number: ReadPicture(number, text))
        self.uses.client.request(READ, [want])

    def take_own(self, role: str, image: QImage, words: str) -> None:
        """Set the user's own image, with the class under which the model reconstructs it best."""
        self._encode(role, pixels_of(scaled_down(image)), words)

    def _encode(self, role: str, pixels: NDArray[np.uint8], words: str) -> None:
        self.uses.client.request(ENCODED, [want_encoded_each((role, words), pixels)])

    def _paste(self, role: str) -> None:
        match on_clipboard():
            case Path() as path:
                self.read(role, path)
            case QImage() as image:
                self.take_own(role, image, "From the clipboard")
            case None:
                self.uses.shared.say("There is no picture on the clipboard: copy one, or the file of one, first.")

    def _offers(self, role: str) -> Iterator[Entry]:
        """Menu entries of a well's button."""
        session, probe = self.session, self.uses.prober.probe
        if session is None:
            return
        if probe is not None:
            yield Command("The place shown", partial(self.choose_place, role, probe.z))
            if probe.place is not None and len(probe.place.indices):
                nearest = int(probe.place.indices[0])
                yield Command("The image nearest to it", partial(self.choose_image, role, nearest))
        pins = session.state.pins
        yield Submenu("A pin", lambda: (self._pin_entry(role, pin.name, pin.latent) for pin in pins))
        yield Submenu("A selected image", lambda: self._selected(role))
        yield SEPARATOR
        own = None if session.state.own is None else image_of(session.state.own.content)
        if own is not None:
            yield Command("Your own image, from its pad", partial(self.take_own, role, own, "Your image"))
        ask = partial(
            ask_path, self.uses.parent, "Open a picture", "", lambda path: self.read(role, Path(path)), OPENED
        )
        yield Command("A file…", ask)
        yield Command("Paste", partial(self._paste, role))

    def _pin_entry(self, role: str, name: str, z: NDArray[np.float32]) -> Command:
        return Command(caption(name), partial(self.choose_place, role, z, name))

    def _selected(self, role: str) -> Iterator[Entry]:
        assert self.session is not None
        selection, bundle = self.session.state.selection, self.session.bundle
        numbers = [] if selection is None else np.flatnonzero(selection.chosen)[:_LISTED].tolist()
        for number in numbers:
            named = "" if bundle.latents.label is None else f", {bundle.class_names[bundle.latents.label[number]]}"
            yield Command(caption(f"Image {number}{named}"), partial(self.choose_image, role, number))

    def _offers_of_image(self, number: int) -> Iterator[Entry]:
        if self.session is not None:
            yield Command("Use as content", partial(self.choose_image, "content", number))
            yield Command("Use as style", partial(self.choose_image, "style", number))

    def _offers_of_place(self, z: NDArray[np.float32]) -> Iterator[Entry]:
        if self.session is not None:
            yield Command("Use this place as content", partial(self.choose_place, "content", z))
            yield Command("Use this place as style", partial(self.choose_place, "style", z))

    # -- requests and answers

    def _decode(self) -> None:
        if not self.parts or self.session is None:
            return
        self._asked += 1
        z, labels = asked(self.parts.get("content"), self.parts.get("style"))
        self.uses.client.request(PICTURES, [want_decoded_as(self._asked, z, labels)])

    def _ask_originals(self) -> None:
        lacking = [(role, part) for role, part in self.parts.items() if part.number is not None and part.image is None]
        wants = [want_originals((role, part.number), np.array([part.number])) for role, part in lacking]
        self.uses.client.request(ORIGINALS, wants)

    def _take_pictures(self, answer: Answer) -> None:
        if isinstance(answer.reply, Refused):
            self.panel.said.setText(f"There is no result: {answer.reply.reason}")
        elif answer.pictures is not None and answer.key == self._asked:
            images = [to_qimage(picture) for picture in answer.pictures]
            for role in [role for role in ROLES if role in self.parts]:
                self._wells[role].decoded.show_image(images.pop(0))
            if images:
                self._show_result(images)

    def _show_result(self, images: list[QImage]) -> None:
        assert self.session is not None
        self.panel.enable(True)
        self.panel.result.show_image(images[-1])
        self.panel.mixed.show_images(images)
        content, style = (self.parts[role] for role in ROLES)
        name = self.session.bundle.class_names[content.label]
        of = style.words[:1].lower() + style.words[1:] if style.number is not None else style.words
        self.panel.said.setText(f"{name} in the style of {of}. Below, from its own style to that one.")

    def _take_original(self, answer: Answer) -> None:
        if answer.pictures is None or not isinstance(answer.key, tuple):
            return
        for role, part in self.parts.items():
            if part.number == answer.key[1]:
                self.parts[role] = replace(part, image=answer.pictures[0])
                self._show(role)

    def _take_file(self, answer: Answer) -> None:
        assert isinstance(answer.key, tuple)
        role, name = answer.key
        if isinstance(answer.reply, Refused):
            self.uses.shared.banner.say(f"The picture was not opened. {answer.reply.reason}")
        elif isinstance(answer.reply, PictureRead):
            self._encode(role, answer.reply.image, name)

    def _take_encoded(self, answer: Answer) -> None:
        assert isinstance(answer.key, tuple)
        role, name = answer.key
        if isinstance(answer.reply, Refused):
            self.uses.shared.banner.say(f"The picture was not placed. {answer.reply.reason}")
        elif isinstance(answer.reply, EncodedEach):
            self.choose(role, StylePart.of_own(answer.reply, name))

    def _show(self, role: str) -> None:
        part, assumed = self.parts[role], ""
        if part.each is not None and part.label == np.argmin(part.each.error):
            assumed = ", of the class that the model decodes it best as"
        image = None if part.image is None else to_qimage(part.image)
        self._wells[role].show_part(part.words + assumed, part.label, image)

    # -- actions of the user

    def draw_path(self) -> None:
        """Draw the mixtures as a path, on the map of the content's class."""
        if self.session is not None and len(self.parts) == len(ROLES):
            content, style = (self.parts[role] for role in ROLES)
            self.session.decode_as(content.label)
            self.session.draw(Route(as_point(content.z), as_point(style.z)))

    def _go_to_mixture(self, number: int) -> None:
        content, style = self.parts.get("content"), self.parts.get("style")
        if content is not None and style is not None:
            z, labels = asked(content, style)
            self._go_to(z[2 + number], int(labels[-1]))

    def _go_to_cell(self, row: int, column: int) -> None:
        grid = self.panel.grid.grid
        if grid is not None:
            self._go_to(grid.latents[column], int(grid.labels[row]))

    def _go_to(self, z: NDArray[np.float32], label: int) -> None:
        if self.session is not None:
            self.session.decode_as(label)
            self.uses.prober.explore(z)
