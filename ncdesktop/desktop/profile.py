"""How big things are on the desktop: one profile for each screen size."""

from dataclasses import dataclass

from ncdesktop.errors import DesktopError

__all__ = ["PROFILES", "Profile", "profile_of"]


@dataclass(frozen=True)
class Profile:
    """Sizes of fonts, panel, icons and new windows for one screen, and where an actor finds things.

    Lengths are pixels, fonts Pango names. `icons` are centres on the desktop; `tasks_left` is where the panel's window
    buttons begin; `file_grid` is x, y of the first file in its window and the steps to the next; `file_tools` and
    `editor_menus` (x of each, common y) are in their windows.
    """

    size: tuple[int, int]
    font: str
    title_font: str
    mono_font: str
    panel: int
    panel_icon: int
    desktop_icon: int
    desktop_font: float
    cursor: int
    terminal: str
    files: tuple[int, int]
    files_sidebar: int
    files_zoom: str
    editor: tuple[int, int]
    compact: bool
    icons: dict[str, tuple[int, int]]
    tasks_left: int
    task_width: int
    clock_width: int
    file_grid: tuple[int, int, int, int]
    file_tools: dict[str, tuple[int, int]]
    editor_menus: tuple[tuple[int, ...], int]


PROFILES = {
    (512, 384): Profile(
        size=(512, 384), font="Noto Sans 7", title_font="Noto Sans Bold 7", mono_font="DejaVu Sans Mono 8",
        panel=22, panel_icon=14, desktop_icon=32, desktop_font=7, cursor=16, terminal="46x12",
        files=(330, 220), files_sidebar=92, files_zoom="THUNAR_ZOOM_LEVEL_38_PERCENT", editor=(300, 190), compact=True,
        icons={"trash": (52, 62), "filesystem": (52, 147), "home": (52, 232)}, tasks_left=78, task_width=200,
        clock_width=40, file_grid=(36, 52, 66, 51),
        file_tools={"back": (50, 14), "forward": (83, 14), "up": (116, 14), "home": (149, 14)},
        editor_menus=((12, 40, 75, 115, 158, 200), 8),
    ),
    (1024, 768): Profile(
        size=(1024, 768), font="Noto Sans 9", title_font="Noto Sans Bold 9", mono_font="DejaVu Sans Mono 10",
        panel=26, panel_icon=16, desktop_icon=48, desktop_font=9, cursor=24, terminal="80x24",
        files=(600, 400), files_sidebar=150, files_zoom="THUNAR_ZOOM_LEVEL_75_PERCENT", editor=(560, 380), compact=False,
        icons={"trash": (70, 78), "filesystem": (70, 198), "home": (70, 318)}, tasks_left=92, task_width=180,
        clock_width=44, file_grid=(43, 104, 80, 79),
        file_tools={"back": (20, 44), "forward": (51, 44), "up": (81, 44), "home": (113, 44)},
        editor_menus=((19, 57, 105, 156, 216, 276), 12),
    ),
}  # fmt: skip


def profile_of(size: tuple[int, int]) -> Profile:
    """Return the profile of a screen size; raises DesktopError if there is none."""
    if size not in PROFILES:
        known = " and ".join(f"{width}x{height}" for width, height in PROFILES)
        raise DesktopError(f"no desktop profile for {size[0]}x{size[1]}; there are {known}")
    return PROFILES[size]
