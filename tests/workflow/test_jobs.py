"""Jobs: one per key, cancelled for real, and never forgotten."""

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from al_core.errors import Cancelled, InvalidInput
from al_core.store import Store
from al_core.workflow.embedding import killer
from al_core.workflow.jobs import WORKERS, JobBoard
from al_core.workflow.workspace import Workspace


@pytest.fixture
def board(workspace):
    return workspace.jobs


@pytest.fixture
def ann(workspace):
    return workspace.store.projects.person("Ann")


@pytest.fixture
def start(board, ann):
    def start_job(work, *, key="key", title="Work"):
        return board.start("run", title, work, key=key, project_id=1, person=ann)

    return start_job


def hold(event):
    """Work that lasts until `event`, or until it is cancelled."""

    def work(context):
        while not event.wait(0.01):
            context.check()
        return "done"

    return work


def test_a_jobs_result_and_row(board, start):
    job = start(lambda context: 42)
    assert (job.state, job.person, job.title) == ("queued", "Ann", "Work")
    assert board.wait(job.job_id) == 42
    ended = board.get(job.job_id)
    assert (ended.state, ended.fraction, ended.message) == ("finished", 1.0, "done")
    (row,) = board.recent()
    assert (row.job_id, row.state) == (job.job_id, "finished")
    assert (board.running(), board.of("key")) == ((), None)


def test_one_job_per_key(board, start):
    go = threading.Event()
    first = start(hold(go))
    assert start(hold(go)).job_id == first.job_id
    assert start(hold(go), key="other").job_id != first.job_id
    assert len(board.running()) == 2
    go.set()
    board.wait(first.job_id)
    assert start(lambda context: 1).job_id != first.job_id


def test_many_who_start_the_same_at_once_get_one_job(board, start):
    go = threading.Event()
    with ThreadPoolExecutor(8) as threads:
        jobs = list(threads.map(lambda n: start(hold(go)), range(16)))
        go.set()
        assert {board.wait(job.job_id) for job in jobs} == {"done"}
    assert len({job.job_id for job in jobs}) == 1


def test_progress_is_seen(board, start):
    seen, go = threading.Event(), threading.Event()

    def work(context):
        context.progress(0.25, "a quarter")
        seen.set()
        go.wait(20)

    job = start(work)
    assert seen.wait(20)
    now = board.of("key")
    assert (now.state, now.fraction, now.message) == ("running", 0.25, "a quarter")
    go.set()
    board.wait(job.job_id)


def test_cancel_kills_the_child(board, start):
    named = threading.Event()
    children = []

    def work(context):
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        children.append(child)
        context.on_cancel(killer(child.pid), child.pid)
        named.set()
        child.wait()
        context.check()

    job = start(work)
    assert named.wait(20)
    pid = board.get(job.job_id).pid
    assert pid == children[0].pid
    board.cancel(job.job_id)
    with pytest.raises(Cancelled):
        board.wait(job.job_id)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert (board.get(job.job_id).state, board.get(job.job_id).pid) == ("cancelled", None)
    board.cancel(job.job_id)  # once more is no harm
    board.cancel("unknown")


def test_a_child_named_after_the_cancel_is_killed_at_once(board, start):
    killed, cancelled, go = [], threading.Event(), threading.Event()

    def work(context):
        go.set()
        cancelled.wait(20)
        context.on_cancel(lambda: killed.append(True))
        context.check()

    job = start(work)
    assert go.wait(20)
    board.cancel(job.job_id)
    cancelled.set()
    with pytest.raises(Cancelled):
        board.wait(job.job_id)
    assert killed == [True]


def test_children_that_ended_are_not_killed_later(board, start):
    killed, named = [], threading.Event()

    def work(context):
        context.on_cancel(lambda: killed.append("first"), 11)
        context.child_ended()
        context.on_cancel(lambda: killed.append("second"), 12)
        named.set()
        while True:
            context.check()
            time.sleep(0.01)

    job = start(work)
    assert named.wait(20)
    board.cancel(job.job_id)
    with pytest.raises(Cancelled):
        board.wait(job.job_id)
    assert killed == ["second"]


def test_a_persons_mistake_is_the_jobs_message(board, start):
    def work(context):
        raise InvalidInput("The file has no column 'text'.", "Choose another.")

    job = start(work)
    with pytest.raises(InvalidInput):
        board.wait(job.job_id)
    assert board.recent()[0].message == "The file has no column 'text'. Choose another."
    assert board.get(job.job_id).state == "failed"


def test_a_bug_is_shown_and_logged_and_the_board_goes_on(board, start, caplog):
    job = start(lambda context: {}["missing"])
    with pytest.raises(KeyError):
        board.wait(job.job_id)
    assert board.recent()[0].message == "Unexpected KeyError: 'missing'"
    assert f"job {job.job_id} failed" in caplog.text
    assert "in <lambda>" in caplog.text
    assert board.wait(start(lambda context: 1).job_id) == 1


def test_what_an_earlier_process_left_is_marked_with_its_runs(tmp_path, board, start, workspace):
    go = threading.Event()
    start(hold(go), title="Embed")
    run_id = workspace.store.runs.create(1, 1, "00000000-0000-0000-0000-000000000001")
    # the next process finds the rows as a crash leaves them
    next_board = JobBoard(workspace.store)
    assert list(next_board.interrupted) == ["Embed"]
    (orphan,) = next_board.recent()
    assert (orphan.state, orphan.message) == ("failed", "The app was stopped while this ran. Earlier results are kept.")
    assert workspace.store.runs.get(run_id).state == "failed"
    assert list(JobBoard(workspace.store).interrupted) == []
    go.set()


def test_closing_cancels_everything_even_what_waits_for_a_thread(tmp_path):
    workspace = Workspace(tmp_path / "closing")
    ann = workspace.store.projects.person("Ann")
    never = threading.Event()
    jobs = [
        workspace.jobs.start("run", str(n), hold(never), key=str(n), project_id=1, person=ann)
        for n in range(WORKERS + 4)
    ]
    workspace.close()
    assert {workspace.jobs.get(job.job_id).state for job in jobs} == {"cancelled"}
    store = Store(tmp_path / "closing")
    try:
        assert list(JobBoard(store).interrupted) == []
        assert {job.state for job in store.jobs.last(99)} == {"cancelled"}
    finally:
        store.close()


def test_nothing_starts_on_a_closed_board(board, start):
    board.close()
    with pytest.raises(Cancelled, match="'Work' was not started"):
        start(lambda context: 1)
