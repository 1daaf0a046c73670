#!/usr/bin/env bash
# Set up everything on this machine, then open the dream (`./setup.sh run`) or pass the tests (`./setup.sh test`).
# More words after `run` go to ncdesktop, after `test` to pytest.
set -euo pipefail
cd "$(dirname "$0")"
job=${1:-run}
shift || true

case $job in
  run) packages=(libx11-6 libxext6) extras="" ;;
  test)
    mapfile -t packages < <(cut -d' ' -f1 ncdesktop/desktop/packages.txt)
    packages+=(chromium chromium-driver libx11-6 libxext6 openbox tesseract-ocr tesseract-ocr-eng xdotool xvfb)
    extras="[dev]"
    ;;
  *)
    echo "usage: ./setup.sh run|test [more words]" >&2
    exit 2
    ;;
esac

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
if ((${#missing[@]})); then
  if ! command -v apt-get >/dev/null; then
    echo "note: no apt-get here; if something fails, install what these Debian packages hold: ${missing[*]}" >&2
  else
    root=()
    [ "$(id -u)" = 0 ] || root=(sudo)
    "${root[@]}" apt-get update -q
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
  fi
fi

venv=${NCDESKTOP_VENV:-.venv}
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/pip" install -q --disable-pip-version-check -e ".$extras"

if [ "$job" = run ]; then
  exec "$venv/bin/ncdesktop" "$@"
fi
"$venv/bin/ruff" format --check ncdesktop tests
"$venv/bin/ruff" check ncdesktop tests
"$venv/bin/mypy" ncdesktop
exec "$venv/bin/python" -m pytest "$@"
