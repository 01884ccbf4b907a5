"""Puts the sample's messages together: sentences, filled slots, layout of the channel, and slips of the keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import TypeVar

from data.sample import frames, words
from data.sample.sentences import TOPICS
from data.sample.words import Product

UNSEEN_SHARE = 0.8  # of the test part's names, products and places are from the lists that train never sees
ENTITY_OF_SLOT = {
    "product": "PRODUCT",
    "other": "PRODUCT",
    "person": "PERSON",
    "place": "PLACE",
    "date": "DATE",
    "soon": "DATE",
    "amount": "AMOUNT",
    "order": "ORDER",
}
CHANNELS = {"email": 0.45, "form": 0.30, "chat": 0.25}
FIRST_DAY = date(2025, 10, 1)
N_DAYS = 360
T = TypeVar("T")

_SLOT = re.compile(r"\{(\w+)(?::(\w+))?\}")
_WORD_FOR_A_TYPO = re.compile(r"[a-z]{5,}")


@dataclass(frozen=True, slots=True)
class Span:
    """An entity: half-open offsets in code points."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message with its truth. `sentence` is the template that decides the topic."""

    text: str
    split: str
    channel: str
    received: date
    topic: str
    spans: tuple[Span, ...]
    sentence: str


@dataclass(slots=True)
class Scene:
    """What stays the same within a message: one day, one product, one order, one currency."""

    rng: Random
    test: bool
    received: date
    product: Product
    order: str
    currency: str

    def value(self, slot: str) -> str:
        """Return a text that fills a slot; raises KeyError for a slot that does not exist."""
        rng = self.rng
        fillers: dict[str, Callable[[], str]] = {
            "product": lambda: self.product.name,
            "other": lambda: pick_product(rng, self.test, set(), but=self.product).name,
            "person": self._person,
            "place": lambda: rng.choice(_list(rng, self.test, words.TRAIN_PLACES, words.TEST_PLACES)),
            "date": lambda: written_date(rng, self.received, -rng.randint(1, 40)),
            "soon": lambda: written_date(rng, self.received, rng.randint(1, 40)),
            "amount": lambda: written_amount(rng, self.currency),
            "order": lambda: self.order,
            "code": lambda: f"E{rng.randint(10, 99)}",
        }
        return fillers[slot]()

    def _person(self) -> str:
        name = self.rng.choice(_list(self.rng, self.test, words.TRAIN_PEOPLE, words.TEST_PEOPLE))
        return name.split()[0] if self.rng.random() < 0.3 else name


def make_message(rng: Random, split: str) -> Message:
    """Return one random message of the part `split` ("train" or "test")."""
    test = split == "test"
    name = rng.choices(list(TOPICS), [topic.weight for topic in TOPICS.values()])[0]
    sentence = rng.choice(TOPICS[name].test if test else TOPICS[name].train)
    traits = {trait for _, trait in _SLOT.findall(sentence) if trait}
    scene = Scene(
        rng=rng,
        test=test,
        received=FIRST_DAY + timedelta(days=rng.randrange(N_DAYS)),
        product=pick_product(rng, test, traits),
        order=written_order(rng),
        currency=rng.choice("€€£$"),
    )
    channel = rng.choices(list(CHANNELS), list(CHANNELS.values()))[0]
    template = lay_out(rng, channel, body(rng, name, sentence))
    lower = rng.random() < (0.35 if channel == "chat" else 0.05)
    typo = rng.random() < (0.25 if channel == "chat" else 0.12)
    text, spans = fill(template, scene, lower=lower, typo=typo)
    return Message(text, split, channel, scene.received, name, spans, sentence)


def body(rng: Random, topic: str, sentence: str) -> str:
    """Return the sentence that decides the topic among ones that do not, some of them misleading."""
    parts = [sentence]
    if rng.random() < 0.4:
        parts.insert(rng.choice((0, 0, 0, 1)), rng.choice(frames.CONTEXTS))
    if rng.random() < 0.3:
        parts.append(rng.choice(TOPICS[topic].asides))
    return " ".join(parts)


