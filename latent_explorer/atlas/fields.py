"""The fields that can be evaluated at any latent, by name: what each is called, means and is measured in."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """A scalar field over latent space.

    name: what the engine knows it by. title: what a person knows it by. sentence: what it says, for a student.
    unit: of its values, in words; empty for a plain number. of_data: whether it speaks of the data, or of the model
    alone. channels: numbers per place. steps: samples along the side of a tile, fewer where they cost more.
    logarithmic: whether equal factors, not equal differences, are as far apart on the scale. scaled: whether it has
    one. categorical: whether the first channel is a label, which has no values between.
    """

    name: str
    title: str
    sentence: str
    unit: str = ""
    of_data: bool = False
    channels: int = 1
    steps: int = 32
    logarithmic: bool = False
    scaled: bool = True
    categorical: bool = False


FIELDS: dict[str, Field] = {
    field.name: field
    for field in (
        Field(
            "veil",
            "Veil",
            "Fades the decoded pictures where no data lie near: there the model has seen nothing and is inventing. "
            "It sets in where the 10th nearest image is farther away than it is for 95 % of the images, and is "
            "complete beyond 99.9 %.",
            of_data=True,
            scaled=False,
        ),
        Field(
            "density",
            "Density",
            "How crowded the data are: the share of all images per unit of latent space, from the distance to the "
            "50th nearest, as a power of ten. Bright is crowded.",
            "log₁₀ of the share per unit",
            of_data=True,
        ),
        Field(
            "classes",
            "Class regions",
            "Which class most of the 50 nearest images belong to. A strong colour: they agree; a pale one: a border.",
            "of the 50 nearest",
            of_data=True,
            channels=2,
            categorical=True,
            scaled=False,
        ),
        Field(
            "stretch",
            "Stretch",
            "How much the decoder stretches: a small step changes the picture much where it is bright, and little "
            "where it is dark. It is the factor by which the decoder enlarges volumes, √det JᵀJ with its Jacobian J, "
            "as a power of ten.",
            "log₁₀ √det JᵀJ",
            steps=16,
        ),
        Field(
            "consistency",
            "Consistency",
            "How far one lands from here when the decoded picture is encoded again, ‖E(D(z)) − z‖. Dark: the model "
            "agrees with itself. Bright: its encoder takes the picture for another place's.",
            "latent units",
            steps=8,
            logarithmic=True,
        ),
        Field(
            "error",
            "Error",
            "How badly the model reconstructs the images near here: the mean squared error of the 10 nearest, the "
            "nearer counting more. Bright: their pictures lose much.",
            "mean squared error",
            of_data=True,
        ),
    )
}
