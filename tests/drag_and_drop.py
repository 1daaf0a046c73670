"""A file manager's part of a drop, as XDND has it: a window that offers a file and hands it over."""

import time

import Xlib.display
from Xlib import X
from Xlib.protocol import event

_VERSION = 5


def drop_file(display_name, window_id, path):
    """Drop a file on the middle of a window; return once it was taken."""
    display = Xlib.display.Display(display_name)
    try:
        target = display.create_resource_object("window", window_id)
        source = display.screen().root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
        atom = display.intern_atom
        inside = target.get_geometry()
        corner = target.translate_coords(display.screen().root, 0, 0)
        middle = (inside.width // 2 - corner.x) << 16 | (inside.height // 2 - corner.y)

        def tell(name, *words):
            data = (32, [source.id, *words, *[0] * (4 - len(words))])
            target.send_event(event.ClientMessage(window=target, client_type=atom(name), data=data))

        def heard(kind, name=None):
            deadline_s = time.monotonic() + 10
            while True:
                while not display.pending_events():
                    assert time.monotonic() < deadline_s, "the window does not answer"
                    time.sleep(0.01)
                found = display.next_event()
                if found.type == kind and (name is None or found.client_type == atom(name)):
                    return found

        source.set_selection_owner(atom("XdndSelection"), X.CurrentTime)
        tell("XdndEnter", _VERSION << 24, atom("text/uri-list"))
        tell("XdndPosition", 0, middle, X.CurrentTime, atom("XdndActionCopy"))
        assert heard(X.ClientMessage, "XdndStatus").data[1][1] & 1, "the drop is not welcome"
        tell("XdndDrop", 0, X.CurrentTime)
        asked = heard(X.SelectionRequest)
        asked.requestor.change_property(asked.property, asked.target, 8, f"{path.as_uri()}\r\n".encode())
        answer = event.SelectionNotify(
            time=asked.time,
            requestor=asked.requestor,
            selection=asked.selection,
            target=asked.target,
            property=asked.property,
        )
        asked.requestor.send_event(answer)
        heard(X.ClientMessage, "XdndFinished")
    finally:
        display.close()
