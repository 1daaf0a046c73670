"""The files of a fresh desktop user: documents to work with, settings of programs, menu and launchers."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from ncdesktop.desktop.profile import Profile
from ncdesktop.desktop.settings import LOCKED_CHANNELS, channel_xml, channels

__all__ = ["DOCUMENTS", "write_home", "write_system"]

DOCUMENTS = {
    "Documents/notes.txt": "Shopping list\n- milk\n- bread\n- apples\n- coffee\n\nCall Anna on Monday.\n",
    "Documents/todo.txt": "1. water the plants\n2. write the report\n3. book the train\n",
    "Documents/report.txt": "Report\n======\n\nThe desktop is simulated by a\nneural network. Every frame is\npredicted from mouse and keys.\n",
    "Documents/Letters/anna.txt": "Dear Anna,\n\nthank you for your letter.\nSee you soon!\n\nBest wishes,\nAlex\n",
    "Documents/Letters/bank.txt": "Dear Sir or Madam,\n\nplease find my form attached.\n\nKind regards\nAlex\n",
    "Projects/hello.py": 'print("hello world")\n',
    "Projects/sum.py": "total = 0\nfor i in range(10):\n    total += i\nprint(total)\n",
    "Projects/README.md": "# Projects\n\nSmall test programs.\n",
    "Projects/data/a.csv": "x,y\n1,2\n3,4\n",
    "Projects/data/b.csv": "x,y\n5,6\n7,8\n",
    "Downloads/paper.txt": "Neural Computers\n\nAbstract. We train a model that\nruns a desktop.\n",
    "Downloads/song.txt": "la la la\n",
    "Music/playlist.txt": "01 intro\n02 river\n03 night\n",
}
"""Text files in the home folder, by path."""

_CHANNELS = "xfce4/xfconf/xfce-perchannel-xml"
_EMPTY_FOLDERS = ("Desktop", "Pictures", "Public", "Templates", "Videos")
_PICTURES = {  # top and bottom colour of the sky, left edge of the sun
    "lake.png": ((60, 120, 180), (230, 240, 250), 100),
    "field.png": ((90, 150, 60), (250, 230, 120), 80),
    "sunset.png": ((200, 90, 50), (70, 30, 90), 60),
}
_LAUNCHERS = {
    "terminal": ("Terminal", "xfce4-terminal", "org.xfce.terminal"),
    "files": ("File Manager", "thunar", "org.xfce.thunar"),
    "editor": ("Text Editor", "mousepad", "org.xfce.mousepad"),
    "calculator": ("Calculator", "galculator", "galculator"),
    "images": ("Image Viewer", "ristretto", "org.xfce.ristretto"),
    "finder": ("Application Finder", "xfce4-appfinder", "org.xfce.appfinder"),
    "run": ("Run Program...", "xfce4-appfinder --collapsed", "system-run"),
}

_TERMINAL = """\
[Configuration]
MiscAlwaysShowTabs=FALSE
MiscBell=FALSE
MiscBellUrgent=FALSE
MiscCursorBlinks=FALSE
MiscCursorShape=TERMINAL_CURSOR_SHAPE_BLOCK
MiscDefaultGeometry={geometry}
MiscMenubarDefault=FALSE
MiscToolbarDefault=FALSE
MiscConfirmClose=FALSE
MiscMouseAutohide=FALSE
MiscShowUnsafePasteDialog=FALSE
FontName={font}
FontUseSystem=FALSE
ScrollingBar=TERMINAL_SCROLLBAR_RIGHT
ScrollingLines=200
ColorForeground=#eeeeec
ColorBackground=#24272b
ColorCursor=#eeeeec
ColorCursorUseDefault=FALSE
ColorPalette=#000000;#cc0000;#4e9a06;#c4a000;#3465a4;#75507b;#06989a;#d3d7cf;#555753;#ef2929;#8ae234;#fce94f;#739fcf;#ad7fa8;#34e2e2;#eeeeec
TabActivityTimeout=0
BackgroundMode=TERMINAL_BACKGROUND_SOLID
"""
_KEYFILE = """\
[org/xfce/mousepad/state/window]
width=uint32 {width}
height=uint32 {height}
maximized=false

