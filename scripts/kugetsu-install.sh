#!/bin/sh
# Installs kugetsu for the user who runs it: sh scripts/kugetsu-install.sh, or . scripts/kugetsu-install.sh
# Sourced, it finds kugetsu on the PATH of that shell at once. What it does, it does in a subshell: neither its options
# nor its failure change the shell that sources it.

# Prints the directory of the installed program, and what was asked for to descriptor 3. Everything else goes to stderr.
kugetsu_install() (
  # Not `-e`, which has no effect in a condition.
  set -u
  oldest_node=24
  shell_version="the kugetsu of the shell version"

  usage() {
    cat <<'END'
Usage: kugetsu-install.sh [--prefix DIR] [--move-old] [--dry-run] [PACKAGE]

Installs kugetsu with npm for the user who runs it. May be run again at any time: it then brings that version.

  PACKAGE       a tarball of `npm pack`, or another name that npm understands;
                left out: the checkout that this script lies in, which is built for it
  --prefix DIR  where to install: DIR/bin/kugetsu. Left out: npm's own directory if you may write there, else ~/.local
  --move-old    rename a kugetsu of the shell version that stands in the way, to kugetsu.shell-version
  --dry-run     say what would be done, and change nothing
  --help        this text

Exit code: 0 done, 1 failed, 2 wrong usage.
END
  }
  say() { printf 'kugetsu-install: %s\n' "$1" >&2; }
  hint() { printf '  %s\n' "$1" >&2; }
  fail() {
    say "$1"
    shift
    for line; do hint "$line"; done
    exit 1
  }
  misused() {
    say "$1"
    printf '\n' >&2
    usage >&2
    exit 2
  }
  run() {
    if [ "$dry_run" = yes ]; then
      say "would run: $*"
    else
      "$@" >&2
    fi
  }
  has() { command -v "$1" >/dev/null 2>&1; }

  # How a package is installed here, by its name.
  how_to_install() {
    if has apt-get; then
      echo "sudo apt-get install $1"
    elif has dnf; then
      echo "sudo dnf install $1"
    elif has apk; then
      echo "sudo apk add $1"
    elif has pacman; then
      echo "sudo pacman -S $1"
    elif has brew; then
      echo "brew install $1"
    else
      echo "Install the package $1."
    fi
  }

  check_programs() {
    has node || fail "Node.js $oldest_node or newer is needed, and there is none on the PATH." \
      "https://nodejs.org/en/download has it for every system."
    version=$(node --version)
    major=${version#v}
    major=${major%%.*}
    case $major in
      '' | *[!0-9]*) fail "$(command -v node) does not say its version." ;;
    esac
    [ "$major" -ge "$oldest_node" ] || fail \
      "Node.js $oldest_node or newer is needed, $(command -v node) is $version." \
      "https://nodejs.org/en/download has it; kugetsu runs with the first \`node\` of your PATH."
    has npm || fail "npm is needed, and is not on the PATH." "It comes with Node.js; Debian has it apart: $(how_to_install npm)"
    has git || fail "git is needed." "$(how_to_install git)"
    if [ "$(uname -s)" = Linux ] && ! has bwrap; then
      say "bubblewrap is missing: agents would run without a sandbox, and \`kugetsu serve\` will not start."
      hint "$(how_to_install bubblewrap)"
    fi
  }

  # The checkout that this script lies in; fails when it lies in none. A plain sh does not tell where a sourced file is.
  checkout() {
    for script in "$1" ./scripts/kugetsu-install.sh; do
      directory=$(CDPATH='' cd -- "$(dirname -- "$script")/.." 2>/dev/null && pwd -P) || continue
      [ -f "$directory/scripts/kugetsu-install.sh" ] || continue
      grep -q '"name": "kugetsu"' "$directory/package.json" 2>/dev/null || continue
      printf '%s\n' "$directory"
      return
    done
    return 1
  }

  # Packs the checkout $1 into the directory $2 and prints the tarball.
  pack() {
    if [ ! -e "$1/node_modules/.bin/rolldown" ]; then
      say "getting what the build needs"
      (cd -- "$1" && npm ci --no-fund --no-audit >&2) || return 1
    fi
    say "building $1"
    (cd -- "$1" && npm pack --silent --pack-destination "$2" >/dev/null) || return 1
    printf '%s\n' "$2"/kugetsu-*.tgz
  }

  # Whether the nearest directory that exists, from $1 upwards, may be written.
  may_write() {
    above=$1
    while [ ! -e "$above" ]; do above=$(dirname -- "$above"); done
    [ -d "$above" ] && [ -w "$above" ]
  }

  choose_prefix() {
    own=$(npm prefix --global)
    if may_write "$own/lib/node_modules" && may_write "$own/bin"; then
      printf '%s\n' "$own"
    else
      [ -n "${HOME-}" ] || fail "HOME is not set." "Say where to install: --prefix DIR"
      printf '%s/.local\n' "$HOME"
    fi
  }

  # Whether the file $1 is a script of the shell version: npm's own is a link to a program of node's.
  is_old() {
    [ -f "$1" ] && grep -q opencode "$1" 2>/dev/null &&
      head -n 1 -- "$1" 2>/dev/null | grep -Eq '^#!.*[/ ](ba|da|z)?sh( |$)'
  }

  # Each old script that is on the PATH, or where the shell version's document puts it; one a line, $1 first.
  old_scripts() {
    {
      printf '%s\n' "$1"
      printf '%s\n' "$PATH" | tr ':' '\n'
      if [ -n "${HOME-}" ]; then printf '%s/.local/bin\n' "$HOME"; fi
    } | awk 'NF && !seen[$0]++' | while IFS= read -r directory; do
      if is_old "$directory/kugetsu"; then printf '%s/kugetsu\n' "$directory"; fi
    done
  }

  # Moves old scripts away if that is asked for, else says what to do. Fails when one stands where the new one belongs.
  clear_old() {
    old_scripts "$1" | {
      blocked=no
      while IFS= read -r script; do
        if [ "$move_old" = yes ]; then
          if [ -e "$script.shell-version" ]; then
            fail "$script cannot be moved: $script.shell-version is there." "Remove one of them."
          fi
          run mv -- "$script" "$script.shell-version"
          continue
        fi
        if [ "$script" = "$1/kugetsu" ]; then
          blocked=yes
          say "$script is $shell_version; the new one belongs in its place."
        else
          say "$script is $shell_version; it may stand before the new one on your PATH."
        fi
        hint "Move it away: mv '$script' '$script.shell-version' (or run this with --move-old)"
      done
      [ "$blocked" = no ]
    }
  }

  # Says which kugetsu a new shell would run, unless it is the new one.
  check_path() {
    first=$(command -v kugetsu || true)
    case ":$PATH:" in
      *":$1:"*) ;;
      *)
        say "$1 is not on your PATH."
        hint "Write this into ~/.profile: export PATH=\"$1:\$PATH\""
        ;;
    esac
    if [ -n "$first" ] && [ "$first" != "$1/kugetsu" ]; then
      say "$first stands before the new one on your PATH, so \`kugetsu\` means that one."
      hint "Move it away, or put $1 further to the front."
    fi
  }

  place=$1
  shift
  prefix=
  package=
  dry_run=no
  move_old=no
  while [ $# -gt 0 ]; do
    case $1 in
      --help | -h)
        usage >&3
        exit 0
        ;;
      --dry-run) dry_run=yes ;;
      --move-old) move_old=yes ;;
      --prefix)
        [ $# -gt 1 ] || misused "--prefix needs a directory."
        prefix=$2
        shift
        ;;
      --prefix=*) prefix=${1#--prefix=} ;;
      -*) misused "There is no option $1." ;;
      *)
        [ -z "$package" ] || misused "There is one argument too many: $1"
        [ -n "$1" ] || misused "The package has no name."
        package=$1
        ;;
    esac
    shift
  done

  check_programs
  if [ -z "$prefix" ]; then prefix=$(choose_prefix) || exit 1; fi
  case $prefix in
    /*) ;;
    *) prefix=$PWD/$prefix ;;
  esac
  bin=$prefix/bin
  clear_old "$bin" || exit 1

  scratch=
  if [ -z "$package" ]; then
    package=$(checkout "$place") || fail "This script lies in no checkout of kugetsu." "Name a tarball: kugetsu-install.sh kugetsu-1.2.3.tgz"
    if [ "$dry_run" = yes ]; then
      say "would build $package"
    else
      scratch=$(mktemp -d) || exit 1
      trap 'rm -rf -- "$scratch"' EXIT
      trap 'exit 130' INT TERM
      package=$(pack "$package" "$scratch") || fail "kugetsu could not be built." "What npm says above is why."
    fi
  fi
  # Absolute, since npm takes `name/part` for a repository on GitHub.
  if [ -e "$package" ]; then
    package=$(CDPATH='' cd -- "$(dirname -- "$package")" && pwd -P)/$(basename -- "$package")
  fi
  run npm install --global --prefix "$prefix" --no-fund --no-audit --no-update-notifier -- "$package" ||
    fail "npm could not install kugetsu." "What npm says above is why."
  if [ "$dry_run" = yes ]; then exit 0; fi
  installed=$("$bin/kugetsu" version) || fail "$bin/kugetsu does not start."
  check_path "$bin"
  say "kugetsu $installed is installed: $bin/kugetsu"
  printf '%s\n' "$bin"
)

# A subshell's result; a failure here must not end a shell that has `set -e`.
# shellcheck disable=SC3028 # Only bash has BASH_SOURCE, and only there a sourced file's own name is in it.
if { kugetsu_install_bin=$(kugetsu_install "${BASH_SOURCE:-$0}" "$@"); } 3>&1; then
  kugetsu_install_status=0
else
  kugetsu_install_status=$?
fi
if [ -n "$kugetsu_install_bin" ]; then
  printf '%s\n' "$kugetsu_install_bin/kugetsu"
  case ":$PATH:" in
    *":$kugetsu_install_bin:"*) ;;
    *) PATH=$kugetsu_install_bin:$PATH ;;
  esac
  hash -r 2>/dev/null || true
fi
unset -f kugetsu_install
unset kugetsu_install_bin
# What this ends with is its exit code.
eval "unset kugetsu_install_status; (exit $kugetsu_install_status)"
