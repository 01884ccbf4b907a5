"""Results that lie, processes that end badly, and Python turned against the sandbox's own code."""

from tests.sandbox.attacks.attack import Attack

# Finds the result file as a hostile run would: the one descriptor that can be read and written.
RESULT_FILE = """
import json, struct
def result_file():
    for number in range(3, 64):
        try:
            os.pwrite(number, b"", 0); os.pread(number, 1, 0); os.ftruncate(number, 0); os.lseek(number, 0, 0)
            return number
        except OSError:
            continue
out = result_file()
def forge(header, rows, columns, values=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    os.write(out, struct.pack("<8sQQQ", b"ALRES\\0\\0\\1", len(text), rows, columns) + text + values)
    os._exit(0)
"""


def forged(name: str, code: str, says: str = "refused", **settings: object) -> Attack:
    return Attack(name, RESULT_FILE + code, ends=("invalid",), any_tier=True, says=says, **settings)  # type: ignore[arg-type]


FORGING = (
    forged("result_of_garbage", 'os.write(out, b"x" * 1000); os._exit(0)'),
    forged("result_cut_short", 'os.write(out, b"ALRES"); os._exit(0)'),
    forged(
        "result_with_a_huge_header",
        'os.write(out, struct.pack("<8sQQQ", b"ALRES\\0\\0\\1", 1 << 62, 1 << 62, 1 << 62)); os._exit(0)',
    ),
    forged("result_of_a_huge_shape", 'forge({"classes": ["ham", "spam"]}, 1 << 60, 2)'),
    forged("result_of_another_shape", 'forge({"classes": ["ham", "spam"]}, 29, 2, bytes(29 * 8))'),
    forged("result_shorter_than_it_says", 'forge({"classes": ["ham", "spam"]}, 30, 2, bytes(8))'),
    forged("result_of_nan", 'forge({"classes": ["ham", "spam"]}, 30, 2, struct.pack("<f", float("nan")) * 60)'),
    forged("result_of_infinity", 'forge({"classes": ["ham", "spam"]}, 30, 2, struct.pack("<f", float("inf")) * 60)'),
    forged("result_beyond_one", 'forge({"classes": ["ham", "spam"]}, 30, 2, struct.pack("<f", 1.5) * 60)'),
    forged("result_with_an_unknown_class", 'forge({"classes": ["ham", "egg"]}, 30, 2, bytes(240))', says="'egg'"),
    forged("result_with_a_class_twice", 'forge({"classes": ["ham", "ham"]}, 30, 2, bytes(240))'),
    forged("result_with_classes_that_are_none", 'forge({"classes": [1, None]}, 30, 2, bytes(240))'),
    forged("result_of_deep_json", 'forge(b"[" * 500_000, 30, 2, bytes(240))'),
    forged("result_of_a_pickle", 'import pickle\nforge(pickle.dumps({"classes": ["ham", "spam"]}), 30, 2, bytes(240))'),
    forged(
        "failure_of_an_unknown_kind",
        'forge({"failure": {"kind": "ok", "message": "", "line": 1, "traceback": ""}}, 0, 0)',
    ),
    forged(
        "failure_with_a_wild_line",
        'forge({"failure": {"kind": "error", "message": "", "line": -5, "traceback": ""}}, 0, 0)',
    ),
    Attack(
        "failure_with_an_enormous_message",
        RESULT_FILE
        + 'forge({"failure": {"kind": "error", "message": "\\x1b" * 900_000, "line": 1, "traceback": "x"}}, 0, 0)',
        ends=("error", "invalid"),
        any_tier=True,
    ),
    forged(
        "result_too_large_for_the_disk",
        """
try:
    while True: os.write(out, bytes(1 << 20))
except OSError:
    os._exit(0)
""",
        seconds=8.0,
    ),
    Attack("result_closed", RESULT_FILE + "os.close(out)", ends=("crashed", "invalid"), any_tier=True),
    Attack("every_descriptor_closed", "os.closerange(0, 256)", ends=("crashed", "invalid"), any_tier=True),
    Attack(
        "forged_progress",
        """
import struct
for number in range(3, 64):
    for junk in (b"\\xff" * 4000, struct.pack("<dH", float("nan"), 9) + b"x", struct.pack("<dH", 1e300, 60_000)):
        try: os.write(number, junk)
        except OSError: pass
""",
        ends=("ok", "invalid"),
        any_tier=True,
    ),
    Attack("sys_exit", "sys.exit(3)", ends=("error",), any_tier=True, says="exit code 3"),
    Attack("os_exit", "os._exit(0)", ends=("invalid",), any_tier=True, says="without a result"),
    Attack("segfault", "ctypes.string_at(0)", ends=("crashed",), any_tier=True, says="SIGSEGV"),
    Attack("abort", "os.abort()", ends=("crashed",), any_tier=True, says="SIGABRT"),
    Attack("kill_itself", "import signal; os.kill(os.getpid(), signal.SIGKILL)", ends=("killed",), any_tier=True),
    Attack(
        "stop_itself",
        "import signal; os.kill(os.getpid(), signal.SIGSTOP)",
        ends=("timeout",),
        seconds=1.0,
        any_tier=True,
    ),
    Attack(
        "deep_recursion",
        "sys.setrecursionlimit(10**9)\ndef f(): f()\nf()",
        ends=("crashed", "error", "memory"),
        any_tier=True,
    ),
    Attack(
        "patched_exit",
        """
os._exit = sys.exit = lambda *_: None
import builtins, traceback
builtins.print = builtins.len = builtins.isinstance = lambda *_: None
traceback.format_exception = None
raise RuntimeError
""",
        ends=("error", "crashed", "invalid"),
        any_tier=True,
    ),
    Attack(
        "patched_sandbox",
        """
from al_core.sandbox import frames, learner, lockdown, tracebacks
frames.write_failure = frames.begin_result = frames.write_all = learner.predict = tracebacks.explain = None
""",
        ends=("crashed", "invalid"),
        any_tier=True,
    ),
    Attack(
        "back_into_the_loop_of_the_warm_process",
        """
frame = sys._getframe()
while frame:
    for value in list(frame.f_locals.values()):
        if type(value).__name__ == "Zygote":
            attempt("send", lambda: value.wire.send({"is": "ended", "number": 1, "status": 0, "reason": ""}))
            attempt("fork", lambda: value._fork(1, {}, ()))
            attempt("kill", lambda: [os.kill(p, 9) for p in value.running][0])
    frame = frame.f_back
""",
    ),
    Attack("replaced_streams", "sys.stdout = sys.stderr = None", any_tier=True, ends=("ok", "crashed")),
)
