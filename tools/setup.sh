# Sourced by the scripts beside it: makes what they need, and does nothing where it is there already.
#
#   need_packages PACKAGE...       installs Debian or Ubuntu packages that are missing (root or sudo)
#   need_environment DIR EXTRAS    makes the virtual environment DIR with tinyml (editable) and its extras

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '\n== %s\n' "$*"; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

need_packages() {
  local missing=() name
  for name in "$@"; do
    dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'install ok installed' || missing+=("$name")
  done
  [ ${#missing[@]} = 0 ] && return
  if ! command -v apt-get >/dev/null; then
    echo "These packages are missing, and this machine has no apt-get: ${missing[*]}" >&2
    exit 3
  fi
  say "installing ${missing[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null
}

# The first Python that tinyml supports: 3.11 to 3.13.
find_python() {
  local name
  for name in python3 python3.13 python3.12 python3.11; do
    if "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
      echo "$name"
      return
    fi
  done
  echo "Python 3.11, 3.12 or 3.13 is needed and none was found; install python3.11 or newer." >&2
  exit 3
}

need_environment() {
  local folder=$1 extras=$2 stamp
  stamp="$folder/.installed-${extras//,/-}"
  if [ -f "$stamp" ] && cmp -s pyproject.toml "$stamp"; then return; fi
  say "making the environment $folder with tinyml[$extras]"
  local python
  python=$(find_python)
  "$python" -m venv "$folder"
  "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --editable ".[$extras]"
  cp pyproject.toml "$stamp"
}
