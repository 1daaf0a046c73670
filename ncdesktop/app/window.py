"""The pygame window: the user's hands become events and commands, the world's status becomes a picture."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pygame

from ncdesktop.app.canvas import Canvas, draw_splash, icon
from ncdesktop.app.keyboard import Keyboard, base_name
from ncdesktop.app.overlays import Overlays
from ncdesktop.app.scaling import MODES, STRIP_PX, View, place, place_both
from ncdesktop.app.toasts import Toasts
from ncdesktop.emulator.comparison import GAP_PX
from ncdesktop.emulator.console import Status
from ncdesktop.emulator.hostkey import HostKey
from ncdesktop.emulator.hotkeys import ACTING, COMMANDS, HELD, host_words
from ncdesktop.emulator.worker import Worker
from ncdesktop.events import Button, Event, Key, Move, Wheel

__all__ = ["Look", "Window"]

NEWS = pygame.event.custom_type()
"""Posted by the world's thread when there is something new to show."""

_BUTTONS = {pygame.BUTTON_LEFT: 1, pygame.BUTTON_MIDDLE: 2, pygame.BUTTON_RIGHT: 3}
_SPLASH_S = 1 / 20
_TWIN_MS = 20
"""X may tell of a modifier so much before it tells which one; see `Keyboard.made_up`."""


@dataclass
class Look:
    """How the window looks and listens; hot keys change it.

    scaling: one of MODES; view_only: no input reaches the world, and no command or file makes it another;
    pause_unfocused: pause while another window has the focus
    """

    scaling: str = "fit"
    fullscreen: bool = False
    borderless: bool = False
    view_only: bool = False
    pause_unfocused: bool = False


