import argparse
import json
from types import SimpleNamespace

import pytest

from al_core.cli_certify import add_arguments, certify_heuristics
from al_core.errors import InvalidInput, NotFound


def certify(site, *arguments):
    parser = argparse.ArgumentParser()
    parser.add_argument("--project", default="Mail")
    add_arguments(parser)
    return list(certify_heuristics(SimpleNamespace(store=site.store), parser.parse_args(arguments)))


def test_a_certificate_in_a_sentence_and_as_json(site):
    site.answer_all(["ham"] * 90)
    site.predict([("ham", 0.9)] * 90, [("ham", 0.9)] * 310)
    said = (
        "Mine, all labels: at 0.90 precision is at least 0.90 with 95 % confidence, tested, not proved (look 1, n = 90)"
    )
    assert certify(site, "--all", "--target", "0.9") == [said]
    (row,) = json.loads(certify(site, "--name", "Mine", "--target", "0.9", "--json")[0])
    assert (row["certificate"]["threshold"], row["certificate"]["n_kept"], row["next_look"]) == (0.9, 90, 2)


def test_what_it_would_take_by_label(site):
    site.answer_all(["ham"] * 60)
    site.predict([("ham", 0.9)] * 60, [("ham", 0.9)] * 340)
    ham, spam, _ = certify(site, "--name", "Mine", "--target", "0.8", "--by-label")
    assert ham.startswith("Mine, ham: at 0.90 precision is at least 0.80")
    assert spam.endswith("needs at least 27 kept labels, all right, and has 0.")


def test_mistakes_are_said(site):
    with pytest.raises(NotFound, match="finished run"):
        certify(site, "--all", "--target", "0.9")
    with pytest.raises(NotFound, match="'Yours'"):
        certify(site, "--name", "Yours", "--target", "0.9")
    site.answer_all(["ham"] * 9)
    site.predict([("ham", 0.9)] * 9, [("ham", 0.9)] * 391)
    with pytest.raises(InvalidInput, match="cannot be promised"):
        certify(site, "--all", "--target", "1.0")
