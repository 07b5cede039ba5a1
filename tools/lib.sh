# lib.sh - what tools/quickstart and tools/test share. Sourced by bash, in the project's root.

say() { printf '\n== %s\n' "$*"; }

# as_root COMMAND...: as it is for root, else through sudo.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else echo "this needs root, and there is no sudo: $*" >&2; return 1
  fi
}

# What was built through sudo belongs to who called sudo, so that the next build needs none.
# (An ordinary user may have these variables, too: `sudo -u USER` sets them.)
hand_back() { if [ "$(id -u)" = 0 ] && [ -n "${SUDO_UID:-}" ] && [ -d build ]; then chown -R "$SUDO_UID:${SUDO_GID:-$SUDO_UID}" build; fi; }
trap hand_back EXIT

# Is what a package brings there already, from wherever? Command names and files tell; other packages are asked of dpkg.
have() {
  case $1 in
    gcc) command -v cc && [ -e /usr/include/stdlib.h ] ;;
    cmake) command -v cmake ;;
    ninja-build) command -v ninja ;;
    python3-venv) python3 -c 'import ensurepip, venv' ;;
    libb2-dev) [ -e /usr/include/blake2.h ] ;;
    musl-tools) command -v musl-gcc ;;
    libdwarf-dev) [ -e /usr/include/libdwarf/libdwarf.h ] ;;
    zlib1g-dev) [ -e /usr/include/zlib.h ] ;;
    libiberty-dev) [ -e /usr/include/libiberty/demangle.h ] ;;
    libcmocka-dev) [ -e /usr/include/cmocka.h ] ;;
    wabt) command -v wat2wasm ;;
    g++) command -v c++ ;;
    clang-19) command -v clang-19 ;;
    lld-19) command -v wasm-ld-19 ;;
    llvm-19) command -v llvm-objcopy-19 ;;
    wasi-libc) [ -e /usr/lib/wasm32-wasi/libc.a ] ;;
    *) dpkg-query -W -f '${Status}\n' "$1" | grep -q '^install ok installed' ;;
  esac >/dev/null 2>&1
}

# install PACKAGE...: those that are missing, from Debian. What cannot be installed is told, and left to its user to miss.
install() {
  local missing=() p
  for p; do have "$p" || missing+=("$p"); done
  [ ${#missing[@]} -gt 0 ] || return 0
  if ! command -v apt-get >/dev/null; then
    echo "missing, and there is no apt-get to install them with: ${missing[*]}"
    return 0
  fi
  echo "installing: ${missing[*]}"
  as_root apt-get update -qq || echo "apt-get update failed; trying with the lists that are here"
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends)
  if ! as_root "${apt[@]}" "${missing[@]}" >build/apt.log 2>&1; then # one that does not exist must not keep the others away
    for p in "${missing[@]}"; do as_root "${apt[@]}" "$p" >>build/apt.log 2>&1 || echo "could not be installed: $p (build/apt.log says why)"; done
  fi
}

BUILD_PACKAGES='gcc libc6-dev cmake ninja-build libb2-dev musl-tools libiberty-dev libdwarf-dev zlib1g-dev python3 python3-venv'
WASM_PACKAGES='clang-19 lld-19 wasi-libc libclang-rt-19-dev-wasm32'

# require PACKAGE...: stop here when one of them is still missing.
require() {
  local p
  for p; do have "$p" || { echo "ctool cannot be built without what the Debian package $p brings; install it and try again" >&2; exit 1; }; done
}

# The virtual environment build/venv with the Python packages that are named; what cannot be had is told.
python_packages() {
  if ! [ -x build/venv/bin/python ]; then
    rm -rf build/venv
    python3 -m venv build/venv || { echo "no virtual environment can be made: python3 -m venv fails"; return 0; }
  fi
  build/venv/bin/python -c 'import importlib.metadata as m, sys; sys.exit(any(m.version(p.split("==")[0]) != p.split("==")[1] for p in sys.argv[1:]))' "$@" 2>/dev/null ||
    build/venv/bin/python -m pip -q --disable-pip-version-check install "$@" || echo "could not be installed into build/venv: $*"
}
WASMTIME_PACKAGE=wasmtime==50.0.1

# configure FOLDER OPTION...: a folder that was configured elsewhere (the tree was moved) is begun anew.
configure() {
  local folder=$1
  shift
  if [ -e "$folder/CMakeCache.txt" ] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" "$folder/CMakeCache.txt"; then rm -rf "$folder"; fi
  cmake -S . -B "$folder" -G Ninja "$@" >build/cmake.log 2>&1 || { cat build/cmake.log; return 1; }
}

# build FOLDER ARGUMENT...: quiet, unless it fails; warnings are shown.
build() {
  local folder=$1 log=build/$(basename "$1").build.log
  shift
  cmake --build "$folder" -j "$(nproc)" "$@" >"$log" 2>&1 || { cat "$log"; return 1; }
  grep -v -e '^\[' -e '^ninja: no work to do' "$log" | head -n 40 || true
}
