# Sourced by the programs in bin/: the Python environment and the Debian packages they stand on.
# Needs nothing but bash, coreutils and util-linux, so that it runs on a fresh Debian 12.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
venv="$root/.venv"

say() { printf '%s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }
is_root() { [ "$(id -u)" = 0 ]; }

# Prints those of the named Debian packages that are not installed.
missing_packages() {
    local package
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || printf '%s ' "$package"
    done
}

# Installs Debian packages as root, with the output kept in a file that is named only when it failed.
# No service is started by it: our own private ones are started from the programs, on their own sockets.
install_packages() {
    local log status=0
    say "Installing Debian packages: $*"
    log=$(mktemp "${TMPDIR:-/tmp}/replaybook-apt.XXXXXX")
    (
        export DEBIAN_FRONTEND=noninteractive
        keep_services_down
        # An outdated or unreachable package list is not fatal by itself: the packages may be in the cache.
        apt-get -qq -o DPkg::Lock::Timeout=120 update || true
        apt-get -qq -y -o DPkg::Lock::Timeout=120 install --no-install-recommends "$@"
    ) > "$log" 2>&1 < /dev/null || status=1
    [ "$status" = 0 ] && rm -f "$log" || say "apt-get could not install them; what it said is in $log" >&2
    return "$status"
}

# Until this shell ends, packages that are installed do not start their services (policy-rc.d, invoke-rc.d(8)).
keep_services_down() {
    local policy=/usr/sbin/policy-rc.d
    [ ! -e "$policy" ] || return 0
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod 755 "$policy"
}

can_make_environments() {
    "$1" -c 'import ensurepip, sys, venv; ensurepip.version(); sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
}

# Prints the first Python 3.11 to 3.13 that can make a virtual environment.
find_python() {
    local name
    for name in python3 python3.11 python3.12 python3.13; do
        can_make_environments "$name" && command -v "$name" && return 0
    done
    return 1
}

need_python() {
    find_python > /dev/null && return 0
    is_root && command -v apt-get > /dev/null \
        || fail "Replaybook needs Python 3.11 with its venv module; please install the Debian packages python3 and python3-venv."
    install_packages python3 python3-venv || exit 1
    find_python > /dev/null || fail "The Python of this system is not 3.11 to 3.13, which Replaybook needs."
}

# What an environment depends on: its requirements, its Python and its place (its programs name both).
# Usage: stamp product|test
stamp() {
    local files=(requirements.txt)
    [ "$1" = product ] || files+=(requirements-test.txt)
    { "$venv/bin/python" -c 'import sys; print(sys.version)' && printf '%s\n' "$venv" && cd "$root" && cat "${files[@]}"; } \
        | sha256sum | cut -d' ' -f1
}

# Holds when .venv was made from what the requirements say now. Usage: environment_is_current product|test
environment_is_current() {
    [ -x "$venv/bin/python" ] && [ -f "$venv/.made-for-$1" ] && [ "$(cat "$venv/.made-for-$1")" = "$(stamp "$1")" ]
}

# The tools of another day are not mended in place: what they brought along would stay.
tools_have_changed() { [ -f "$venv/.made-for-test" ] && ! environment_is_current test; }

# Makes .venv, or completes it. Errors only (-qq): pip's notes name where packages come from, which is nobody's concern.
# Usage: install_requirements product|test FILE
install_requirements() {
    "$venv/bin/python" -m pip install -qq --disable-pip-version-check --no-input -r "$root/$2" < /dev/null \
        || fail "pip could not install $2; the environment is not complete."
    # The stamp is written last: an interrupted installation is made anew the next time.
    stamp "$1" > "$venv/.made-for-$1"
}

# One environment serves bin/up and bin/test: the tests then run the very packages that the product runs.
# Usage: make_environment product|test
make_environment() {
    environment_is_current product && environment_is_current "$1" && return 0
    need_python
    (
        flock 9 # two programs started together make it once
        if ! environment_is_current product || tools_have_changed; then
            say "Making the Python environment in .venv …"
            rm -rf "$venv"
            "$(find_python)" -m venv "$venv" || fail "The Python environment could not be made in $venv."
            install_requirements product requirements.txt
        fi
        [ "$1" = product ] || environment_is_current "$1" || {
            say "Adding the test tools to .venv …"
            install_requirements test requirements-test.txt
        }
    ) 9> "$root/.venv.lock" || exit 1
}

# QEMU, for the lab: installed where we may, and said so. Without it the product shows the recorded runs.
install_qemu() {
    command -v qemu-system-x86_64 > /dev/null && return 0
    is_root && command -v apt-get > /dev/null || return 0 # bin/up then says what to install
    say "The lab replays experiments in a virtual machine, so QEMU is installed now (bin/up --no-lab leaves it out)."
    install_packages qemu-system-x86 || true
}

# The lab's images for the tests, where QEMU is there: built when they are missing or outdated.
make_images() {
    command -v qemu-system-x86_64 > /dev/null || return 0
    (cd "$root" && REPLAYBOOK_LAB="$REPLAYBOOK_TEST_LAB" nice -n 5 "$venv/bin/python" manage.py lab build --missing < /dev/null) \
        || say "The lab's images could not be built: the tests that replay experiments cannot run."
}

# The part of the reader that is compiled for this processor, where it is missing or outdated. Without it captures are
# read all the same, only more slowly.
make_kernel() {
    (cd "$root" && "$venv/bin/python" -m packets.compiled < /dev/null) \
        || say "The reader could not be compiled: captures are read without it, more slowly."
}
