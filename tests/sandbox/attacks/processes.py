"""More processes, other processes, and more threads than anybody needs."""

from tests.sandbox.attacks.attack import Attack

PROCESSES = (
    Attack(
        "fork_bomb",
        """
def fork():
    pid = os.fork()
    if pid == 0:
        time.sleep(60)
    return pid
for _ in range(400):
    attempt("fork", fork)
""",
        ends=("ok", "killed"),
    ),
    Attack(
        "daemon_by_double_fork",
        """
def daemon():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(300)
        os._exit(0)
attempt("daemon", daemon)
""",
    ),
    Attack(
        "start_programs",
        """
import subprocess
attempt("run", lambda: subprocess.run(["/bin/true"], check=True))
attempt("shell", lambda: subprocess.check_output("id", shell=True))
attempt("spawn", lambda: os.posix_spawn("/bin/true", ["true"], {}))
attempt("python", lambda: subprocess.run([sys.executable, "-c", "print(1)"], check=True))
def system():
    status = os.system("true")
    assert status == 0
    return status
attempt("system", system)
""",
    ),
    Attack("become_another_program", 'attempt("exec", lambda: os.execv("/bin/sh", ["sh", "-c", "sleep 60"]))'),
    Attack(
        "multiprocessing",
        """
import multiprocessing
def start():
    p = multiprocessing.get_context("fork").Process(target=time.sleep, args=(60,)); p.start(); return p.pid
attempt("process", start)
attempt("pool", lambda: multiprocessing.Pool(2).map(abs, [1]))
""",
        seconds=2.5,
        ends=("ok", "timeout"),
    ),
    Attack(
        "raw_clone",
        """
SIGCHLD = 17
attempt("clone", lambda: on_x86(lambda: syscall(56, SIGCHLD, 0, 0, 0, 0)))
attempt("vfork", lambda: on_x86(lambda: syscall(58)))
arguments = (ctypes.c_uint64 * 11)(0, 0, 0, 0, SIGCHLD)
attempt("clone3", lambda: syscall(435, ctypes.byref(arguments), 88))
attempt("execveat", lambda: on_x86(lambda: syscall(322, -100, b"/bin/true", 0, 0, 0)))
""",
    ),
    Attack(
        "thread_bomb",
        """
import threading
def more():
    for _ in range(5_000):
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
try:
    more()
except RuntimeError as error:
    print("stopped:", error)
time.sleep(2)
alive = threading.active_count()
attempt("threads", lambda: [alive][alive < 1_000])
""",
        ends=("ok", "killed", "memory"),
        any_tier=True,
    ),
    Attack(
        "thread_bomb_with_small_stacks",
        """
import threading
threading.stack_size(32 << 10)
def more():
    for _ in range(30_000):
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
try:
    more()
except RuntimeError as error:
    print("stopped:", error)
time.sleep(2)
print("BREACH: still here with", threading.active_count(), "threads")
""",
        ends=("killed", "memory"),
        any_tier=True,
    ),
    Attack(
        "threads_that_start_threads",
        """
import threading
threading.stack_size(64 << 10)
def breed():
    while True:
        threading.Thread(target=breed, daemon=True).start()
threading.Thread(target=breed, daemon=True).start()
while True:
    pass
""",
        ends=("killed", "memory", "timeout"),
        seconds=2.5,
        any_tier=True,
    ),
    Attack(
        "signal_the_app",
        """
attempt("app", lambda: os.kill(APP_PID, 0))
attempt("term", lambda: os.kill(VICTIM_PID, 15))
attempt("parent", lambda: os.kill(os.getppid(), 9))
attempt("group", lambda: os.killpg(os.getpgid(os.getppid()), 9))
attempt("all", lambda: os.kill(-1, 0))
attempt("tgkill", lambda: on_x86(lambda: syscall(234, VICTIM_PID, VICTIM_PID, 9)))
attempt("tkill", lambda: on_x86(lambda: syscall(200, VICTIM_PID, 9)))
attempt("sigqueue", lambda: on_x86(lambda: syscall(129, VICTIM_PID, 9, ctypes.create_string_buffer(128))))
attempt("pidfd", lambda: os.pidfd_open(VICTIM_PID))
""",
        uid_matters=True,
    ),
    Attack(
        "signal_another_run",
        """
for pid in [SIBLING_PID, *range(2, 60)]:
    if pid != os.getpid():
        attempt(pid, lambda: os.kill(pid, 9))
""",
        sibling=True,
        uid_matters=True,
    ),
    Attack(
        "signal_through_a_pipe",
        """
import fcntl
r, w = os.pipe()
attempt("owner", lambda: fcntl.fcntl(r, fcntl.F_SETOWN, VICTIM_PID))
attempt("signal", lambda: fcntl.fcntl(r, fcntl.F_SETSIG, 9))
""",
        uid_matters=True,
    ),
    Attack(
        "ptrace",
        """
PTRACE_ATTACH, PTRACE_SEIZE = 16, 0x4206
def trace(request, pid):
    if libc.ptrace(request, pid, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "refused")
for pid in (VICTIM_PID, os.getppid()):
    attempt("attach", lambda: trace(PTRACE_ATTACH, pid))
    attempt("seize", lambda: trace(PTRACE_SEIZE, pid))
attempt("traceme", lambda: trace(0, 0))
""",
        uid_matters=True,
    ),
    Attack(
        "change_limits_of_another",
        """
import resource
attempt("prlimit", lambda: resource.prlimit(VICTIM_PID, resource.RLIMIT_CPU, (1, 1)))
attempt("nice", lambda: os.setpriority(os.PRIO_PROCESS, VICTIM_PID, 19))
attempt("affinity", lambda: os.sched_setaffinity(VICTIM_PID, {0}))
""",
        uid_matters=True,
    ),
)
