#!/usr/bin/env bash
# Joins a machine or container to a Tailscale network, so that kugetsu is reached without a public address or a port
# that is forwarded. See docs/kugetsu-setup.md. It stands alone, so that this one file can be copied to where it is needed.
set -euo pipefail
# `su` without a login leaves out where tailscaled is.
PATH=$PATH:/usr/sbin:/sbin

readonly WRONG_USAGE=2 NO_SYSTEMD=3
readonly PACKAGES=https://pkgs.tailscale.com/stable
readonly KEYRING=/usr/share/keyrings/tailscale-archive-keyring.gpg

usage() {
  cat <<'END'
Usage: tailscale-setup.sh [--ssh] [--key-from-stdin] [--dry-run] [--no-systemd] [USER] [DEVICE]

Run it as root on the machine, or in the container, that kugetsu is used on. USER (`kugetsu`) is who logs in there, see
sshd-setup.sh; DEVICE is its name in the Tailscale network, the host name unless given. Works on Debian, Ubuntu and
Fedora, and may be run again at any time.

  1. installs Tailscale from its own package repository
  2. starts its daemon, now and with every boot
  3. logs in: with an auth key, or in a browser
  4. sets the name of the device

The auth key is taken from the variable AUTHKEY or TS_AUTHKEY, or asked for in a terminal, where no answer means the
browser. It is never shown, and stands in no command line.

  --key-from-stdin  read the auth key from standard input
  --ssh             let Tailscale answer SSH in that network itself, by the rules of the network's policy
  --dry-run         say what would be done, and change nothing; needs no root
  --no-systemd      for a container without systemd: does not start the daemon, and logs in only if it runs
  --help            this text

Exit code: 0 done, 1 failed, 2 wrong usage, 3 systemd does not run here.
END
}

fail() {
  printf 'tailscale-setup: %s\n' "$1" >&2
  [[ -z ${2-} ]] || printf '  %s\n' "$2" >&2
  exit "${3-1}"
}

wrong_usage() {
  printf 'tailscale-setup: %s\n\n' "$1" >&2
  usage >&2
  exit "$WRONG_USAGE"
}

# In a dry run the steps are the result; else they are progress, and the result is what to do next.
say() { if $dry_run; then printf '%s\n' "$*"; else printf '%s\n' "$*" >&2; fi; }
step() { say "== $*"; }
warn() { printf 'tailscale-setup: warning: %s\n' "$*" >&2; }

run() {
  if $dry_run; then
    say "   would run: $*"
  else
    "$@" >&2
  fi
}

check_systemd() {
  $no_systemd && return
  local first
  first=$(cat /proc/1/comm 2>/dev/null || true)
  if [[ -d /run/systemd/system && (-z $first || $first == systemd) ]]; then return; fi
  local words="systemd does not run here: process 1 is ${first:-unknown}."
  if $dry_run; then
    say "== $words Without --no-systemd the run would end here."
    return
  fi
  fail "$words" 'Start the container with systemd as its first process, or use --no-systemd and start tailscaled in your own way.' "$NO_SYSTEMD"
}

check_root() {
  if $dry_run || [[ $EUID -eq 0 ]]; then return; fi
  fail 'Only root can do that.' "Run it with sudo, or look at what it would do: bash $0 --dry-run"
}

# Sets `distribution` and, where packages are made for each release, `release`. Those derived from them have releases
# that Tailscale's repository does not know.
read_distribution() {
  # shellcheck source=/dev/null
  distribution=$(. /etc/os-release 2>/dev/null && printf '%s' "${ID-}") || true
  # shellcheck source=/dev/null
  release=$(. /etc/os-release 2>/dev/null && printf '%s' "${VERSION_CODENAME-}") || true
  case $distribution in
    debian | ubuntu)
      [[ $release =~ ^[a-z]+$ ]] || fail "The release of $distribution is not known." 'Install Tailscale by hand: https://tailscale.com/download/linux'
      ;;
    fedora) ;;
    *) fail "The distribution ${distribution:-of this machine} is not known." 'This works on Debian, Ubuntu and Fedora; for others see https://tailscale.com/download/linux' ;;
  esac
}

check_names() {
  [[ $user =~ ^[a-z_][a-z0-9_-]{0,31}$ ]] ||
    wrong_usage 'That is no name of a user: a small letter, then small letters, digits, - and _, 32 in all.'
  [[ $user != root ]] || wrong_usage 'The user has to be an ordinary one, not root.'
  [[ $device =~ ^[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$ ]] ||
    wrong_usage 'That is no name of a device: letters, digits and - between them, 63 in all.'
}

fetch() { # address file
  if $dry_run; then
    say "   would download $1 to $2"
    return
  fi
  local temporary
  mkdir -p -- "$(dirname -- "$2")"
  temporary=$(mktemp -- "$(dirname -- "$2")/.kugetsu.XXXXXX")
  if ! curl --fail --silent --show-error --location --proto '=https' --proto-redir '=https' --max-time 60 --output "$temporary" -- "$1"; then
    rm -f -- "$temporary"
    fail "$1 cannot be downloaded." 'Is this machine on the internet, and is its distribution one that Tailscale still makes packages for?'
  fi
  chmod 644 -- "$temporary"
  mv -f -- "$temporary" "$2"
}

install_tailscale() {
  if command -v tailscale >/dev/null && command -v tailscaled >/dev/null; then
    step 'Tailscale is installed'
    return
  fi
  step 'Install Tailscale from its own package repository'
  case $distribution in
    debian | ubuntu)
      local line="deb [signed-by=$KEYRING] $PACKAGES/$distribution $release main" list=/etc/apt/sources.list.d/tailscale.list
      run apt-get update -qq
      run env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ca-certificates curl
      fetch "$PACKAGES/$distribution/$release.noarmor.gpg" "$KEYRING"
      if $dry_run; then say "   would write $list: $line"; else printf '%s\n' "$line" >"$list"; fi
      run apt-get update -qq
      run env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq tailscale
      ;;
    fedora)
      # The keys that sign it are named in there, and dnf checks the packages against them.
      fetch "$PACKAGES/fedora/tailscale.repo" /etc/yum.repos.d/tailscale.repo
      run dnf install -y -q tailscale
      ;;
  esac
}

