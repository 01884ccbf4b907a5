"""The sample project's files: what the generator wrote, and an honest split."""

import csv
import hashlib
import json
import re

import numpy as np
import pytest

from al_core.embedders import resolve
from al_core.learning.label_names import sentences
from al_core.text import tokenize
from data.sample import generate, words
from data.sample.messages import ENTITY_OF_SLOT
from data.sample.sentences import TOPICS

SLOT = re.compile(r"\{(\w+)(?::(\w+))?\}")


@pytest.fixture(scope="module")
def messages():
    return generate.build()


@pytest.fixture(scope="module")
def records():
    with (generate.FOLDER / "records.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def truth():
    return [json.loads(line) for line in (generate.FOLDER / "truth.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def meta():
    return json.loads((generate.FOLDER / "meta.json").read_text())


def of_split(messages, split):
    return [message for message in messages if message.split == split]


def entities(messages, label):
    return {
        message.text[span.start : span.end].lower()
        for message in messages
        for span in message.spans
        if span.label == label
    }


def test_the_files_are_what_the_generator_writes(messages):
    assert (generate.FOLDER / "records.csv").read_bytes() == generate.records_csv(messages)
    assert (generate.FOLDER / "truth.jsonl").read_bytes() == generate.truth_jsonl(messages)


def test_another_seed_gives_other_messages(messages):
    few = generate.build(20, 10, seed=8)
    assert len(few) == 30
    assert not {message.text for message in few} & {message.text for message in messages}


def test_counts(messages, records):
    assert (len(of_split(messages, "train")), len(of_split(messages, "test"))) == (1600, 600)
    assert len({record["id"] for record in records}) == 2200
    assert len({record["text"].lower() for record in records}) == 2200
    by_topic = [sum(message.topic == topic for message in messages) for topic in TOPICS]
    assert len(by_topic) == 7
    assert max(by_topic) > 2 * min(by_topic) > 200


def test_records_give_no_label_away(records):
    assert set(records[0]) == {"id", "text", "channel", "received", "split"}


def test_truth_is_in_the_records_order_with_spans_on_tokens(records, truth):
    assert [row["id"] for row in truth] == [record["id"] for record in records]
    assert {row["topic"] for row in truth} == set(TOPICS)
    assert {span["label"] for row in truth for span in row["spans"]} == set(ENTITY_OF_SLOT.values())
    for record, row in zip(records, truth, strict=True):
        starts, ends = token_bounds(record["text"])
        last_end = 0
        for span in row["spans"]:
            assert last_end <= span["start"] < span["end"] <= len(record["text"])
            assert span["start"] in starts, record["text"]
            assert span["end"] in ends, record["text"]
            last_end = span["end"]


def token_bounds(text):
    tokens = tokenize(text)
    return {start for start, _ in tokens}, {end for _, end in tokens}


def test_spans_cover_the_entities(messages):
    known = {product.name.lower() for product in words.TRAIN_PRODUCTS + words.TEST_PRODUCTS}
    assert entities(messages, "PRODUCT") == known
    assert entities(messages, "PLACE") == {place.lower() for place in words.TRAIN_PLACES + words.TEST_PLACES}
    assert all(re.search(r"\d", amount) for amount in entities(messages, "AMOUNT"))


def test_no_test_sentence_occurs_in_train(messages):
    train = {message.sentence for message in of_split(messages, "train")}
    test = {message.sentence for message in of_split(messages, "test")}
    assert len(train) > 100
    assert len(test) > 50
    assert not train & test


@pytest.mark.parametrize("label", ["PRODUCT", "PLACE", "PERSON"])
def test_most_names_of_the_test_part_never_occur_in_train(messages, label):
    seen = entities(of_split(messages, "train"), label)
    mentions = [
        message.text[span.start : span.end].lower()
        for message in of_split(messages, "test")
        for span in message.spans
        if span.label == label
    ]
    unseen = sum(mention not in seen for mention in mentions) / len(mentions)
    assert unseen == pytest.approx(0.8, abs=0.06)


def test_every_slot_can_be_filled_in_both_parts():
    for topic in TOPICS.values():
        for sentence in topic.train + topic.test + topic.asides:
            for slot, trait in SLOT.findall(sentence):
                assert slot in ENTITY_OF_SLOT or slot == "code"
                for products in (words.TRAIN_PRODUCTS, words.TEST_PRODUCTS):
                    assert not trait or any(trait in product.traits for product in products), sentence


def test_vectors_belong_to_the_records(meta, records):
    vectors = np.load(generate.FOLDER / "vectors.npy", mmap_mode="r", allow_pickle=False)
    assert (vectors.shape, vectors.dtype) == ((2200, 384), np.float16)
    assert np.allclose(np.linalg.norm(vectors.astype(np.float32), axis=1), 1, atol=1e-2)
    written = (generate.FOLDER / "records.csv").read_bytes()
    assert hashlib.sha256(written).hexdigest() == meta["records_sha256"], "run generate with --vectors"
    assert meta["model_sha256"] == resolve(meta["model"]).model_sha()


def test_typical_rows_are_distinct_rows():
    order = np.load(generate.FOLDER / "typical.npy", allow_pickle=False)
    assert order.dtype == np.int32
    assert len(order) >= 100
    assert len(set(order.tolist())) == len(order)
    assert 0 <= order.min() <= order.max() < 2200


def test_twenty_vectors_recomputed(meta, records):
    embedder = resolve(meta["model"])
    if embedder.available():
        pytest.skip(embedder.available())
    rows = np.random.default_rng(0).choice(len(records), 20, replace=False)
    stored = np.load(generate.FOLDER / "vectors.npy", mmap_mode="r", allow_pickle=False)[rows].astype(np.float32)
    fresh = embedder.embed([records[row]["text"] for row in rows], lambda done: None)
    cosines = (stored * fresh).sum(axis=1) / np.linalg.norm(stored, axis=1)
    assert cosines.min() > 0.999


def test_pool_features_are_those_of_the_vectors(records):
    stored = np.load(generate.FOLDER / "pool.npy", mmap_mode="r", allow_pickle=False)
    assert (stored.shape, stored.dtype) == ((2200, 1024), np.float16)
    vectors = np.load(generate.FOLDER / "vectors.npy", allow_pickle=False).astype(np.float32)
    fresh = generate.pool_features([record["text"] for record in records], vectors)
    # an axis of the words may point the other way on another machine: what is compared must not depend on it
    chosen = np.random.default_rng(0).choice(2200, 50, replace=False)
    for half in (slice(0, 512), slice(512, 1024)):
        of_stored, of_fresh = stored[chosen, half].astype(np.float32), fresh[chosen, half]
        assert np.allclose(of_stored @ of_stored.T, of_fresh @ of_fresh.T, atol=0.02)
    order = np.load(generate.FOLDER / "typical_pool.npy", allow_pickle=False)
    assert len(set(order.tolist())) == len(order) >= 100


def test_sentences_about_the_labels_are_those_of_their_names(meta, truth):
    texts = json.loads((generate.FOLDER / "names.json").read_text())
    assert texts == [text for topic in sorted({row["topic"] for row in truth}) for text in sentences(topic)]
    stored = np.load(generate.FOLDER / "names.npy", allow_pickle=False).astype(np.float32)
    assert stored.shape == (len(texts), 384)
    embedder = resolve(meta["model"])
    if embedder.available():
        pytest.skip(embedder.available())
    assert (stored * embedder.embed(texts, lambda done: None)).sum(axis=1).min() > 0.999
