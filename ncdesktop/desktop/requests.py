"""X11 requests that python-xlib lacks: the screen through shared memory, and the pointer's shape with its name."""

import ctypes

from Xlib.protocol import rq

__all__ = ["GetCursor", "SharedMemory", "ShmAttach", "ShmGetImage"]

IPC_PRIVATE = 0
IPC_RMID = 0
IPC_CREATE = 0o1000
Z_PIXMAP = 2

_libc = ctypes.CDLL(None, use_errno=True)
_libc.shmget.argtypes = [ctypes.c_int, ctypes.c_size_t, ctypes.c_int]
_libc.shmat.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_int]
_libc.shmat.restype = ctypes.c_void_p
_libc.shmdt.argtypes = [ctypes.c_void_p]
_libc.shmctl.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_void_p]


class ShmAttach(rq.Request):
    """Let the server use a shared memory segment under the id `shmseg`."""

    _request = rq.Struct(
        rq.Card8("opcode"),
        rq.Opcode(1),
        rq.RequestLength(),
        rq.Card32("shmseg"),
        rq.Card32("shmid"),
        rq.Bool("read_only"),
        rq.Pad(3),
    )


class ShmGetImage(rq.ReplyRequest):
    """Have the server write pixels of a drawable into an attached segment."""

    _request = rq.Struct(
        rq.Card8("opcode"),
        rq.Opcode(4),
        rq.RequestLength(),
        rq.Drawable("drawable"),
        rq.Int16("x"),
        rq.Int16("y"),
        rq.Card16("width"),
        rq.Card16("height"),
        rq.Card32("plane_mask"),
        rq.Card8("format"),
        rq.Pad(3),
        rq.Card32("shmseg"),
        rq.Card32("offset"),
    )
    _reply = rq.Struct(
        rq.ReplyCode(),
        rq.Card8("depth"),
        rq.Card16("sequence_number"),
        rq.ReplyLength(),
        rq.Card32("visual"),
        rq.Card32("size"),
        rq.Pad(16),
    )


class GetCursor(rq.ReplyRequest):
    """Ask XFixes for the pointer's shape; `data` is its premultiplied ARGB words, then its name."""

    _request = rq.Struct(rq.Card8("opcode"), rq.Opcode(25), rq.RequestLength())
    _reply = rq.Struct(
        rq.ReplyCode(),
        rq.Pad(1),
        rq.Card16("sequence_number"),
        rq.ReplyLength(),
        rq.Int16("x"),
        rq.Int16("y"),
        rq.Card16("width"),
        rq.Card16("height"),
        rq.Card16("hotspot_x"),
        rq.Card16("hotspot_y"),
        rq.Card32("serial"),
        rq.Card32("atom"),
        rq.Card16("name_bytes"),
        rq.Pad(2),
        rq.Binary("data"),
    )


class SharedMemory:
    """A System V shared memory segment of this process; `number` is its id for others."""

    def __init__(self, size_bytes: int) -> None:
        self.number = _libc.shmget(IPC_PRIVATE, size_bytes, IPC_CREATE | 0o600)
        if self.number < 0:
            raise OSError(ctypes.get_errno(), "no shared memory for the screen")
        self._address = _libc.shmat(self.number, None, 0)
        self.buffer = (ctypes.c_ubyte * size_bytes).from_address(self._address)

    def forget(self) -> None:
        """Have the kernel free it when the last process that has attached it lets go."""
        _libc.shmctl(self.number, IPC_RMID, None)

    def close(self) -> None:
        """Let go; `buffer` must not be read any more."""
        _libc.shmdt(self._address)
