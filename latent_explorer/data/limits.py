"""How much a dataset may unpack to: what guards against decompression bombs."""

from latent_explorer.errors import DataError

MAX_PIXELS = 50_000_000
"""The most pixels of one image file, about 7,000 x 7,000."""

MAX_FILE_BYTES = 256 * 2**20
"""The most bytes of one image file."""

MAX_BYTES = 8 * 2**30
"""The most bytes of all images of a dataset, decoded, and of all files of an archive, unpacked."""

MAX_RATIO = 200
"""The most times that an entry of an archive of images may unpack to its packed size; images hardly pack."""


def check_total(where: str, count: int) -> None:
    """Raise DataError when `count` bytes are more than a dataset may have."""
    if count > MAX_BYTES:
        raise DataError(
            f"{where}: expected at most {MAX_BYTES / 2**30:.0f} GiB unpacked, found {count / 2**30:.1f} GiB"
        )
