"""An app that starts an endless run, tells its processes, and waits to be killed."""

import sys
import time
from pathlib import Path

import numpy as np

from al_core.execution import FitPredict
from al_core.execution.local import LocalExecutor

executor = LocalExecutor(tier=sys.argv[1])
handle = executor.start(FitPredict("while True: pass", (Path(sys.argv[2]),), np.arange(2), ("ham", "spam")))
while handle.pid is None:
    time.sleep(0.01)
sys.stdout.write(" ".join(map(str, (handle.pid, *executor.warm_pids()))) + "\n")
sys.stdout.flush()
time.sleep(3600)
