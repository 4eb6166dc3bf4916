"""The settings of the families, with their texts in the form and on the card."""

from latent_explorer.nets.family import FamilySetting

BETA = FamilySetting(
    "beta",
    "Beta",
    "The weight of the KL term. Above 1 the clouds crowd towards the middle; below 1 the pictures are "
    "sharper and the map has more gaps.",
    default=1,
    low=0,
    high=1000,
    note="It was trained with a weight of {value:g} on the KL term; the -ELBO below counts that term in full.",
)
REFINEMENTS = FamilySetting(
    "refinements",
    "Refinements",
    "Steps that improve the encoder's latent for each image after training. One to three correct most of "
    "what the encoder gets wrong; each takes as long as decoding a few images.",
    default=0,
    low=0,
    high=100,
    whole=True,
    note="For each image, {value:g} Gauss-Newton step(s) on how well the decoder explains it improve the "
    "encoder's latent (semi-amortised inference). They correct much of what the encoder gets wrong on "
    "images it was not trained on. The figures below include them unless they say otherwise.",
)
ADDED_NOISE = FamilySetting(
    "added_noise",
    "Added noise",
    "Noise added to the images that the encoder sees, so that it learns to clean them: its standard "
    "deviation, as a share of the range from black to white. Each image gets a random amount up to this.",
    default=0,
    low=0,
    high=2,
    note="In training, noise with a standard deviation of up to {value:g} of the range from black to white "
    "was added to the images that it encoded.",
    corrupts=True,
)
HOLES = FamilySetting(
    "holes",
    "Holes",
    "Black squares over the images that the encoder sees, so that it learns to fill gaps: how many at "
    "most, each a quarter of the image wide and high.",
    default=0,
    low=0,
    high=16,
    whole=True,
    note="In training, up to {value:g} black squares covered parts of the images that it encoded.",
    corrupts=True,
)
BLUR = FamilySetting(
    "blur",
    "Blur",
    "Blurs the images that the encoder sees, so that it learns to sharpen them: the standard deviation in "
    "pixels. Each image gets a random amount up to this.",
    default=0,
    low=0,
    high=16,
    note="In training, the images that it encoded were blurred, with a standard deviation of up to {value:g} pixels.",
    corrupts=True,
)
NOISE = FamilySetting(
    "noise",
    "Noise",
    "The standard deviation of a pixel, as a share of the range from black to white. Less makes pictures "
    "sharper and leaves more gaps in the map.",
    default=0.1,
    low=0.001,
    high=10,
    note="Its pixels are Gaussian with the standard deviation {value:g}.",
)
STYLE_BETA = FamilySetting(
    "beta",
    "Beta",
    "The weight of the KL term. Above 1 the map distinguishes fewer styles; below 1 the pictures are "
    "sharper and the map has more gaps.",
    default=1,
    low=0,
    high=1000,
    note="It was trained with a weight of {value:g} on the KL term; the -ELBO below counts that term in full.",
)
CONSISTENCY = FamilySetting(
    "consistency",
    "Consistency",
    "The weight of keeping the style when the class changes: pictures of other classes should have the slant and "
    "thickness of the image, and be encoded to the same place.",
    default=2,
    low=0,
    high=1000,
    note="Keeping the style under another class had a weight of {value:g} in training.",
)
STROKES = FamilySetting(
    "strokes",
    "Stroke width",
    "The weight of keeping the width of bright strokes in the latents. For two-dimensional maps, which otherwise "
    "represent the size of a digit instead.",
    default=0,
    low=0,
    high=1_000_000,
    note="Keeping the stroke width of an image in its latent had a weight of {value:g} in training, measured by ink "
    "and outline; the thickness below is measured differently, by distance transform.",
)


def independence(default: float) -> FamilySetting:
    """The weight of matching the latents of all classes, with a family's own default."""
    return FamilySetting(
        "independence",
        "Independence",
        "The weight of giving the latents of all classes the same distribution, so that they do not reveal the class. "
        "Too high a weight costs detail.",
        default=default,
        low=0,
        high=1_000_000,
        note="Giving the latents of all classes the same distribution had a weight of {value:g} in training.",
    )


GRADIENT_PENALTY = FamilySetting(
    "gradient_penalty",
    "Gradient penalty",
    "Limits the slope of the discriminator. More is more stable but blurrier; less is sharper but may never settle.",
    default=0.02,
    low=0,
    high=1000,
    note="Its two gradient penalties have a weight of {value:g}.",
)
PULL = FamilySetting(
    "pull",
    "Pull",
    "For each image, pulls the nearest of many pictures towards it, so that no kind of image is left out. "
    "For two-dimensional maps, which have little room.",
    default=0,
    low=0,
    high=100,
    note="For each image, the nearest of 256 random pictures was pulled towards it (implicit maximum "
    "likelihood estimation), with a weight of {value:g} on the squared error.",
    former="coverage",
)
SEARCHES = FamilySetting(
    "searches",
    "Searches",
    "With a pull: steps that first bring the latent of the nearest picture closer to the image. For "
    "many dimensions, where no random picture is close to an image.",
    default=0,
    low=0,
    high=20,
    whole=True,
    note="For every eighth image, {value:g} damped Gauss-Newton step(s) first improved the latent of that "
    "picture, as in generative latent optimisation, and the improved picture was pulled.",
)
INITIAL_SCALE = FamilySetting(
    "initial_scale",
    "Initial scale",
    "By what factor the weights of the generator are larger than usual at first. 2 lets it use all of many dimensions "
    "from the beginning.",
    default=1,
    low=0.01,
    high=10,
    note="The weights of its generator were {value:g} times as large as usual at first.",
)
CONVOLUTIONS = FamilySetting(
    "convolutions",
    "Convolutions",
    "With a dense trunk: the channels of two convolutions that judge pictures beside the dense layers of the "
    "discriminator, 0 for none. They see strokes wherever they lie: clearer pictures, but longer training.",
    default=0,
    low=0,
    high=256,
    whole=True,
    note="Beside the dense discriminator, one of two convolutions, with {value:g} channels and twice as many, judged "
    "its pictures.",
)
GROUP = FamilySetting(
    "group",
    "Group",
    "With a dense trunk: the discriminator sees beside each picture the mean of so many, 0 for none. It notices which "
    "pictures are too many, and classes become more alike in number.",
    default=0,
    low=0,
    high=64,
    whole=True,
    note="Its dense discriminator saw beside each picture the mean of a group of {value:g}.",
)
