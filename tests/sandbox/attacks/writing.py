"""Writing where they should not, and changing what others rely on."""

from tests.sandbox.attacks.attack import Attack

WRITING = (
    Attack(
        "write_outside",
        """
folders = ["/tmp", "/var/tmp", "/dev/shm", "/", "/usr/lib", "SECRET_FOLDER", "HOME_FOLDER", "PROJECT_FOLDER"]
for folder in [*folders, os.path.dirname(os.getcwd()), os.path.dirname(os.__file__)]:
    attempt(folder, lambda: open(f"{folder}/MARKER", "w"))
    attempt(folder, lambda: os.mkdir(f"{folder}/MARKER-folder"))
""",
        uid_matters=True,
    ),
    Attack(
        "change_a_file_of_the_app",
        """
attempt("open", lambda: open("SECRET_FILE", "a"))
attempt("truncate", lambda: os.truncate("SECRET_FILE", 0))
attempt("truncate a library", lambda: os.open(ctypes.__file__, os.O_RDONLY | os.O_TRUNC))
attempt("chmod", lambda: os.chmod("SECRET_FILE", 0o777))
attempt("chown", lambda: os.chown("SECRET_FILE", os.getuid(), -1))
attempt("utime", lambda: os.utime("SECRET_FILE"))
attempt("xattr", lambda: os.setxattr("SECRET_FILE", "user.x", b"1"))
attempt("rename", lambda: os.rename("SECRET_FILE", "SECRET_FILE.moved"))
attempt("vectors", lambda: open("VECTORS_FILE", "r+b"))
""",
        uid_matters=True,
    ),
    Attack(
        "delete_a_file_of_the_app",
        """
for path in ("SECRET_FILE", "VECTORS_FILE", "DATABASE_FILE"):
    try:
        os.unlink(path)  # says yes and does nothing: the test looks whether the file is there
    except OSError:
        pass
""",
        uid_matters=True,
    ),
    Attack(
        "links",
        """
def symbolic():
    os.symlink("SECRET_FILE", "link"); return open("link").read()
def hard():
    os.link("SECRET_FILE", "hard"); return open("hard").read()
attempt("symlink", symbolic)
attempt("hardlink", hard)
attempt("by descriptor", lambda: os.link("/proc/self/fd/1", "log"))
""",
        uid_matters=True,
    ),
    Attack(
        "special_files",
        """
import stat
attempt("fifo", lambda: os.mkfifo("fifo"))
attempt("device", lambda: os.mknod("disk", 0o600 | stat.S_IFBLK, os.makedev(8, 0)))
attempt("memory", lambda: open("/dev/mem", "rb").read(1))
attempt("disk", lambda: open("/dev/vda", "rb").read(1))
attempt("terminal", lambda: open("/dev/tty", "w").write("x"))
""",
    ),
    Attack(
        "settings_of_the_kernel",
        """
attempt("sysctl", lambda: open("/proc/sys/kernel/hostname", "w").write("x"))
attempt("sysrq", lambda: open("/proc/sysrq-trigger", "w").write("h"))
attempt("oom", lambda: open("/proc/self/oom_score_adj", "w").write("-1000"))
attempt("uid_map", lambda: open("/proc/self/uid_map", "w").write("0 0 1"))
attempt("cgroup", lambda: open("/sys/fs/cgroup/cgroup.procs", "w").write("1"))
""",
    ),
    Attack(
        "leave_the_jail",
        """
attempt("chroot", lambda: os.chroot("/"))
attempt("root", lambda: open("/proc/1/root/etc/passwd").read(5))
attempt("cwd", lambda: open("/proc/1/cwd/etc/passwd").read(5))
attempt("dots", lambda: open("../" * 40 + "etc/passwd").read(5))
attempt("oldroot", lambda: os.listdir("/oldroot"))
attempt("handle", lambda: on_x86(lambda: syscall(304, 3, ctypes.create_string_buffer(128), 0)))
""",
        uid_matters=True,
    ),
)
