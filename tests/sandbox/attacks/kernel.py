"""Corners of the kernel that a classifier has no business with."""

from tests.sandbox.attacks.attack import Attack

KERNEL = (
    Attack(
        "io_uring",
        """
attempt("setup", lambda: syscall(425, 8, ctypes.create_string_buffer(120)))
attempt("enter", lambda: syscall(426, 3, 1, 1, 0, 0, 0))
attempt("register", lambda: syscall(427, 3, 0, 0, 0))
""",
    ),
    Attack(
        "namespaces",
        """
for flag in (0x10000000, 0x00020000, 0x40000000, 0x20000000, 0x08000000, 0x04000000):
    attempt(hex(flag), lambda: libc.unshare(flag) == 0 or [][0])
attempt("setns", lambda: on_x86(lambda: syscall(308, 0, 0)))
attempt("clone", lambda: on_x86(lambda: syscall(56, 0x10000000 | 17, 0, 0, 0, 0)))
""",
    ),
    Attack(
        "mounts",
        """
attempt("mount", lambda: libc.mount(b"none", b".", b"tmpfs", 0, None) == 0 or [][0])
attempt("umount", lambda: libc.umount2(b"/proc", 2) == 0 or [][0])
attempt("open_tree", lambda: syscall(428, -100, b"/", 1))
attempt("fsopen", lambda: syscall(430, b"tmpfs", 0))
attempt("move_mount", lambda: syscall(429, 3, b"", -100, b"x", 4))
attempt("pivot_root", lambda: on_x86(lambda: syscall(155, b".", b".")))
""",
    ),
    Attack(
        "programs_for_the_kernel",
        """
attempt("bpf", lambda: on_x86(lambda: syscall(321, 0, ctypes.create_string_buffer(120), 120)))
attempt("perf", lambda: on_x86(lambda: syscall(298, ctypes.create_string_buffer(120), 0, -1, -1, 0)))
attempt("userfaultfd", lambda: on_x86(lambda: syscall(323, 1)))
attempt("module", lambda: on_x86(lambda: syscall(175, b"x", 1, b"")))
attempt("kexec", lambda: on_x86(lambda: syscall(246, 0, 0, 0, 0)))
attempt("seccomp", lambda: on_x86(lambda: syscall(317, 1, 8, ctypes.create_string_buffer(16))))
attempt("landlock", lambda: syscall(444, ctypes.create_string_buffer(24), 8, 0))
attempt("keyring", lambda: on_x86(lambda: syscall(250, 0, -3, 1)))
attempt("fanotify", lambda: on_x86(lambda: syscall(300, 0, 0)))
""",
    ),
    Attack(
        "become_root",
        """
attempt("setuid", lambda: os.setuid(0))
attempt("setresuid", lambda: os.setresuid(0, 0, 0))
attempt("setgroups", lambda: os.setgroups([0]))
attempt("capset", lambda: on_x86(lambda: syscall(126, ctypes.create_string_buffer(8), ctypes.create_string_buffer(24))))
attempt("keepcaps", lambda: libc.prctl(8, 1) == 0 or [][0])
attempt("ambient", lambda: libc.prctl(47, 2, 21, 0, 0) == 0 or [][0])
assert os.getuid() != 0, "BREACH: runs as root"
""",
        uid_matters=True,
    ),
    Attack(
        "undo_the_protection",
        """
attempt("dumpable", lambda: libc.prctl(4, 1, 0, 0, 0) == 0 or [][0])
attempt("outlive", lambda: libc.prctl(1, 0, 0, 0, 0) == 0 or [][0])
attempt("subreaper", lambda: libc.prctl(36, 1, 0, 0, 0) == 0 or [][0])
attempt("session", os.setsid)
attempt("personality", lambda: on_x86(lambda: syscall(135, 0x0040000)))
attempt("tty", lambda: __import__("fcntl").ioctl(0, 0x5412, b"x"))
""",
    ),
    Attack(
        "calls_of_32_bit",
        """
import mmap
def call():
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(b"\\xb8\\x02\\x00\\x00\\x00\\xcd\\x80\\xc3")  # mov eax, fork; int 0x80; ret
    address = ctypes.addressof(ctypes.c_char.from_buffer(code))
    result = ctypes.CFUNCTYPE(ctypes.c_int)(address)()
    assert result >= 0, result
    return result
attempt("int 0x80", lambda: on_x86(call))
""",
        ends=("ok", "crashed"),
    ),
    Attack(
        "calls_of_x32",
        """
X32 = 0x40000000
attempt("x32 fork", lambda: on_x86(lambda: syscall(X32 + 57)))
attempt("x32 socket", lambda: on_x86(lambda: syscall(X32 + 41, 2, 1, 0)))
attempt("x32 execve", lambda: on_x86(lambda: syscall(X32 + 520, b"/bin/true", 0, 0)))
""",
    ),
    Attack(
        "calls_not_invented_yet",
        """
for number in (*range(452, 480), 512, 548, 1000, 100_000):
    attempt(number, lambda: syscall(number, 0, 0, 0, 0, 0, 0))
""",
    ),
    Attack(
        "clock_and_host",
        """
attempt("clock", lambda: time.clock_settime(time.CLOCK_REALTIME, time.time()))
attempt("hostname", lambda: __import__("socket").sethostname("x"))
attempt("reboot", lambda: on_x86(lambda: syscall(169, 0xfee1dead, 0x28121969, 0, 0)))
attempt("swap", lambda: on_x86(lambda: syscall(168, b"/x")))
attempt("syslog", lambda: on_x86(lambda: syscall(103, 3, ctypes.create_string_buffer(100), 100)))
""",
    ),
)
