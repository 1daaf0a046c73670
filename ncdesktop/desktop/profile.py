"""How big things are on the desktop: one profile for each screen size."""

from dataclasses import dataclass

from ncdesktop.errors import DesktopError

__all__ = ["PROFILES", "Profile", "profile_of"]


@dataclass(frozen=True)
class Profile:
    """Sizes of fonts, panel, icons and new windows for one screen; lengths in pixels, fonts as Pango names."""

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


PROFILES = {
    (512, 384): Profile(
        size=(512, 384), font="Noto Sans 7", title_font="Noto Sans Bold 7", mono_font="DejaVu Sans Mono 8",
        panel=22, panel_icon=14, desktop_icon=32, desktop_font=7, cursor=16, terminal="46x12",
        files=(330, 220), files_sidebar=92, files_zoom="THUNAR_ZOOM_LEVEL_38_PERCENT", editor=(300, 190), compact=True,
    ),
    (1024, 768): Profile(
        size=(1024, 768), font="Noto Sans 9", title_font="Noto Sans Bold 9", mono_font="DejaVu Sans Mono 10",
        panel=26, panel_icon=16, desktop_icon=48, desktop_font=9, cursor=24, terminal="80x24",
        files=(600, 400), files_sidebar=150, files_zoom="THUNAR_ZOOM_LEVEL_75_PERCENT", editor=(560, 380), compact=False,
    ),
}  # fmt: skip


def profile_of(size: tuple[int, int]) -> Profile:
    """Return the profile of a screen size; raises DesktopError if there is none."""
    if size not in PROFILES:
        known = " and ".join(f"{width}x{height}" for width, height in PROFILES)
        raise DesktopError(f"no desktop profile for {size[0]}x{size[1]}; there are {known}")
    return PROFILES[size]
