"""What an attack is, and what every attack can use."""

from __future__ import annotations

from dataclasses import dataclass

# `attempt` prints BREACH when what it tries succeeds. Names in capitals are replaced by the test's own targets.
TOOLS = """\
import ctypes, errno, os, sys, time
libc = ctypes.CDLL(None, use_errno=True)

def attempt(name, action):
    try:
        got = action()
    except BaseException as error:
        os.write(1, f"denied: {name}: {type(error).__name__} {error}\\n".encode())
    else:
        os.write(1, f"BREACH: {name}: {got!r}\\n"[:500].encode())

def syscall(number, *arguments):
    result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result

def on_x86(action):
    if os.uname().machine != "x86_64":
        raise OSError(errno.ENOSYS, "written for x86_64")
    return action()
"""
# A learner that works, so that an attack which is refused everything ends as any run.
HARMLESS = """
class Harmless(LearningClassifier):
    def fit(self, embeddings, labels): pass
    def predict_proba(self, embeddings):
        import numpy
        return numpy.full((len(embeddings), 2), 0.5)
"""


@dataclass(frozen=True, slots=True)
class Attack:
    """Code that tries to do harm. `ends` are the outcomes that are no harm; "ok" means it was refused throughout."""

    name: str
    code: str
    ends: tuple[str, ...] = ("ok",)
    seconds: float = 15.0
    uid_matters: bool = False  # tried as an ordinary user, too, who owns what is attacked
    any_tier: bool = False  # limits, crashes and forged results must hold where there is nothing but rlimits
    sibling: bool = False  # while another run goes on
    long: bool = False  # only in `make test-long`
    says: str = ""  # what the message must contain

    @property
    def source(self) -> str:
        """Return the heuristic: tools, the attack, and a learner in case it is still there."""
        return TOOLS + self.code + HARMLESS
