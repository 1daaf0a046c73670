"""Keep one X server and one session alive for as long as somebody holds the other end of standard input.

Run as a program of its own, with nothing but the standard library: `supervisor.py SIZE FOLDER SESSION...`. It
starts Xvfb, then SESSION with DISPLAY set, and writes display number and the server's process id to standard output.
It waits until standard input ends (its owner closed it or died, however suddenly), the server ends, or somebody asks
it to stop; then it kills all that descends from it and removes FOLDER, where what they said is in `log`.

Should it be killed itself, the kernel kills the server and the session's first process, and with the server gone
every X program ends.
"""

import ctypes
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
SERVER_OPTIONS = ["-dpi", "96", "-nolisten", "tcp", "-noreset", "+bs"]
START_S = 20.0

libc = ctypes.CDLL(None)


def die_with_parent() -> None:
    """Ask the kernel to kill this process when its parent ends (runs between fork and exec)."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def descendants() -> list[int]:
    """Return the process ids of all that descends from this process."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue  # it ended meanwhile
    found, level = [], [os.getpid()]
    while level := [child for child, parent in parents.items() if parent in level]:
        found += level
    return found


def kill_descendants() -> None:
    """Kill until nothing is left; orphans come back to this process, which is their reaper."""
    for _ in range(200):
        for process in descendants():
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.01)


def start_server(size: str, log: int) -> tuple[subprocess.Popen[bytes], str]:
    """Start Xvfb on a free display; return it and its display number ("" if it did not start)."""
    read, write = os.pipe()
    arguments = ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{size}x24", *SERVER_OPTIONS]
    server = subprocess.Popen(
        arguments,
        pass_fds=[write],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        preexec_fn=die_with_parent,
    )
    os.close(write)
    said = b""
    while not said.endswith(
        b"\n"
    ):  # it writes number and line end apart, and dies if nobody reads the second
        ready, _, _ = select.select([read], [], [], START_S)
        more = os.read(read, 32) if ready else b""
        if not more:
            said = b""
            break
        said += more
    os.close(read)
    return server, said.decode().strip()


def main(arguments: list[str]) -> int:
    """Serve until the owner goes; return 1 if the server did not start."""
    size, folder, *session = arguments
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1)
    wake_read, wake_write = os.pipe()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: os.write(wake_write, b"."))
    log = os.open(f"{folder}/log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    display = ""
    try:
        server, display = start_server(size, log)
        if not display:
            return 1
        if session:
            environment = os.environ | {"DISPLAY": f":{display}"}
            subprocess.Popen(
                session, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                preexec_fn=die_with_parent,
            )  # fmt: skip
        print(display, server.pid, flush=True)
        server_end = os.pidfd_open(server.pid)
        select.select([sys.stdin.fileno(), wake_read, server_end], [], [])
        return 0
    finally:
        kill_descendants()
        if display:  # else the owner still wants to read the log
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
