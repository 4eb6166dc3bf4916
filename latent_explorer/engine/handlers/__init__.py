"""All kinds of requests, one file each; free of torch, as the window's process imports them, too."""

import operator
from collections.abc import Iterable
from functools import reduce
from typing import Any

from latent_explorer.engine.handlers.attach import ATTACH
from latent_explorer.engine.handlers.average import AVERAGE
from latent_explorer.engine.handlers.choose_styles import CHOOSE_STYLES
from latent_explorer.engine.handlers.compress import COMPRESS, ROUND_IMAGE
from latent_explorer.engine.handlers.decode import DECODE
from latent_explorer.engine.handlers.decode_as import DECODE_AS
from latent_explorer.engine.handlers.describe import DESCRIBE
from latent_explorer.engine.handlers.encode import ENCODE, JUDGE_IMAGE, PREPARATION, READ_PICTURE
from latent_explorer.engine.handlers.encode_each import ENCODE_EACH
from latent_explorer.engine.handlers.evaluate import EVALUATE
from latent_explorer.engine.handlers.follow_direction import FOLLOW_DIRECTION
from latent_explorer.engine.handlers.give_values import GIVE_VALUES
from latent_explorer.engine.handlers.hover import HOVER
from latent_explorer.engine.handlers.image_set import OPEN_IMAGE_SET, SET_IMAGES, SET_LATENTS
from latent_explorer.engine.handlers.invert import INVERT
from latent_explorer.engine.handlers.judge_images import JUDGE_IMAGES
from latent_explorer.engine.handlers.judge_points import JUDGE_POINTS
from latent_explorer.engine.handlers.learn_labels import LEARN_LABELS
from latent_explorer.engine.handlers.list_directions import LIST_DIRECTIONS
from latent_explorer.engine.handlers.match import MATCH
from latent_explorer.engine.handlers.measure_map import MEASURE_MAP
from latent_explorer.engine.handlers.nearest import NEAREST
from latent_explorer.engine.handlers.open import OPEN
from latent_explorer.engine.handlers.originals import ORIGINALS
from latent_explorer.engine.handlers.peek import PEEK
from latent_explorer.engine.handlers.place_images import PLACE_IMAGES
from latent_explorer.engine.handlers.place_latents import PLACE_LATENTS
from latent_explorer.engine.handlers.progress import PROGRESS
from latent_explorer.engine.handlers.tell_scores import TELL_SCORES
from latent_explorer.engine.handlers.transfer_labels import TRANSFER_LABELS
from latent_explorer.engine.handlers.walk import WALK
from latent_explorer.engine.protocol import Handler, Withdraw
from latent_explorer.service.codec import Codec, Conversation, Message, Numbered, Refused

HANDLERS: dict[type[Numbered], Handler[Any]] = {
    handler.request: handler
    for handler in (
        OPEN,
        HOVER,
        ENCODE,
        PEEK,
        PROGRESS,
        GIVE_VALUES,
        TELL_SCORES,
        DESCRIBE,
        PREPARATION,
        READ_PICTURE,
        JUDGE_IMAGE,
        ROUND_IMAGE,
        ENCODE_EACH,
        MATCH,
        ATTACH,
        AVERAGE,
        WALK,
        DECODE_AS,
        DECODE,
        ORIGINALS,
        OPEN_IMAGE_SET,
        SET_IMAGES,
        SET_LATENTS,
        NEAREST,
        CHOOSE_STYLES,
        LIST_DIRECTIONS,
        FOLLOW_DIRECTION,
        INVERT,
        PLACE_LATENTS,
        PLACE_IMAGES,
        EVALUATE,
        MEASURE_MAP,
        JUDGE_POINTS,
        JUDGE_IMAGES,
        COMPRESS,
        LEARN_LABELS,
        TRANSFER_LABELS,
    )  # the most urgent first
}


def any_of(kinds: Iterable[type[Message]]) -> Any:
    """The union of message types."""
    return reduce(operator.or_, dict.fromkeys(kinds))


REQUESTS: tuple[type[Message], ...] = (Withdraw, *HANDLERS)
REPLIES: tuple[type[Message], ...] = (Refused, *(each.reply for each in HANDLERS.values()))
ENGINE: Conversation[Numbered, Numbered] = Conversation(Codec(any_of(REQUESTS)), Codec(any_of(REPLIES)))