def lay_out(rng: Random, channel: str, content: str) -> str:
    """Return the message around `content`: e-mails are letters, chats are short, forms lie between."""
    closing = rng.choice(frames.CLOSINGS)
    if channel == "email":
        if rng.random() < 0.4:
            content = f"{content} {closing}"
        return f"{rng.choice(frames.OPENINGS)}\n\n{content}\n\n{rng.choice(frames.SIGNATURES)}"
    if channel == "chat":
        if rng.random() < 0.25:
            content = f"{rng.choice(('Hi', 'Hello', 'hey'))}! {content}"
        return content.rstrip(".") if rng.random() < 0.5 else content
    if rng.random() < 0.4:
        content = f"{rng.choice(frames.OPENINGS)} {content}"
    return f"{content} {closing}" if rng.random() < 0.5 else content


def fill(template: str, scene: Scene, *, lower: bool, typo: bool) -> tuple[str, tuple[Span, ...]]:
    """Return the text with its slots filled, and the spans of the filled-in entities."""
    # re.split with two groups gives: words, slot, trait, words, slot, trait, ..., words
    pieces = _SLOT.split(template)
    wordings, slots = pieces[0::3], pieces[1::3]
    if typo:
        longest = max(range(len(wordings)), key=lambda i: len(wordings[i]))
        wordings[longest] = with_typo(wordings[longest], scene.rng)
    text, spans = "", []
    for wording, slot in zip(wordings, [*slots, ""], strict=True):
        text += wording
        if slot:
            filled = scene.value(slot)
            if slot in ENTITY_OF_SLOT:
                spans.append(Span(len(text), len(text) + len(filled), ENTITY_OF_SLOT[slot]))
            text += filled
    return text.lower() if lower else text, tuple(spans)


def with_typo(wording: str, rng: Random) -> str:
    """Return `wording` with one slip in a longer word: two letters swapped, one left out or one doubled."""
    candidates = list(_WORD_FOR_A_TYPO.finditer(wording))
    if not candidates:
        return wording
    word = rng.choice(candidates)
    at = rng.randint(word.start() + 1, word.end() - 2)
    before, here, after = wording[:at], wording[at], wording[at + 1 :]
    return rng.choice((before + after[0] + here + after[1:], before + after, before + here + here + after))


def pick_product(rng: Random, test: bool, traits: set[str], but: Product | None = None) -> Product:
    """Return a random product that has all `traits` and is not `but`."""
    products = _list(rng, test, words.TRAIN_PRODUCTS, words.TEST_PRODUCTS)
    return rng.choice([product for product in products if traits <= product.traits and product is not but])


def written_date(rng: Random, received: date, days: int) -> str:
    """Return the day `days` after (or before) `received` in one of the ways that people write dates."""
    day = received + timedelta(days=days)
    forms = [
        f"{day.day} {day:%B}",
        f"{day:%B} {day.day}",
        f"{day:%d.%m.%Y}",
        f"{day:%Y-%m-%d}",
        f"{day.day}/{day.month}",
        f"{day:%b} {day.day}, {day.year}",
        f"the {_ordinal(day.day)} of {day:%B}",
    ]
    if abs(days) < 7:  # a weekday alone means the nearest one
        forms += [f"{day:%A}"] * 5
    return rng.choice(forms)


def written_amount(rng: Random, currency: str) -> str:
    """Return a random sum of money in one of the ways that people write it."""
    whole = rng.random() < 0.5
    number = str(rng.randint(3, 400)) if whole else f"{rng.uniform(2, 400):.2f}"
    word, code = {"€": ("euros", "EUR"), "£": ("pounds", "GBP"), "$": ("dollars", "USD")}[currency]
    return rng.choice((f"{currency}{number}", f"{currency}{number}", f"{number} {word}", f"{number} {code}"))


def written_order(rng: Random) -> str:
    """Return a random order number in one of the ways that people write it."""
    number = rng.randint(10_000, 999_999)
    short = f"{rng.choice('ABCDEFGHKL')}{rng.randint(100, 999)}-{rng.randint(10, 99)}"
    return rng.choice((f"#{number}", f"order {number}", f"ORD-{number}", f"order no. {number}", short))


def _list(rng: Random, test: bool, seen: Sequence[T], unseen: Sequence[T]) -> Sequence[T]:
    return unseen if test and rng.random() < UNSEEN_SHARE else seen


def _ordinal(number: int) -> str:
    """Return 1st, 2nd, 3rd, 4th, ... 11th, 12th, 13th, ... 21st.

    >>> [_ordinal(number) for number in (1, 2, 3, 4, 11, 12, 13, 21, 30)]
    ['1st', '2nd', '3rd', '4th', '11th', '12th', '13th', '21st', '30th']
    """
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
