import argparse
import json
from types import SimpleNamespace

from al_core.cli import evaluate
from al_core.workflow.figures import figures


def test_every_row_has_its_n_interval_and_method_and_the_averages_stand_with_all_labels(site):
    # ham: 3 right of 4 kept, 1 missed; spam: 1 right of 2 kept, 1 missed; news: never predicted
    site.answer_all(["ham", "ham", "ham", "spam", "spam", "news", "ham"])
    kept = [("ham", 0.9)] * 4 + [("spam", 0.9)] * 2 + [("ham", 0.1)]
    site.predict(kept, [("ham", 0.9)] * 90 + [("spam", 0.9)] * 10)
    overall, *by_label = figures(site.store, site.task)
    assert (overall["label"], overall["precision"], overall["n"]) == (None, 4 / 6, 6)
    assert overall["low"] < 4 / 6 < overall["high"]
    assert (overall["recall"], overall["n_labelled"], overall["coverage"]) == (4 / 7, 7, 1.0)
    assert overall["micro"] == {"precision": 4 / 6, "recall": 4 / 7, "f1": 8 / 13}
    assert overall["macro"]["recall"] == (3 / 4 + 1 / 2 + 0) / 3
    assert (overall["macro"]["precision"], overall["macro"]["n_precision"]) == ((3 / 4 + 1 / 2) / 2, 2)
    assert overall["method"].startswith("Out-of-fold on 7 labels, all drawn at random.")
    told = {row["label"]: (row["precision"], row["n"], row["recall"], row["coverage"]) for row in by_label}
    assert told == {"ham": (3 / 4, 4, 3 / 4, 0.9), "spam": (1 / 2, 2, 1 / 2, 0.1), "news": (None, 0, 0.0, 0.0)}


def test_the_command_prints_them_as_json_and_in_sentences(site):
    site.answer_all(["ham"] * 5)
    site.predict([("ham", 0.9)] * 5, [("ham", 0.9)] * 395)
    workspace = SimpleNamespace(store=site.store)
    (text,) = evaluate(workspace, argparse.Namespace(project="Mail", json=True))
    assert [row["label"] for row in json.loads(text)] == [None, "ham"]
    said = list(evaluate(workspace, argparse.Namespace(project="Mail", json=False)))
    assert said[0] == (
        "Mine, all labels, at 0.80: precision 1.00 (0.48 to 1.00, n = 5), recall 1.00, F1 1.00 (of 5 labelled), "
        "covers 100 %"
    )