class Window:
    """One window over one worker. All calls come from the main thread."""

    def __init__(
        self,
        worker: Worker,
        *,
        guest: tuple[int, int],
        size: tuple[int, int],
        look: Look,
        home: Path,
        host: str = "Control_R",
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """guest: size of the world's screen until it is loaded; size: of the window; both (width, height).

        home: folder of the slots; host: keysym name of the host key
        """
        self.worker = worker
        self.look = look
        self._clock = clock
        self._guest = guest
        self._first_size = size
        self._window = pygame.Window(
            "ncdesktop", size, resizable=True, allow_high_dpi=True, borderless=look.borderless
        )
        self._window.set_icon(icon())
        self._keyboard = Keyboard()
        self._hostkey = HostKey(host, COMMANDS)
        self._canvas = Canvas()
        self._toasts = Toasts(clock)
        self._overlays = Overlays(host, home)
        self._host = host_words(host)
        self._began_s = clock()
        self._pointer = (guest[0] // 2, guest[1] // 2)
        self._pane = 0
        self._alone_size: tuple[int, int] | None = None
        self._quitting = False
        if look.fullscreen:
            self._window.set_fullscreen(True)

    def run(self) -> None:
        """Show the world until the user or the world ends it; raises what ended the world if that was an error."""
        self._draw()
        while not self.worker.ended():
            event = pygame.event.wait(self._wait_ms())
            redraw = event.type != pygame.NOEVENT or self.worker.status is None
            while event.type != pygame.NOEVENT:
                following = pygame.event.poll()
                if following.type == pygame.NOEVENT and self._keyboard.may_be_made_up(event):
                    following = pygame.event.wait(_TWIN_MS)
                if not self._keyboard.made_up(event, following):
                    self._handle(event)
                event = following
            while not self.worker.messages.empty():
                self._toasts.add(self.worker.messages.get())
                redraw = True
            if redraw or self._toasts.wait_s() == 0.0:
                self._draw()

    def quit(self) -> None:
        """Have the world save and end; `run` returns when it has."""
        self._quitting = True
        self.worker.quit()

    def _wait_ms(self) -> int:
        if self.worker.status is None or self._quitting:
            return round(_SPLASH_S * 1000)
        toast_s = self._toasts.wait_s()
        return 1000 if toast_s is None else min(1000, round(toast_s * 1000) + 1)

    def _handle(self, event: pygame.Event) -> None:
        match event.type:
            case pygame.QUIT | pygame.WINDOWCLOSE:
                self.quit()
            case pygame.KEYDOWN | pygame.KEYUP:
                self._key(event)
            case pygame.MOUSEMOTION:
                self._move(event.pos, held=any(event.buttons))
            case pygame.MOUSEBUTTONDOWN | pygame.MOUSEBUTTONUP if event.button in _BUTTONS:
                down = event.type == pygame.MOUSEBUTTONDOWN
                self._move(event.pos, held=not down)
                if self._hostkey.button(_BUTTONS[event.button], down):
                    self._give(Button(_BUTTONS[event.button], down, self._clock()))
            case pygame.MOUSEWHEEL:
                if self._hostkey.wheel():
                    self._give(Wheel(event.x, event.y, self._clock()))
            case pygame.WINDOWFOCUSLOST:
                self._lose_focus()
            case pygame.WINDOWFOCUSGAINED if self.look.pause_unfocused:
                self.worker.command("focus")
            case pygame.WINDOWENTER:
                pygame.mouse.set_visible(self.look.view_only)  # the dream has a pointer of its own
            case pygame.WINDOWLEAVE:
                pygame.mouse.set_visible(True)
            case pygame.DROPFILE:
                self._act(f"open {Path(event.file)}")

    def _key(self, event: pygame.Event) -> None:
        down = event.type == pygame.KEYDOWN
        name = self._keyboard.name(event)
        base = base_name(event) or name
        if base is None:
            return
        verdict = self._hostkey.key(base, down)
        if verdict.passes and name is not None:
            self._give(Key(name, down, self._clock()))
        if verdict.fired is not None:
            self._command(COMMANDS[verdict.fired])
        for combination in verdict.ended:
            self._end(combination)
        if verdict.tapped:
            self._window.grab_keyboard = not self._window.grab_keyboard
            self._toasts.add("the keyboard is " + ("taken" if self._window.grab_keyboard else "released"))

    def _command(self, command: str) -> None:
        if command in self.COMMANDS:
            self.COMMANDS[command](self)
        elif command in ACTING:
            self._act(command)
        else:
            self.worker.command(command)

    def _act(self, command: str) -> None:
        """Have the world do what only those may who do more than look on."""
        if self.look.view_only:
            self._toasts.add("this dream can only be looked at; start without --view-only to do more")
        else:
            self.worker.command(command)

    def _end(self, combination: str) -> None:
        if COMMANDS[combination] in HELD:
            self.worker.command(f"end {COMMANDS[combination]}")

    def _move(self, position: tuple[int, int], *, held: bool) -> None:
        """Take the hand to a window position. held: a button is down, so that the hand stays in the pane it is in."""
        surface = self._window.get_surface()
        x = position[0] * surface.get_width() / self._window.size[0]  # they differ where pixels are dense
        y = position[1] * surface.get_height() / self._window.size[1]
        view = self._view(self.worker.status)
        if not held or self._pane >= len(view.panes):
            self._pane = view.pane_at(x)
        pointer = view.panes[self._pane].to_guest(x, y)
        if pointer != self._pointer:
            self._pointer = pointer
            self._give(Move(*pointer, self._clock()))

    def _give(self, event: Event) -> None:
        if (
            not self.look.view_only and self.worker.status is not None
        ):  # nobody means to click into the splash
            self.worker.intake.put(event)

    def _lose_focus(self) -> None:
        for combination in self._hostkey.lost_focus():
            self._end(combination)
        self._keyboard.forget()
        self.worker.intake.release_all(self._clock())
        if self.look.pause_unfocused:
            self.worker.command("unfocus")

    def _view(self, status: Status | None) -> View:
        if status is not None:
            self._guest = status.frame.ui.shape[1], status.frame.ui.shape[0]
        size = self._window.get_surface().get_size()
        if status is not None and status.beside is not None:
            return place_both(self.look.scaling, self._guest, size, gap_px=GAP_PX)
        alone = place(self.look.scaling, self._guest, size)
        return View(alone, (alone,))

    def _make_room(self, status: Status) -> None:
        """Widen the window when the real desktop comes beside the dream; make it what it was when that goes."""
        if (status.beside is not None) == (self._alone_size is not None):
            return
        if status.beside is None:
            size, self._alone_size = self._alone_size, None
        else:
            self._alone_size = self._window.size
            whole = self._view(status).whole.guest
            desktop = pygame.display.get_desktop_sizes()[0]
            scales = [at / of for at, of in zip(self._window.size, self._guest, strict=True)]
            scales += [0.95 * at / of for at, of in zip(desktop, whole, strict=True)]
            size = (round(whole[0] * min(scales)), round(whole[1] * min(scales)) + STRIP_PX)
        if size is not None and not self.look.fullscreen:
            self._window.size = size
            self._window.position = pygame.WINDOWPOS_CENTERED

    def _draw(self) -> None:
        surface, status = self._window.get_surface(), self.worker.status
        if status is None:
            draw_splash(surface, self._clock() - self._began_s)
        else:
            self._make_room(status)
            surface, view = self._window.get_surface(), self._view(status)
            pointer = status.frame.pointer if self.look.view_only or status.led else self._pointer
            self._canvas.draw(surface, status, view, pointer)
            self._overlays.draw(surface, status, view, pointer)
        self._toasts.draw(surface)
        self._window.flip()
        if status is not None:
            self._overlays.presented(status, self._clock())
            self._title(status)

    def _title(self, status: Status) -> None:
        words = ["ncdesktop"]
        words += ["beside the real desktop"] if status.beside else []
        words += ["paused"] if status.paused else []
        words += ["recording"] if status.recording else []
        words += [f"speed {status.speed:g}"] if status.speed != 1 else []
        words += [f"{self._host} releases the keyboard"] if self._window.grab_keyboard else []
        title = " - ".join(words)
        if self._window.title != title:
            self._window.title = title

    def _toggle_fullscreen(self) -> None:
        self.look.fullscreen = not self.look.fullscreen
        if self.look.fullscreen:
            self._window.set_fullscreen(True)
        else:
            self._window.set_windowed()

    def _next_scaling(self) -> None:
        self.look.scaling = MODES[(MODES.index(self.look.scaling) + 1) % len(MODES)]
        self._toasts.add(f"scaling: {self.look.scaling}")

    def _resize(self, step: int) -> None:
        guest = self._view(self.worker.status).whole.guest
        scale = max(1, round(self._window.size[0] / guest[0]) + step)
        self._window.size = self._first_size if step == 0 else (guest[0] * scale, guest[1] * scale)

    COMMANDS: ClassVar[dict[str, Callable[["Window"], None]]] = {
        "fullscreen": _toggle_fullscreen,
        "scaling": _next_scaling,
        "larger": lambda self: self._resize(+1),
        "smaller": lambda self: self._resize(-1),
        "original": lambda self: self._resize(0),
        "hud": lambda self: self._overlays.toggle("hud"),
        "probe": lambda self: self._overlays.toggle("probe"),
        "slots": lambda self: self._overlays.toggle("slots"),
        "help": lambda self: self._overlays.toggle("help"),
        "quit": quit,
    }
    """Commands that the window does itself; all others are the console's."""
