"""The desktop's settings as xfconf channels: a quiet XFCE on which nothing moves by itself."""

from typing import Any
from xml.sax.saxutils import quoteattr

from ncdesktop.desktop.profile import Profile

__all__ = ["LOCKED_CHANNELS", "channel_xml", "channels"]

LOCKED_CHANNELS = ("xfce4-panel", "xfce4-desktop", "xsettings", "xfce4-keyboard-shortcuts", "xfwm4")
"""Channels that a user cannot change by a wrong click; they are locked by a system-wide copy."""

_BACKGROUND = (0x2F / 255, 0x5D / 255, 0x8A / 255, 1.0)


class Unsigned(int):
    """A number that xfconf must read as unsigned."""


def channel_xml(name: str, properties: dict[str, Any], *, locked: bool = False) -> str:
    """Return an xfconf channel file. A dict is a branch, a (value, dict) pair a branch with a value of its own."""
    lock = ' locked="*" unlocked="root"' if locked else ""
    body = "\n".join(_property(key, value) for key, value in properties.items())
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<channel name="{name}" version="1.0"{lock}>\n{body}\n</channel>\n'


def _property(name: str, value: Any) -> str:
    own, branch = (
        value if isinstance(value, tuple) else ({}, value) if isinstance(value, dict) else (value, {})
    )
    inside = [f"<value {_typed(item)}/>" for item in own] if isinstance(own, list) else []
    inside += [_property(key, item) for key, item in branch.items()]
    kind = 'type="empty"' if own == {} else 'type="array"' if isinstance(own, list) else _typed(own)
    return "\n".join([f"<property name={quoteattr(name)} {kind}>", *inside, "</property>"])


def _typed(value: bool | int | float | str) -> str:
    match value:
        case bool():
            return f'type="bool" value="{str(value).lower()}"'
        case Unsigned():
            return f'type="uint" value="{value}"'
        case int():
            return f'type="int" value="{value}"'
        case float():
            return f'type="double" value="{value:.6f}"'
    return f'type="string" value={quoteattr(value)}'


def channels(profile: Profile) -> dict[str, dict[str, Any]]:
    """Return all xfconf channels of the desktop, by name."""
    return {
        "xsettings": _appearance(profile),
        "xfwm4": {"general": _window_manager(profile)},
        "xfce4-desktop": _background(profile),
        "xfce4-panel": _panel(profile),
        "xfce4-keyboard-shortcuts": _shortcuts(),
        "thunar": _file_manager(profile),
        "keyboards": {"Default": {"Numlock": False, "RestoreNumlock": False, "KeyRepeat": (True, {"Delay": 500, "Rate": 20})}},
        "accessibility": {"StickyKeys": False, "SlowKeys": False, "BounceKeys": False, "MouseKeys": False},
        "displays": {"ActiveProfile": "Default", "Notify": 0, "AutoEnableProfiles": 0},
        "ristretto": {
            "window": {
                "width": 300, "height": 230, "maximized": False,
                **{part: {"show": False} for part in ("toolbar", "statusbar", "thumbnails", "navigationbar")},
            }
        },
        "xfce4-appfinder": {
            "remember-category": False, "always-center": True,
            "last": {"pane-position": 120, "window-width": 360, "window-height": 280},
        },
    }  # fmt: skip


def _appearance(profile: Profile) -> dict[str, Any]:
    return {
        "Net": {
            "ThemeName": "Greybird", "IconThemeName": "elementary-xfce", "DoubleClickTime": 400,
            "DoubleClickDistance": 5, "DndDragThreshold": 8, "CursorBlink": False, "CursorBlinkTime": 1200,
            "EnableEventSounds": False, "EnableInputFeedbackSounds": False,
        },
        "Xft": {"DPI": 96, "Antialias": 1, "Hinting": 1, "HintStyle": "hintfull", "RGBA": "none"},
        "Gtk": {
            "FontName": profile.font, "MonospaceFontName": profile.mono_font, "CursorThemeName": "DMZ-White",
            "CursorThemeSize": profile.cursor, "ToolbarStyle": "icons", "MenuImages": True, "ButtonImages": True,
            "EnableAnimations": False, "DialogsUseHeader": False, "CanChangeAccels": False,
            "DecorationLayout": "menu:minimize,maximize,close", "TitlebarMiddleClick": "lower",
        },
        "Gdk": {"WindowScalingFactor": 1},
    }  # fmt: skip


def _window_manager(profile: Profile) -> dict[str, Any]:
    off = [
        "use_compositing",
        "show_frame_shadow",
        "show_popup_shadow",
        "show_dock_shadow",
        "sync_to_vblank",
        "unredirect_overlays",
        "box_move",
        "box_resize",
        "wrap_windows",
        "wrap_workspaces",
        "zoom_desktop",
        "scroll_workspaces",
        "mousewheel_rollup",
        "snap_to_border",
        "snap_to_windows",
        "tile_on_move",
        "cycle_preview",
        "titleless_maximize",
        "prevent_focus_stealing",
        "urgent_blink",
        "repeat_urgent_blink",
        "toggle_workspaces",
    ]
    on = [
        "click_to_focus",
        "focus_new",
        "raise_on_click",
        "raise_on_focus",
        "cycle_draw_frame",
        "borderless_maximize",
    ]
    opacities = ("frame", "inactive", "move", "resize", "popup")
    return {
        "theme": "Greybird", "title_font": profile.title_font, "vblank_mode": "off", "workspace_count": 1,
        "placement_mode": "center", "placement_ratio": 20, "cycle_tabwin_mode": 0, "button_layout": "O|HMC",
        "title_alignment": "center", "easy_click": "Alt", "activate_action": "bring", "shadow_opacity": 0,
        "double_click_action": "maximize", "double_click_time": 400, "snap_width": 1,
        **dict.fromkeys(off, False), **dict.fromkeys(on, True), **{f"{part}_opacity": 100 for part in opacities},
    }  # fmt: skip


