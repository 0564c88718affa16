"""A daemon thread that would sleep for a minute does not hold up the end of its program."""

import subprocess
import sys
import time

PROGRAM = "import threading, time; threading.Thread(target=time.sleep, args=(60,), daemon=True).start()"


def run():
    start = time.perf_counter()
    subprocess.run([sys.executable, "-S", "-E", "-c", PROGRAM], check=True)
    assert time.perf_counter() - start < 30
