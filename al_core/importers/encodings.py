"""Which encoding a text file has. Never a silent U+FFFD: a guess is checked against the whole file and said.

Text files are opened with `errors=KEEP_BROKEN`: of a UTF-8 file with some broken bytes these become lone
surrogates, which are replaced and reported cell by cell; nothing else about it is lost.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from charset_normalizer import from_bytes

from al_core.errors import InvalidInput

KEEP_BROKEN = "surrogateescape"

_BLOCK = 1 << 20
_SAMPLE = 1 << 17  # bytes shown to the charset detector: more is slow and not better
_NOT_GUESSED = ["utf_16", "utf_16_be", "utf_16_le", "utf_32", "utf_32_be", "utf_32_le", "utf_7"]  # ruled out before
_CONTROL = bytes(byte for byte in range(32) if byte not in b"\t\n\r\f")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def detect_encoding(path: Path, chosen: str = "") -> tuple[str, tuple[str, ...]]:
    """Return an encoding in which the whole file can be read, and notes on how sure that is.

    Raises InvalidInput when the chosen encoding is unknown or does not fit.
    """
    with path.open("rb") as stream:
        head = stream.read(_SAMPLE)
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), "")
    utf8 = marked in ("", "utf-8-sig") and any(_same(chosen or "utf-8", name) for name in ("utf-8", "utf-8-sig"))
    if utf8 and not _wide(head) and _damaged_utf8(path):
        return marked or "utf-8", ("Some bytes are not UTF-8, as the rest is; they are replaced and reported.",)
    if chosen and not (marked == "utf-8-sig" and _same(chosen, "utf-8")):
        _check(path, chosen)
        return chosen, ()
    if marked:
        _check(path, marked)
        return marked, ()
    wide = _wide(head)
    if wide and _fits(path, wide):
        return wide, (f"The file looks like {wide.upper()} without a mark at its beginning.",)
    if _fits(path, "utf-8"):
        return "utf-8", ()
    sample = _telling_sample(path)
    if sum(sample.count(byte) for byte in _CONTROL) > len(sample) / 20:
        raise InvalidInput("The file does not look like text.", "If it is text, choose its encoding.")
    guess = _guess(sample)
    encoding = guess if _fits(path, guess) else "latin-1"  # latin-1 gives every byte a character
    return encoding, (
        f"The file is not UTF-8; it was read as {encoding}, which is a guess. "
        "If letters look wrong, choose another encoding.",
    )


def _same(one: str, other: str) -> bool:
    try:
        return codecs.lookup(one).name == codecs.lookup(other).name
    except LookupError:
        return False


def _decoded(path: Path, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            yield decoder.decode(block)
        yield decoder.decode(b"", final=True)


def _check(path: Path, encoding: str) -> None:
    line = 1
    try:
        if not codecs.lookup(encoding)._is_text_encoding:  # "rot13" is no text encoding
            raise LookupError(encoding)
        for text in _decoded(path, encoding):
            line += text.count("\n")
    except LookupError as error:
        raise InvalidInput(
            f"There is no encoding called {encoding!r}.",
            "Common ones: utf-8, cp1252, latin-1, utf-16, shift_jis, gb18030.",
        ) from error
    except UnicodeError as error:
        raise InvalidInput(
            f"The file is not {encoding}: it cannot be decoded (at or after line {line:,}).",
            "Leave the encoding empty to have it detected, or choose another one.",
        ) from error


def _fits(path: Path, encoding: str) -> bool:
    try:
        for _ in _decoded(path, encoding):
            pass
    except (UnicodeError, LookupError):
        return False
    return True


def _wide(head: bytes) -> str:
    """UTF-16 without a mark: Western text has a zero in every other byte."""
    pairs = len(head) // 2
    if pairs < 4:
        return ""
    even, odd = head[0 : 2 * pairs : 2].count(0) / pairs, head[1 : 2 * pairs : 2].count(0) / pairs
    if odd > 0.4 and even < 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 and odd < 0.1 else ""


def _telling_sample(path: Path) -> bytes:
    """The lines that are not ASCII tell an encoding; a file may have its first one late."""
    sample = bytearray()
    with path.open("rb") as stream:
        for line in stream:
            if not line.isascii():
                sample += line[:_BLOCK]
            if len(sample) >= _SAMPLE:
                break
    return bytes(sample[:_SAMPLE])


def _damaged_utf8(path: Path) -> bool:
    """Not UTF-8, but most of what is not ASCII is; by chance, other encodings look so for single letters only."""
    if _fits(path, "utf-8"):
        return False
    text = _telling_sample(path).decode("utf-8", errors=KEEP_BROKEN)
    broken = sum("\udc80" <= char <= "\udcff" for char in text)
    return sum(not char.isascii() for char in text) >= 3 * broken


def _guess(sample: bytes) -> str:
    """cp1252 unless the detector's choice is another script or cp1252 puts signs inside words.

    A charset detector is unsure between the many Latin code pages when a text is short; by far the most
    common of them is cp1252, of which latin-1 is a part.
    """
    best = from_bytes(sample, cp_exclusion=_NOT_GUESSED).best()
    western = sample.decode("cp1252", errors="replace")
    if best is None:
        return "cp1252"
    if _other_script(str(best)):
        return best.encoding
    # "Za¿ó³æ": signs that never stand inside a Western word
    broken = re.search(r"[^\W\d_][^\w\s\x00-\x7f‘’‚“”„´·–—…-][^\W\d_]|\ufffd", western)
    return best.encoding if broken else "cp1252"


def _other_script(text: str) -> bool:
    """Whole words in another script; Latin text read with a wrong code page mixes scripts inside its words."""
    words = [word for word in re.findall(r"[^\W\d_]+", text) if not word.isascii()]
    foreign = [
        word for word in words if not any("LATIN" in unicodedata.name(char, "LATIN") for char in word) and len(word) > 1
    ]
    return 2 * len(foreign) > len(words)
