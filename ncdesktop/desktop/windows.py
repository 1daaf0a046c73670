"""The windows of an X desktop as its window manager tells of them: what an actor aims at, and labels of recordings."""

from dataclasses import dataclass
from typing import Any

from Xlib import X
from Xlib.display import Display
from Xlib.error import XError
from Xlib.xobject.drawable import Window as XWindow

__all__ = ["Box", "Window", "WindowList"]

_ATOMS = [
    "_NET_ACTIVE_WINDOW",
    "_NET_CLIENT_LIST_STACKING",
    "_NET_FRAME_EXTENTS",
    "_NET_WM_NAME",
    "_NET_WM_STATE",
    "_NET_WM_STATE_HIDDEN",
    "_NET_WM_STATE_MAXIMIZED_VERT",
    "_NET_WM_WINDOW_TYPE",
    "_NET_WM_WINDOW_TYPE_DESKTOP",
    "_NET_WM_WINDOW_TYPE_DIALOG",
    "_NET_WM_WINDOW_TYPE_DOCK",
]
_SMALLEST_POPUP_PX = 8


@dataclass(frozen=True)
class Box:
    """A rectangle in guest pixels."""

    x: int
    y: int
    width: int
    height: int

    def contains(self, x: float, y: float) -> bool:
        return self.x <= x < self.x + self.width and self.y <= y < self.y + self.height


@dataclass(frozen=True)
class Window:
    """A window of a program.

    client: what the program draws; frame: with the borders that the window manager draws
    """

    id: int
    kind: str
    title: str
    client: Box
    frame: Box
    minimised: bool
    maximised: bool
    active: bool
    dialog: bool

    @property
    def title_height(self) -> int:
        return self.client.y - self.frame.y

    def label(self) -> list[Any]:
        """Return the window as `actions.jsonl` keeps it."""
        box = self.frame
        flags = [int(flag) for flag in (self.minimised, self.maximised, self.active, self.dialog)]
        return [self.id, self.kind, self.title, box.x, box.y, box.width, box.height, *flags]


class WindowList:
    """All windows, lowest first, and the menus and tooltips over them. `refresh` is cheap when nothing happened."""

    def __init__(self, display: Display) -> None:
        self.windows: list[Window] = []
        self.popups: list[Box] = []
        self._display = display
        self._root = display.screen().root
        self._atoms = {name: display.intern_atom(name) for name in _ATOMS}
        self._watched: set[int] = set()
        self._root.change_attributes(event_mask=X.SubstructureNotifyMask | X.PropertyChangeMask)
        self._scan()

    def refresh(self) -> bool:
        """Look again if the server told of a change; return whether the windows are different now."""
        count = self._display.pending_events()
        for _ in range(count):
            self._display.next_event()
        if not count:
            return False
        before = self.windows
        self._scan()
        return self.windows != before

    def find(self, window_id: int) -> Window | None:
        """Return the window with this id as it is now, None if it is gone."""
        return next((window for window in self.windows if window.id == window_id), None)

    def _scan(self) -> None:
        active = self._property(self._root, "_NET_ACTIVE_WINDOW")
        found = [
            self._look(number, active[:1])
            for number in self._property(self._root, "_NET_CLIENT_LIST_STACKING")
        ]
        self.windows = [window for window in found if window]
        children = self._root.query_tree().children
        self.popups = [box for box in map(self._popup, children) if box]

    def _look(self, number: int, active: list[int]) -> Window | None:
        """Return the window, None for panel and wallpaper and for one that vanished meanwhile."""
        window = self._display.create_resource_object("window", number)
        try:
            kinds = self._property(window, "_NET_WM_WINDOW_TYPE")
            if (
                self._atoms["_NET_WM_WINDOW_TYPE_DESKTOP"] in kinds
                or self._atoms["_NET_WM_WINDOW_TYPE_DOCK"] in kinds
            ):
                return None
            if number not in self._watched:
                window.change_attributes(event_mask=X.PropertyChangeMask | X.StructureNotifyMask)
                self._watched.add(number)
            state = self._property(window, "_NET_WM_STATE")
            size, at = window.get_geometry(), window.translate_coords(self._root, 0, 0)
            left, right, top, bottom = (self._property(window, "_NET_FRAME_EXTENTS") + [0] * 4)[:4]
            title = window.get_full_property(self._atoms["_NET_WM_NAME"], X.AnyPropertyType)
            kind = window.get_wm_class()
        except XError:
            return None
        client = Box(-at.x, -at.y, size.width, size.height)
        frame = Box(client.x - left, client.y - top, size.width + left + right, size.height + top + bottom)
        return Window(
            id=number,
            kind=kind[1] if kind else "",
            title=bytes(title.value).decode(errors="replace") if title else "",
            client=client,
            frame=frame,
            minimised=self._atoms["_NET_WM_STATE_HIDDEN"] in state,
            maximised=self._atoms["_NET_WM_STATE_MAXIMIZED_VERT"] in state,
            active=number in active,
            dialog=self._atoms["_NET_WM_WINDOW_TYPE_DIALOG"] in kinds,
        )

    def _popup(self, window: XWindow) -> Box | None:
        try:
            how = window.get_attributes()
            if not how.override_redirect or how.map_state != X.IsViewable or how.win_class != X.InputOutput:
                return None
            box = window.get_geometry()
        except XError:
            return None
        shown = min(box.width, box.height) > _SMALLEST_POPUP_PX
        return Box(box.x, box.y, box.width, box.height) if shown else None

    def _property(self, window: XWindow, name: str) -> list[int]:
        found = window.get_full_property(self._atoms[name], X.AnyPropertyType)
        return list(found.value) if found else []