[org/xfce/mousepad/preferences/window]
statusbar-visible={statusbar}
toolbar-visible=false
menubar-visible=true
remember-size=true
remember-position=false
remember-state=false
client-side-decorations=false

[org/xfce/mousepad/preferences/view]
font-name='{font}'
use-default-monospace-font=false
show-line-numbers=true
word-wrap=true
auto-indent=true

[org/xfce/mousepad/preferences/file]
session-restore='never'
autosave-timer=uint32 0
monitor-disabling-timer=uint32 0

[org/gtk/settings/file-chooser]
window-size=(420, 300)
sort-directories-first=true
"""
_GTK = """\
[Settings]
gtk-cursor-blink=false
gtk-enable-animations=false
gtk-overlay-scrolling=false
gtk-primary-button-warps-slider=true
gtk-recent-files-enabled=false
"""
_CSS = """\
* { transition-duration: 0s; transition-delay: 0s; -gtk-icon-transform: none; }
progressbar, spinner { animation: none; }
"""
_COMPACT_CSS = """\
menu menuitem, .menu menuitem { padding: 2px 5px; min-height: 14px; }
menubar > menuitem { padding: 1px 5px; min-height: 12px; }
button { min-height: 14px; min-width: 10px; padding: 2px 4px; }
toolbar { padding: 1px; }
toolbar button { padding: 1px 3px; }
entry { min-height: 18px; padding: 1px 4px; }
statusbar { padding: 0; margin: 0; }
scrollbar slider { min-width: 6px; min-height: 6px; }
"""
_CALCULATOR = """\
display_bkg_color="#ffffff"
display_result_font="DejaVu Sans Mono Bold 14"
display_result_color="black"
display_stack_font="DejaVu Sans Mono 7"
display_module_font="DejaVu Sans 7"
display_module_number=false
display_module_angle=false
display_module_notation=false
display_module_arith=false
display_module_open=false
button_font="Noto Sans 7"
custom_button_font=true
button_width=30
button_height=20
mode=0
function_button_group=false
dispctrl_bottom=true
logic_button_group=false
standard_button_group=true
mode_display=false
menu_bar=false
save_settings=false
"""
_SHELL = r"""
PS1='\[\e]0;user@desktop: \w\a\]\[\e[1;32m\]user@desktop\[\e[0m\]:\[\e[1;34m\]\w\[\e[0m\]\$ '
alias ls='ls --color=auto'
HISTFILE=/dev/null
unset PROMPT_COMMAND MAILCHECK
bind 'set bell-style none' 2>/dev/null
cd ~
"""
_MENU = """\
<!DOCTYPE Menu PUBLIC "-//freedesktop//DTD Menu 1.0//EN" "http://www.freedesktop.org/standards/menu-spec/1.0/menu.dtd">
<Menu><Name>Xfce</Name><DefaultAppDirs/><DefaultDirectoryDirs/>
<Include>{main}</Include>
<Layout>{main_order}<Separator/><Menuname>Accessories</Menuname><Separator/>{run}</Layout>
<Menu><Name>Accessories</Name><Directory>desk-accessories.directory</Directory><Include>{more}</Include>
<Layout>{more}</Layout></Menu>
</Menu>
"""


def write_home(home: Path, profile: Profile) -> None:
    """Fill the empty folder `home` with documents and with every setting that the desktop needs before it starts."""
    for name, text in DOCUMENTS.items():
        _write(home / name, text)
    for folder in _EMPTY_FOLDERS:
        (home / folder).mkdir(exist_ok=True)
    for picture, (top, bottom, sun) in _PICTURES.items():
        _paint(top, bottom, sun).save(home / "Pictures" / picture)
    config = home / ".config"
    for channel, properties in channels(profile).items():
        _write(config / _CHANNELS / f"{channel}.xml", channel_xml(channel, properties))
    width, height = profile.editor
    statusbar = str(not profile.compact).lower()
    keyfile = _KEYFILE.format(width=width, height=height, statusbar=statusbar, font=profile.mono_font)
    editor = "org.xfce.mousepad.desktop"
    texts = "".join(f"text/{kind}={editor}\n" for kind in ("plain", "x-python", "csv", "markdown"))
    folders = ["Desktop", "Downloads", "Templates", "Public", "Documents", "Music", "Pictures", "Videos"]
    names = {"Downloads": "DOWNLOAD", "Public": "PUBLICSHARE"}
    files = {
        "xfce4/terminal/terminalrc": _TERMINAL.format(geometry=profile.terminal, font=profile.mono_font),
        "glib-2.0/settings/keyfile": keyfile,
        "gtk-3.0/settings.ini": _GTK,
        "gtk-3.0/gtk.css": _CSS + (_COMPACT_CSS if profile.compact else ""),
        "galculator/galculator.conf": _CALCULATOR,
        "mimeapps.list": f"[Default Applications]\n{texts}image/png=org.xfce.ristretto.desktop\ninode/directory=thunar.desktop\n",
        "xfce4/helpers.rc": "TerminalEmulator=xfce4-terminal\nFileManager=Thunar\n",
        "user-dirs.dirs": "".join(
            f'XDG_{names.get(name, name.upper())}_DIR="$HOME/{name}"\n' for name in folders
        ),
        "user-dirs.conf": "enabled=False\n",
    }
    for name, text in files.items():
        _write(config / name, text)
    _write(home / ".bashrc", _SHELL)


def write_system(folder: Path, profile: Profile) -> None:
    """Fill `folder` with what goes before the machine's own /etc/xdg (as `xdg`) and /usr/share (as `share`)."""
    settings = channels(profile)
    for name in LOCKED_CHANNELS:
        _write(folder / "xdg" / _CHANNELS / f"{name}.xml", channel_xml(name, settings[name], locked=True))

    def entries(*names: str) -> str:
        return "".join(f"<Filename>desk-{name}.desktop</Filename>" for name in names)

    applications = ("terminal", "files", "editor", "calculator")
    menu = _MENU.format(
        main=entries("run", *applications), main_order=entries(*applications), run=entries("run"),
        more=entries("finder", "calculator", "images", "editor"),
    )  # fmt: skip
    _write(folder / "xdg/menus/xfce-applications.menu", menu)
    share = folder / "share"
    accessories = "[Desktop Entry]\nType=Directory\nName=Accessories\nIcon=applications-accessories\n"
    _write(share / "desktop-directories/desk-accessories.directory", accessories)
    for name, (title, command, icon) in _LAUNCHERS.items():
        entry = f"[Desktop Entry]\nType=Application\nName={title}\nExec={command}\nIcon={icon}\nStartupNotify=false\n"
        _write(share / f"applications/desk-{name}.desktop", entry)
    for path in Path("/usr/share/applications").glob("*.desktop"):  # else a busy pointer turns for seconds
        text = path.read_text(errors="replace")
        if "StartupNotify=true" in text:
            _write(
                share / "applications" / path.name, text.replace("StartupNotify=true", "StartupNotify=false")
            )


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _paint(top: tuple[int, int, int], bottom: tuple[int, int, int], sun: int) -> Image.Image:
    bands = (np.arange(110) // 10 * 10 / 109)[:, None]
    rows = (np.array(top) * (1 - bands) + np.array(bottom) * bands).astype(np.uint8)
    picture = Image.fromarray(np.repeat(rows[:, None], 160, axis=1))
    ImageDraw.Draw(picture).ellipse([sun, 15, sun + 30, 45], fill=(255, 250, 200))
    return picture
