"""Reading what is not theirs: files, environment, memory, other runs."""

from tests.sandbox.attacks.attack import Attack

READING = (
    Attack("read_passwd", 'attempt("passwd", lambda: open("/etc/passwd").read()[:40])', uid_matters=True),
    Attack("read_shadow", 'attempt("shadow", lambda: open("/etc/shadow").read()[:40])', uid_matters=True),
    Attack("read_secret_file", 'attempt("secret", lambda: open("SECRET_FILE").read())', uid_matters=True),
    Attack("read_database", 'attempt("database", lambda: open("DATABASE_FILE", "rb").read())', uid_matters=True),
    Attack("read_vectors_by_path", 'attempt("vectors", lambda: open("VECTORS_FILE", "rb").read(10))', uid_matters=True),
    Attack("list_workspace", 'attempt("list", lambda: os.listdir("SECRET_FOLDER"))', uid_matters=True),
    Attack("walk_home", 'attempt("home", lambda: os.listdir("HOME_FOLDER"))', uid_matters=True),
    Attack(
        "import_app_modules",
        """
sys.path.insert(0, "PROJECT_FOLDER")
def load(name):
    __import__(name)
    assert sys.modules[name].__file__  # a package without code is only a folder
for name in ("al_core.store", "al_core.workflow", "al_core.execution.local", "app"):
    attempt(name, lambda: load(name))
attempt("source", lambda: open("PROJECT_FOLDER/al_core/store/__init__.py").read(20))
""",
    ),
    Attack(
        "environment_of_the_app",
        """
def look(pid):
    content = open(f"/proc/{pid}/environ", "rb").read()
    assert b"SECRET_TOKEN" in content
    return content[:80]
attempt("app", lambda: open("/proc/APP_PID/environ").read())
for pid in [*range(1, 40), "self", os.getppid()]:
    attempt(pid, lambda: look(pid))
""",
        uid_matters=True,
    ),
    Attack(
        "own_environment",
        """
def secrets():
    held = {name: value for name, value in os.environ.items() if name not in ("HOME", "TMPDIR")}
    assert held
    return held
attempt("environ", secrets)
libc.getenv.restype = ctypes.c_char_p
for name in (b"AL_SECRET_TOKEN", b"PATH", b"AL_WORKSPACE"):
    attempt(name, lambda: libc.getenv(name).decode())
""",
    ),
    Attack(
        "memory_of_the_app",
        """
attempt("mem", lambda: open("/proc/APP_PID/mem", "rb").read(1))
attempt("maps", lambda: open("/proc/APP_PID/maps").read(20))
attempt("parent", lambda: open(f"/proc/{os.getppid()}/mem", "r+b").read(1))
buffer = ctypes.create_string_buffer(8)
class Piece(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))
local, remote = Piece(ctypes.addressof(buffer), 8), Piece(id(attempt), 8)
for pid in (APP_PID, os.getppid()):
    attempt("readv", lambda: syscall(310, pid, ctypes.byref(local), 1, ctypes.byref(remote), 1, 0))
""",
        uid_matters=True,
    ),
    Attack(
        "labels_of_another_fold_in_inherited_memory",
        """
import re
# written so that the memory searched does not hold it because of the search
pattern = re.compile(b"".join(b"[" + bytes([c]) + b"]" for c in reversed(b"REVERSED_SIBLING_LABEL")))
def search():
    for line in open("/proc/self/maps").readlines():
        span, rights, *_ = line.split()
        start, stop = (int(part, 16) for part in span.split("-"))
        if rights.startswith("rw") and stop - start < 1 << 27:
            found = pattern.search(ctypes.string_at(start, stop - start))
            if found:
                return line, found
    raise LookupError("nowhere")
attempt("memory", search)
def in_threads():
    import threading
    return [frame.f_locals["labels"] for frame in sys._current_frames().values()][0]
attempt("frames", in_threads)
""",
        sibling=True,
    ),
    Attack(
        "source_of_another_run_in_inherited_objects",
        """
import gc, linecache
wanted = "".join(reversed("REVERSED_SIBLING_LABEL"))
def find():
    dicts = [o for o in gc.get_objects() if isinstance(o, dict) and o is not globals()]
    texts = [v for o in dicts for v in list(o.values()) if isinstance(v, (str, bytes))]
    return [text for text in texts if text is not wanted and wanted in str(text)][0]
attempt("dicts", find)
attempt("linecache", lambda: [k for k, v in linecache.cache.items() if len(v) > 2 and wanted in "".join(v[2])][0])
""",
        sibling=True,
    ),
    Attack(
        "open_descriptors",
        """
def read(number):
    content = os.pread(number, 64, 0)
    assert content and not content.startswith(b"\\x93NUMPY")  # its own vectors
    return content
for number in range(3, 256):
    attempt(number, lambda: read(number))
    attempt(number, lambda: os.pwrite(number, b"x" * 8, 1 << 20) and os.pread(number, 1, 0) and open("VECTORS_FILE"))
def write_through(number):
    assert os.pread(number, 6, 0).startswith(b"\\x93NUMPY")
    return os.open(f"/proc/self/fd/{number}", os.O_RDWR)
for number in range(3, 32):
    attempt(number, lambda: write_through(number))
""",
    ),
    Attack(
        "folders_behind_descriptors",
        """
for number in range(3, 64):
    for up in ("..", "../..", "../../..", "../../../..", "../../../../.."):
        path = up + "/" + "SECRET_FILE".lstrip("/")
        attempt((number, up), lambda: os.read(os.open(path, os.O_RDONLY, dir_fd=number), 10))
        attempt((number, up), lambda: open(f"/proc/self/fd/{number}/{path}").read(10))
""",
    ),
    Attack(
        "scratch_of_another_run",
        """
parent = os.path.dirname(os.getcwd())
attempt("list", lambda: os.listdir(parent))
for number in range(300):
    attempt(number, lambda: open(f"{parent}/run-{number}/sibling.txt").read())
attempt("write", lambda: open(f"{parent}/run-1/mine", "w"))
attempt("root", lambda: open("/proc/SIBLING_PID/root/scratch/sibling.txt").read())
attempt("cwd", lambda: open("/proc/SIBLING_PID/cwd/sibling.txt").read())
""",
        sibling=True,
        uid_matters=True,
    ),
    Attack(
        "descriptors_of_another_run",
        """
for pid in ["SIBLING_PID", *range(2, 60)]:
    if str(pid) == str(os.getpid()):
        continue
    for number in range(0, 12):
        attempt((pid, number), lambda: os.open(f"/proc/{pid}/fd/{number}", os.O_RDWR))
""",
        sibling=True,
        uid_matters=True,
    ),
)