# Everything that needs systemd.
start_daemon() {
  if [[ ! -e /dev/net/tun ]]; then
    warn 'There is no /dev/net/tun here: give it to the container (docs/kugetsu-setup.md), or run tailscaled with --tun=userspace-networking.'
  fi
  if $no_systemd; then
    step 'tailscaled is not started (--no-systemd)'
    return
  fi
  step 'Start tailscaled, now and with every boot'
  run systemctl enable --now tailscaled
}

# Sets `key`, empty for a login in the browser. The variables are gone before anything else is started.
read_key() {
  key=${AUTHKEY:-${TS_AUTHKEY-}}
  unset AUTHKEY TS_AUTHKEY
  if $key_from_stdin; then
    IFS= read -r key || [[ -n $key ]] || wrong_usage 'There is no auth key on standard input.'
  fi
  [[ $key =~ ^[A-Za-z0-9_?=\&,.-]{0,1000}$ ]] || wrong_usage 'That is no auth key: it has characters that none has.'
}

ask_key() {
  if [[ -n $key || ! -t 0 ]]; then return; fi
  printf 'Auth key (nothing for a login in the browser): ' >&2
  IFS= read -rs key || true
  printf '\n' >&2
  [[ $key =~ ^[A-Za-z0-9_?=\&,.-]{0,1000}$ ]] || fail 'That is no auth key: it has characters that none has.'
}

log_in() {
  local options=("--hostname=$device")
  if $with_ssh; then options+=(--ssh); fi
  if $dry_run; then
    step "Log in as the device $device"
    if [[ -n $key ]]; then options+=(--auth-key=file:…); fi
    say "   would run: tailscale up ${options[*]}"
    [[ -n $key ]] || say '   would ask for an auth key in a terminal; without one it shows an address to open in a browser'
    return
  fi
  if $no_systemd && [[ ! -S /run/tailscale/tailscaled.sock && ! -S /var/run/tailscale/tailscaled.sock ]]; then
    step 'tailscaled does not run: nothing is logged in'
    logged_in=false
    return
  fi
  # `up` would ask for every setting that was ever made; and a second login is none.
  if tailscale status >/dev/null 2>&1; then
    step "Logged in already; the device is called $device"
    run tailscale set "${options[@]}"
    return
  fi
  ask_key
  step "Log in as the device $device"
  if [[ -z $key ]]; then
    run tailscale up "${options[@]}"
    return
  fi
  # In a file: a command line is seen by everybody on the machine.
  secret_file=$(umask 077 && mktemp)
  trap 'rm -f -- "$secret_file"' EXIT
  printf '%s\n' "$key" >"$secret_file"
  run tailscale up "${options[@]}" "--auth-key=file:$secret_file" || fail 'Tailscale did not log in.' 'Is the auth key still good? One that is not reusable works once.'
}

next_steps() {
  printf '\nNext steps:\n\n'
  if ! $logged_in; then
    printf '%s\n' '   Start tailscaled first, then run this script again:' '     tailscaled --state=/var/lib/tailscale/tailscaled.state &' ''
  fi
  if ! $with_ssh; then
    printf '%s\n' "1. sshd lets $user in: sshd-setup.sh $user prepares it, and your public key belongs into ~$user/.ssh/authorized_keys."
  else
    printf '%s\n' "1. The policy of the network lets you in as $user: the section \"ssh\" in https://login.tailscale.com/admin/acls."
  fi
  printf '%s\n' "2. From any device of your network:  ssh $user@$device" '   and use kugetsu as you would here:  kugetsu list'
}

dry_run=false no_systemd=false key_from_stdin=false with_ssh=false names=()
while (($# > 0)); do
  case $1 in
    --dry-run) dry_run=true ;;
    --no-systemd) no_systemd=true ;;
    --key-from-stdin) key_from_stdin=true ;;
    --ssh) with_ssh=true ;;
    -h | --help) usage && exit 0 ;;
    --) shift && names+=("$@") && break ;;
    # The option may hold a key that somebody meant well with.
    -*) wrong_usage 'There is no such option.' ;;
    *) names+=("$1") ;;
  esac
  shift
done
((${#names[@]} <= 2)) || wrong_usage 'There is one argument too many.'
user=${names[0]-kugetsu}
device=${names[1]-$(uname -n | cut -d. -f1)}
check_names

distribution='' release='' key='' secret_file='' logged_in=true
check_systemd
check_root
read_distribution
read_key
id -u -- "$user" >/dev/null 2>&1 || warn "There is no user $user here yet: sshd-setup.sh $user makes it."
install_tailscale
start_daemon
log_in
next_steps
