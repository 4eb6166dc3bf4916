"""Variable-length integers (LEB128): seven bits per byte, lowest first; the eighth bit means that more follow."""

from collections.abc import Iterable

from latent_explorer.errors import DataError

_LONGEST = 5  # bytes of one number


def packed(numbers: Iterable[int]) -> bytes:
    """Numbers from 0 to 2^35 - 1, concatenated."""
    out = bytearray()
    for number in numbers:
        while number >= 0x80:
            out.append(number & 0x7F | 0x80)
            number >>= 7
        out.append(number)
    return bytes(out)


def folded(number: int) -> int:
    """A signed number mapped to a non-negative one: 0, -1, 1, -2 become 0, 1, 2, 3."""
    return 2 * number if number >= 0 else -2 * number - 1


class VarintReader:
    """Reads numbers from bytes. Raises DataError at the end, or if a number is too long."""

    def __init__(self, content: bytes) -> None:
        self._content, self._at = content, 0

    @property
    def ended(self) -> bool:
        """Whether all bytes have been read."""
        return self._at == len(self._content)

    def take(self) -> int:
        """The next number."""
        number = 0
        for place in range(_LONGEST):
            if self.ended:
                raise DataError("its tables end too early")
            byte = self._content[self._at]
            self._at += 1
            number |= (byte & 0x7F) << 7 * place
            if byte < 0x80:
                return number
        raise DataError("a number in its tables is too long")

    def take_signed(self) -> int:
        """The next signed number; see `folded`."""
        number = self.take()
        return -(number + 1) // 2 if number % 2 else number // 2
