"""How progress crosses the border: one short entry a call, small enough that a pipe never splits it."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable

HEAD = struct.Struct("<dH")  # fraction, bytes of the message that follows
MESSAGE_BYTES = 400


def teller(descriptor: int, write: Callable[[int, bytes], int] = os.write) -> Callable[[float, str], None]:
    """Return what sends progress to the app; what does not fit into the pipe is left out, never waited for."""
    os.set_blocking(descriptor, False)

    def tell(fraction: float, message: str) -> None:
        text = message.encode(errors="replace")[:MESSAGE_BYTES]
        try:
            write(descriptor, HEAD.pack(fraction, len(text)) + text)
        except OSError:
            return  # full, or nobody reads any more: the next one counts as much

    return tell
