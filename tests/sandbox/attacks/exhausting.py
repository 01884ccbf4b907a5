"""Using up the computer: time, memory, disk, log."""

from tests.sandbox.attacks.attack import Attack

STAY = "\ntime.sleep(3)\n"  # long enough to be looked at

EXHAUSTING = (
    Attack("endless_loop", "while True: pass", ends=("timeout",), seconds=1.0, any_tier=True, says="1 seconds"),
    Attack("sleep_for_ever", "time.sleep(1e6)", ends=("timeout",), seconds=1.0, any_tier=True),
    Attack("endless_loop_in_c", "sum(range(10**15))", ends=("timeout",), seconds=1.0, any_tier=True, says="1 seconds"),
    Attack(
        "endless_regex", 'import re; re.match("(a*)*b", "a" * 5_000)', ends=("timeout",), seconds=1.0, any_tier=True
    ),
    Attack(
        "ignore_every_signal",
        """
import signal
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
while True: pass
""",
        ends=("timeout",),
        seconds=1.0,
        any_tier=True,
    ),
    Attack(
        "swallow_every_exception",
        """
while True:
    try:
        while True: pass
    except BaseException:
        pass
""",
        ends=("timeout",),
        seconds=1.0,
        any_tier=True,
    ),
    Attack(
        "thread_that_never_ends",
        "import threading\nthreading.Thread(target=lambda: [None for _ in iter(int, 1)]).start()",
        ends=("ok", "timeout", "memory"),
        seconds=2.5,
        any_tier=True,
    ),
    Attack("hang_at_exit", "import atexit; atexit.register(time.sleep, 1e6)", any_tier=True),
    Attack(
        "burn_cpu_in_many_threads",
        """
import threading, hashlib
def burn():
    block = bytes(1 << 20)
    while True: hashlib.sha256(block).digest()
for _ in range(16): threading.Thread(target=burn, daemon=True).start()
burn()
""",
        ends=("timeout",),
        seconds=1.0,
        any_tier=True,
    ),
    Attack("ten_gigabyte_array", "bytearray(10 << 30)", ends=("memory",), any_tier=True, says="512 MiB"),
    Attack("ten_gigabyte_of_numpy", "import numpy; numpy.ones(10 << 27)", ends=("memory",), any_tier=True),
    Attack(
        "many_small_objects",
        "kept = []\nwhile True: kept.append(bytes(1_000))",
        ends=("memory", "crashed"),
        any_tier=True,
    ),
    Attack(
        "shared_memory_map",
        """
import mmap
kept = []
while True:
    piece = mmap.mmap(-1, 256 << 20)
    for at in range(0, 256 << 20, 4096): piece[at] = 1
    kept.append(piece)
    if len(kept) > 20: print("BREACH: 5 GiB shared"); break
""",
        ends=("memory", "crashed"),
        any_tier=True,
    ),
    Attack(
        "memory_files",
        """
def fill(create):
    descriptor = create()
    for _ in range(2_000): os.write(descriptor, bytes(1 << 20))
    return descriptor
attempt("memfd", lambda: fill(lambda: os.memfd_create("x")))
attempt("secret", lambda: fill(lambda: syscall(447, 0)))
attempt("shm", lambda: fill(lambda: os.open("/dev/shm/x", os.O_CREAT | os.O_RDWR)))
attempt("sysv", lambda: on_x86(lambda: syscall(29, 0, 1 << 30, 0o1600)))
""",
        ends=("ok", "memory"),
    ),
    Attack(
        "memory_behind_a_threads_back",
        """
import threading
def eat():
    kept = []
    try:
        while True: kept.append(bytearray(8 << 20))
    except MemoryError:
        while True: pass
threading.Thread(target=eat, daemon=True).start()
while True: pass
""",
        ends=("memory", "timeout"),
        seconds=2.5,
        any_tier=True,
    ),
    Attack(
        "raise_own_limits",
        """
import resource
hard = resource.RLIM_INFINITY
for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE):
    attempt(kind, lambda: resource.setrlimit(kind, (hard, hard)))
bytearray(4 << 30)
""",
        ends=("memory",),
        any_tier=True,
    ),
    Attack(
        "fill_scratch",
        """
for number in range(200):
    with open(f"fill-{number}", "wb") as file: file.write(bytes(8 << 20))
print("BREACH: 1.6 GB of scratch")
""",
        ends=("killed", "error"),
        any_tier=True,
    ),
    Attack(
        "fill_scratch_unseen",
        """
kept = []
for number in range(200):
    file = open(f"fill-{number}", "wb"); os.unlink(f"fill-{number}")
    file.write(bytes(8 << 20)); file.flush(); kept.append(file)
print("BREACH: 1.6 GB of unlinked scratch")
"""
        + STAY,
        ends=("killed", "error"),
    ),
    Attack(
        "fill_scratch_without_names",
        """
def fill():
    kept = [os.open(".", os.O_TMPFILE | os.O_RDWR, 0o600) for _ in range(100)]
    for descriptor in kept: os.write(descriptor, bytes(8 << 20))
    return len(kept)
attempt("O_TMPFILE", fill)
def replace():
    kept = []
    for number in range(100):
        file = open("same", "wb", buffering=0); file.write(bytes(8 << 20)); kept.append(file)
        open("other", "wb").close(); os.replace("other", "same")
    return len(kept)
attempt("replaced", replace)
def reserve():
    descriptor = os.open("reserved", os.O_CREAT | os.O_RDWR)
    os.posix_fallocate(descriptor, 0, 10 << 30)
attempt("fallocate", reserve)
""",
        ends=("ok", "killed"),
    ),
    Attack(
        "many_files",
        'for number in range(200_000): open(f"f{number}", "w").close()\nprint("BREACH: 200,000 files")',
        ends=("killed", "error", "timeout"),
        seconds=6.0,
        any_tier=True,
    ),
    Attack(
        "deep_folders",
        """
for _ in range(3_000):
    os.mkdir("d" * 100, 0o000 if _ % 500 == 499 else 0o700)
    try: os.chdir("d" * 100)
    except PermissionError: break
""",
        ends=("ok", "killed"),
        any_tier=True,
    ),
    Attack(
        "fill_scratch_in_deep_folders",
        """
for _ in range(60):
    os.mkdir("d" * 100); os.chdir("d" * 100)
for number in range(200):
    with open(f"fill-{number}", "wb") as file: file.write(bytes(8 << 20))
print("BREACH: 1.6 GB of deep scratch")
""",
        ends=("killed", "error"),
    ),
    Attack(
        "fill_scratch_in_a_closed_folder",
        """
os.mkdir("closed", 0o300)
for number in range(200):
    with open(f"closed/fill-{number}", "wb") as file: file.write(bytes(8 << 20))
print("BREACH: 1.6 GB of closed scratch")
""",
        ends=("killed", "error"),
    ),
    Attack("enormous_log", 'for _ in range(3_000): print("x" * 100_000)', any_tier=True),
    Attack("log_without_an_end_of_line", 'for _ in range(50): os.write(1, b"x" * (1 << 20))', any_tier=True),
    Attack("binary_log", "for _ in range(50): os.write(2, os.urandom(1 << 16))", any_tier=True),
    Attack(
        "flood_of_progress",
        'for number in range(200_000): progress(number / 200_000, "\\x1b" * 10_000)',
        any_tier=True,
        ends=("ok",),
        seconds=30.0,
    ),
)
