"""Learners that do what they should: settings, columns, parts of the data, progress, log."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from al_core.execution import Limits
from al_core.execution.local import LocalExecutor
from al_core.sandbox import jail

ROOT = Path(__file__).resolve().parents[2]

GRID_SEARCH = """\
from sklearn.model_selection import GridSearchCV
from sklearn.tree import DecisionTreeClassifier

class ActiveDecisionTree(LearningClassifier):

    def __init__(self):
        params = {
            "criterion": ["gini", "entropy"],
            "max_depth": [5, 10, None]
        }
        self.model = GridSearchCV(DecisionTreeClassifier(), params, cv=3)
"""
# Answers 1.0 for spam where the first dimension is 1; `fit` and the classes are replaced by the tests.
RULE = """\
import numpy as np
class Rule(LearningClassifier):
    def fit(self, embeddings, labels):
        {fit}
    def predict_proba(self, embeddings):
        spam = embeddings[:, :1]
        {predict}
"""


def rule(fit="pass", predict="return np.hstack([1 - spam, spam])"):
    return RULE.format(fit=fit, predict=predict)


def test_the_pasted_grid_search_runs_as_it_is(run):
    outcome = run(GRID_SEARCH)
    assert (outcome.kind, outcome.classes, outcome.message) == ("ok", ("ham", "spam"), "")
    assert outcome.probabilities.shape == (30, 2)
    assert outcome.probabilities.dtype == np.float32
    assert list(outcome.probabilities.argmax(axis=1)) == [0, 1] * 15
    assert outcome.seconds > 0


def test_parallel_estimators_run_in_threads(run):
    outcome = run(GRID_SEARCH.replace("cv=3", "cv=3, n_jobs=-1"))
    assert outcome.kind == "ok", outcome
    explicit = "import joblib\njoblib.Parallel(n_jobs=2, backend='loky')(joblib.delayed(abs)(i) for i in range(4))\n"
    assert run(explicit + rule()).kind == "ok"


def test_openmp_estimators_run_twice_without_hanging(run):
    source = (
        "from sklearn.ensemble import HistGradientBoostingClassifier\n"
        "class Boosting(LearningClassifier):\n"
        "    def __init__(self):\n        self.model = HistGradientBoostingClassifier(max_iter=3)\n"
    )
    assert [run(source).kind for _ in range(2)] == ["ok", "ok"]


def test_only_the_asked_rows_are_predicted_in_their_order(run):
    outcome = run(rule(), predict_rows=np.array([5, 0, 2]))
    assert outcome.probabilities.tolist() == [[0, 1], [1, 0], [1, 0]]


def test_no_rows_to_predict_is_no_error(run):
    outcome = run(rule(), predict_rows=np.array([], np.int64))
    assert (outcome.kind, outcome.probabilities.shape) == ("ok", (0, 2))


def test_fit_gets_its_own_rows_and_labels_and_no_others(run):
    expected = (
        "assert embeddings.tolist() == [[1, 3], [0, 8]] and list(labels) == ['spam', 'ham'], (embeddings, labels)"
    )
    outcome = run(rule(fit=expected), train_rows=np.array([3, 8]), train_labels=("spam", "ham"))
    assert outcome.kind == "ok", outcome.message


def test_several_vector_files_stand_side_by_side_as_float32(run, vectors, tmp_path):
    half = tmp_path / "half.npy"
    np.save(half, np.full((30, 3), 0.5, np.float16))
    expected = (
        "assert embeddings.shape == (20, 5) and embeddings.dtype == np.float32 and (embeddings[:, 2:] == 0.5).all()"
    )
    outcome = run(rule(fit=expected), vectors=(vectors, half))
    assert outcome.kind == "ok", outcome.message


def test_embeddings_may_be_changed_in_place_and_the_file_stays(run, vectors):
    before = vectors.read_bytes()
    assert run(rule(predict="embeddings *= 2; return np.hstack([1 - spam / 2, spam / 2])")).kind == "ok"
    assert vectors.read_bytes() == before


def test_columns_follow_the_models_classes_then_the_learners_own(run):
    reverse = "from types import SimpleNamespace as S\n"
    from_model = run(reverse + rule(fit="self.model = S(classes_=['spam', 'ham']); self.classes_ = ['ham', 'spam']"))
    from_learner = run(rule(fit="self.classes_ = ['spam', 'ham']"))
    encoded = run(reverse + rule(fit="self.model = S(classes_=[0, 1]); self.classes_ = ['spam', 'ham']"))
    assert [each.classes for each in (from_model, from_learner, encoded)] == [("spam", "ham")] * 3


def test_one_class_is_predicted_with_certainty_and_fit_is_not_called(executor, job):
    lines = []
    only_ham = job(rule(fit="raise AssertionError"), train_rows=np.array([0, 2]), train_labels=("ham", "ham"))
    outcome = executor.start(only_ham, on_log=lines.append).wait(60)
    assert (outcome.kind, outcome.classes) == ("ok", ("ham",))
    assert (outcome.probabilities == 1).all()
    assert "Only one class" in lines[0] and "'ham'" in lines[0]


def test_values_a_rounding_error_outside_are_put_right(run):
    outcome = run(rule(predict="return np.hstack([1 - spam, spam * 1.00001])"))
    assert outcome.kind == "ok" and outcome.probabilities.max() == 1


def test_two_runs_with_one_seed_agree(run):
    random_scores = rule(predict="p = np.random.rand(len(embeddings), 2); return p")
    first, second, other = (run(random_scores, seed=seed).probabilities for seed in (1, 1, 2))
    assert (first == second).all() and (first != other).any()


def test_the_log_and_progress_arrive_while_the_run_goes_on(executor, job):
    lines, fractions = [], []
    printed, moved = threading.Event(), threading.Event()

    def on_log(line):
        lines.append(line)
        printed.set()

    def on_progress(*both):
        fractions.append(both)
        moved.set()

    source = "import time\nprint('first')\nprogress(0.25, 'a quarter')\ntime.sleep(30)\n" + rule()
    handle = executor.start(job(source), on_log=on_log, on_progress=on_progress)
    assert printed.wait(20) and moved.wait(20)
    handle.cancel()
    assert handle.wait(5).kind == "cancelled"
    assert lines == ["first"]
    assert fractions == [(0.25, "a quarter")]


def test_the_log_is_capped_and_says_so(executor, job):
    lines = []
    source = "print('x' * 10_000)\nfor i in range(20_000): print('line', i)\n" + rule()
    outcome = executor.start(job(source), on_log=lines.append).wait(60)
    assert outcome.kind == "ok"
    assert max(map(len, lines)) == 4096
    assert [len(line) for line in lines[:2]] == [4096, len("line 0")]
    assert 65_000 < sum(len(line) + 1 for line in lines[:-1]) <= 64 << 10
    assert lines[-1].endswith("bytes of the log left out]")


def test_a_gigabyte_that_is_printed_leaves_a_short_log_and_the_result(executor, job):
    lines = []
    source = "for _ in range(1000): print('x' * 1_000_000)\n" + rule()
    outcome = executor.start(job(source), on_log=lines.append).wait(60)
    assert outcome.kind == "ok"
    assert sum(len(line) for line in lines) < 65 << 10
    assert lines[-1].endswith("bytes of the log left out]")


def test_control_characters_and_broken_encodings_are_shown_and_not_obeyed(executor, job):
    lines = []
    source = "import os\nos.write(1, b'\\x1b[31mred\\xff\\x00\\n')\n" + rule()
    assert executor.start(job(source), on_log=lines.append).wait(60).kind == "ok"
    assert lines == ["\ufffd[31mred\ufffd\ufffd"]


def test_cancel_kills_and_the_process_is_gone(executor, job):
    handle = executor.start(job("while True: pass"))
    while handle.pid is None:
        time.sleep(0.01)
    pid = handle.pid
    os.kill(pid, 0)  # it is there, by the number that this side knows
    handle.cancel()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert handle.wait(5).kind == "cancelled"
    assert handle.pid is None


def test_cancelling_a_job_that_waits_its_turn_ends_it_at_once(job):
    narrow = LocalExecutor(tier="rlimits", in_flight=1)
    try:
        first, second = narrow.start(job("while True: pass")), narrow.start(job(rule()))
        second.cancel()
        assert second.wait(1).kind == "cancelled"
        assert second.pid is None
        first.cancel()
        assert narrow.start(job(rule())).wait(60).kind == "ok"
    finally:
        narrow.close()


def test_wait_says_when_it_gives_up(executor, job):
    handle = executor.start(job("while True: pass"))
    with pytest.raises(TimeoutError):
        handle.wait(0.05)
    handle.cancel()


def test_jobs_from_many_threads_keep_apart(executor, job):
    def source(number):
        return rule(predict=f"return np.hstack([spam * 0 + {number} / 20, spam * 0 + 1 - {number} / 20])")

    handles = [executor.start(job(source(number))) for number in range(12)]
    firsts = [handle.wait(60).probabilities[0, 0] for handle in handles]
    assert firsts == pytest.approx([number / 20 for number in range(12)])


def test_a_dead_warm_process_is_replaced(job):
    fresh = LocalExecutor()
    try:
        handle = fresh.start(job("import time; time.sleep(30)"))
        while handle.pid is None:
            time.sleep(0.01)
        warm = fresh.warm_pids()[0]
        os.kill(warm, signal.SIGKILL)
        lost = handle.wait(30)
        assert lost.kind == "crashed" and "run it again" in lost.message
        assert fresh.start(job(rule())).wait(60).kind == "ok"
        assert fresh.warm_pids()[0] != warm
    finally:
        fresh.close()


@pytest.mark.parametrize("tier", ["full", "no-bwrap", "rlimits"])
def test_an_app_that_is_killed_leaves_no_process_behind(tier, vectors):
    if jail.why_not(tier):
        pytest.skip(jail.why_not(tier))
    words = [sys.executable, "-m", "tests.sandbox.orphan", tier, str(vectors)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as app:
        pids = [int(word) for word in app.stdout.readline().split()]
        app.kill()
    assert len(pids) == 2
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


@pytest.mark.long
def test_torch_gets_a_warm_process_of_its_own(job):
    pytest.importorskip("torch")
    fresh = LocalExecutor()
    try:
        source = "import torch\nassert torch.ones(2, 2).sum() == 4\n" + rule()
        assert [fresh.start(job(source)).wait(120).kind for _ in range(2)] == ["ok", "ok"]
        assert len(fresh.warm_pids()) == 2
    finally:
        fresh.close()


def test_closing_ends_every_process(job):
    fresh = LocalExecutor(tier="rlimits")
    handle = fresh.start(job("while True: pass", limits=Limits(seconds=60)))
    while handle.pid is None:
        time.sleep(0.01)
    pids = [handle.pid, *fresh.warm_pids()]
    fresh.close()
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    with pytest.raises(RuntimeError, match="closed"):
        fresh.start(job(rule()))