def _background(profile: Profile) -> dict[str, Any]:
    colour = {
        "color-style": 0,
        "image-style": 0,
        "last-image": "",
        "rgba1": list(_BACKGROUND),
        "rgba2": list(_BACKGROUND),
    }
    removable = ("removable", "network-removable", "device-removable", "unknown-removable")
    shown = {
        "show-home": True,
        "show-filesystem": True,
        "show-trash": True,
        **{f"show-{kind}": False for kind in removable},
    }
    return {
        "backdrop": {"screen0": {"monitorscreen": {"workspace0": colour}}},
        "desktop-icons": {
            "style": 2, "icon-size": Unsigned(profile.desktop_icon), "use-custom-font-size": True,
            "font-size": profile.desktop_font * 1.0, "show-tooltips": False, "file-icons": shown,
            "show-hidden-files": False, "confirm-sorting": False, "gravity": 0, "single-click": False,
        },
        "desktop-menu": {"show": True, "show-icons": True},
        "windowlist-menu": {"show": True, "show-add-remove-workspaces": False},
        "last-settings-migration-version": Unsigned(1),
    }  # fmt: skip


def _panel(profile: Profile) -> dict[str, Any]:
    return {
        "configver": 2,
        "panels": ([1], {
            "dark-mode": True,
            "panel-1": {
                "position": "p=6;x=0;y=0", "length": Unsigned(100), "position-locked": True,
                "size": Unsigned(profile.panel), "icon-size": Unsigned(profile.panel_icon),
                "enter-opacity": Unsigned(100), "leave-opacity": Unsigned(100), "plugin-ids": [1, 2, 3, 4],
            },
        }),
        "plugins": {
            "plugin-1": ("applicationsmenu", {
                "button-title": "Applications", "show-button-title": True, "small": True, "show-tooltips": False,
            }),
            "plugin-2": ("tasklist", {
                "grouping": Unsigned(0), "flat-buttons": True, "show-handle": False, "show-tooltips": False,
                "show-only-minimized": False, "window-scrolling": False, "sort-order": Unsigned(0),
                "middle-click": Unsigned(0),
            }),
            "plugin-3": ("separator", {"expand": True, "style": Unsigned(0)}),
            "plugin-4": ("clock", {
                "mode": Unsigned(2), "digital-layout": Unsigned(3), "digital-time-format": "%H:%M",
                "digital-time-font": profile.font, "digital-format": "%H:%M", "tooltip-format": "%A %d %B %Y",
                "command": "",
            }),
        },
    }  # fmt: skip


def _shortcuts() -> dict[str, Any]:
    return {
        "commands": {
            "custom": {
                "<Alt>F1": "xfce4-popup-applicationsmenu", "<Alt>F2": "xfce4-appfinder --collapsed",
                "<Primary><Alt>t": "xfce4-terminal", "<Super>e": "thunar", "<Super>t": "mousepad", "<Super>c": "galculator",
                "override": True,
            }
        },
        "xfwm4": {
            "custom": {
                "<Alt>F4": "close_window_key", "<Alt>F7": "move_window_key", "<Alt>F8": "resize_window_key",
                "<Alt>F9": "hide_window_key", "<Alt>F10": "maximize_window_key", "<Alt>space": "popup_menu_key",
                "<Alt>Tab": "cycle_windows_key", "<Alt><Shift>Tab": "cycle_reverse_windows_key",
                "<Primary><Alt>d": "show_desktop_key", "Escape": "cancel_key", "Up": "up_key", "Down": "down_key",
                "Left": "left_key", "Right": "right_key", "override": True,
            }
        },
        "providers": ["xfwm4", "commands"],
    }  # fmt: skip


def _file_manager(profile: Profile) -> dict[str, Any]:
    return {
        "last-view": "ThunarIconView", "default-view": "ThunarIconView", "last-window-maximized": False,
        "last-window-width": profile.files[0], "last-window-height": profile.files[1],
        "last-separator-position": profile.files_sidebar, "last-icon-view-zoom-level": profile.files_zoom,
        "last-side-pane": "THUNAR_SIDEPANE_TYPE_SHORTCUTS", "shortcuts-icon-size": "THUNAR_ICON_SIZE_16",
        "last-location-bar": "ThunarLocationButtons", "last-statusbar-visible": True,
        "last-menubar-visible": not profile.compact, "misc-single-click": False, "misc-folders-first": True,
        "misc-thumbnail-mode": "THUNAR_THUMBNAIL_MODE_NEVER", "misc-volume-management": False,
        "misc-date-style": "THUNAR_DATE_STYLE_YYYYMMDD", "misc-use-csd": False, "misc-show-delete-action": False,
        "misc-confirm-close-multiple-tabs": False, "misc-remember-geometry": False,
        "hidden-bookmarks": ["computer:///", "recent:///", "network:///"],
    }  # fmt: skip
