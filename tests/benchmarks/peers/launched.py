"""Runs a command and writes how it went: ``python -S launched.py NUMBER COMMAND…`` to the file of that number.

What is written is the exit status (negative: a signal), the seconds it took and its largest memory in bytes. A process
inherits the largest memory of the one that starts it, so that one has to be as small as this.
"""

import os
import sys
import time

began = time.perf_counter()
child = os.fork()
if not child:
    try:
        os.execvp(sys.argv[2], sys.argv[2:])
    finally:
        os._exit(127)
_, status, usage = os.wait4(child, 0)
found = (os.waitstatus_to_exitcode(status), time.perf_counter() - began, usage.ru_maxrss * 1024)
os.write(int(sys.argv[1]), " ".join(map(str, found)).encode())
