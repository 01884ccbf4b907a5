"""Hostile heuristics. Each tries harm that a teammate's, or anybody's, pasted code could do."""

from tests.sandbox.attacks.attack import HARMLESS, Attack
from tests.sandbox.attacks.exhausting import EXHAUSTING
from tests.sandbox.attacks.forging import FORGING
from tests.sandbox.attacks.kernel import KERNEL
from tests.sandbox.attacks.processes import PROCESSES
from tests.sandbox.attacks.reaching import REACHING
from tests.sandbox.attacks.reading import READING
from tests.sandbox.attacks.writing import WRITING

THEMES = {
    "read files, the environment, memory, other runs": READING,
    "reach the network, sockets of this computer": REACHING,
    "start processes and threads, signal and trace others": PROCESSES,
    "use up time, memory, disk, log": EXHAUSTING,
    "write outside, links, devices, settings of the kernel": WRITING,
    "forge results, end badly, patch Python": FORGING,
    "corners of the kernel": KERNEL,
}
ATTACKS: tuple[Attack, ...] = (*READING, *REACHING, *PROCESSES, *EXHAUSTING, *WRITING, *FORGING, *KERNEL)
BY_NAME = {attack.name: attack for attack in ATTACKS}

__all__ = ["ATTACKS", "BY_NAME", "HARMLESS", "THEMES", "Attack"]
