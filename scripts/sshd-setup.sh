#!/usr/bin/env bash
# Prepares a machine or container for kugetsu over SSH: an ordinary user, and a key-only sshd. See docs/kugetsu-setup.md.
# It stands alone, so that this one file can be copied to where it is needed.
set -euo pipefail
# `su` without a login leaves out where sshd and visudo are.
PATH=$PATH:/usr/sbin:/sbin

readonly WRONG_USAGE=2 NO_SYSTEMD=3
# sshd takes the first value that it finds: this name comes before what cloud-init and the distributions put there.
readonly DROP_IN=/etc/ssh/sshd_config.d/00-kugetsu.conf
readonly SSHD_CONFIG=/etc/ssh/sshd_config
readonly INCLUDE='Include /etc/ssh/sshd_config.d/*.conf'

usage() {
  cat <<'END'
Usage: sshd-setup.sh [--dry-run] [--no-systemd] [USER]

Run it as root on the machine, or in the container, that kugetsu is used on. USER is `kugetsu` unless given; one that
is there is kept as it is. Works on Debian, Ubuntu and Fedora, and may be run again at any time.

  1. makes the user, with a home and no password
  2. lets sshd take keys alone: no passwords for anybody, root included
  3. installs the SSH server and sudo where they are missing
  4. prepares the user's ~/.ssh/authorized_keys
  5. lets the user use sudo without a password
  6. starts sshd, now and with every boot

  --dry-run     say what would be done, and change nothing; needs no root
  --no-systemd  for a container without systemd: all but step 6
  --help        this text

Exit code: 0 done, 1 failed, 2 wrong usage, 3 systemd does not run here.
END
}

fail() {
  printf 'sshd-setup: %s\n' "$1" >&2
  [[ -z ${2-} ]] || printf '  %s\n' "$2" >&2
  exit "${3-1}"
}

wrong_usage() {
  printf 'sshd-setup: %s\n\n' "$1" >&2
  usage >&2
  exit "$WRONG_USAGE"
}

# In a dry run the steps are the result; else they are progress, and the result is what to do next.
say() { if $dry_run; then printf '%s\n' "$*"; else printf '%s\n' "$*" >&2; fi; }
step() { say "== $*"; }
warn() { printf 'sshd-setup: warning: %s\n' "$*" >&2; }

run() {
  if $dry_run; then
    say "   would run: $*"
  else
    "$@" >&2
  fi
}

# Replaces a file in one step: whoever reads it meanwhile finds the old text or the new one.
write_file() { # path mode text
  if $dry_run; then
    say "   would write $1 (mode $2):"
    say "     | ${3//$'\n'/$'\n     | '}"
    return
  fi
  local temporary
  mkdir -p -- "$(dirname -- "$1")"
  # With a dot in its name neither sudo nor sshd would read it.
  temporary=$(mktemp -- "$(dirname -- "$1")/.kugetsu.XXXXXX")
  printf '%s\n' "$3" >"$temporary"
  chmod "$2" -- "$temporary"
  mv -f -- "$temporary" "$1"
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
  fail "$words" 'Start the container with systemd as its first process, or use --no-systemd and start sshd in your own way.' "$NO_SYSTEMD"
}

check_root() {
  if $dry_run || [[ $EUID -eq 0 ]]; then return; fi
  fail 'Only root can do that.' "Run it with sudo, or look at what it would do: bash $0 --dry-run"
}

# Sets `family`, and `service`: what the unit of sshd is called there.
read_distribution() {
  local id like word
  # shellcheck source=/dev/null
  id=$(. /etc/os-release 2>/dev/null && printf '%s' "${ID-}") || true
  # shellcheck source=/dev/null
  like=$(. /etc/os-release 2>/dev/null && printf '%s' "${ID_LIKE-}") || true
  for word in $id $like; do
    case $word in
      debian | ubuntu) family=debian service=ssh && return ;;
      fedora) family=fedora service=sshd && return ;;
    esac
  done
  fail "The distribution ${id:-of this machine} is not known." 'This works on Debian, Ubuntu and Fedora; docs/kugetsu-setup.md says what to do by hand elsewhere.'
}

check_name() {
  [[ $user =~ ^[a-z_][a-z0-9_-]{0,31}$ ]] ||
    wrong_usage 'That is no name of a user: a small letter, then small letters, digits, - and _, 32 in all.'
  [[ $user != root ]] || wrong_usage 'The user has to be an ordinary one, not root.'
}

check_account() {
  local id
  id=$(id -u -- "$user" 2>/dev/null) || return 0
  # Nobody should be able to become root through an account that a service runs under.
  if ((id < 1000 || id == 65534)); then
    fail "$user is an account of the system (number $id)." 'Name an ordinary user, or one that is not there yet.'
  fi
}

home_of() { getent passwd -- "$1" | cut -d: -f6; }

make_user() {
  if id -u -- "$user" >/dev/null 2>&1; then
    step "User $user is there and is kept"
    local shell
    shell=$(getent passwd -- "$user" | cut -d: -f7)
    case $shell in
      */nologin | */false) warn "$user cannot log in: its shell is $shell. Change that with: chsh -s /bin/bash $user" ;;
    esac
    return
  fi
  step "Make the user $user"
  # `*` is no password, and other than a locked account it lets keys in, whatever PAM does.
  run useradd --create-home --shell /bin/bash --password '*' "$user"
}

install_packages() {
  local missing=()
  [[ -x /usr/sbin/sshd ]] || missing+=(openssh-server)
  command -v sudo >/dev/null && command -v visudo >/dev/null || missing+=(sudo)
  if ((${#missing[@]} == 0)); then
    step 'The SSH server and sudo are installed'
    return
  fi
  step "Install ${missing[*]}"
  case $family in
    debian)
      run apt-get update -qq
      run env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
      ;;
    fedora) run dnf install -y -q "${missing[@]}" ;;
  esac
}

readonly SETTINGS='# Written by sshd-setup.sh of kugetsu: keys alone. It is replaced when the script runs again.
PubkeyAuthentication yes
PasswordAuthentication no
KbdInteractiveAuthentication no
ChallengeResponseAuthentication no
AuthenticationMethods publickey
PermitRootLogin prohibit-password'

# Before the server is installed: it never listens with passwords, not even for a moment.
write_drop_in() {
  step 'Let sshd take keys alone'
  saved=''
  if ! $dry_run && [[ -e $DROP_IN ]]; then saved=$(<"$DROP_IN"); fi
  write_file "$DROP_IN" 644 "$SETTINGS"
}

# Puts the configuration back as it was: a broken one would keep everybody out after the next start.
roll_back() {
  if [[ -n $saved ]]; then write_file "$DROP_IN" 644 "$saved"; else rm -f -- "$DROP_IN"; fi
  if [[ -e $SSHD_CONFIG.before-kugetsu ]]; then mv -f -- "$SSHD_CONFIG.before-kugetsu" "$SSHD_CONFIG"; fi
  fail "$1" "${2:+$2 }The configuration of sshd is as it was before; sshd was not touched."
}

# What is in force for that user, whichever file says it.
is_key_only() {
  local all
  all=$(sshd -T -C "user=$1,host=localhost,addr=127.0.0.1" 2>/dev/null) || return 1
  grep -qix 'pubkeyauthentication yes' <<<"$all" &&
    grep -qix 'passwordauthentication no' <<<"$all" &&
    grep -qix 'kbdinteractiveauthentication no' <<<"$all" &&
    grep -qix 'authenticationmethods publickey' <<<"$all" &&
    grep -qixE 'permitrootlogin (no|without-password|prohibit-password|forced-commands-only)' <<<"$all"
}

check_sshd() {
  step 'Check the configuration of sshd'
  if $dry_run; then
    run sshd -t
    say '   would ask sshd what is in force, and put everything back if it were not keys alone'
    return
  fi
  # sshd checks nothing without them, and neither is there before its first start.
  install -d -m 755 /run/sshd
  ssh-keygen -A >&2
  if ! is_key_only "$user" && ! grep -qiE '^\s*Include\s+/etc/ssh/sshd_config\.d/' "$SSHD_CONFIG"; then
    # An old configuration that was kept through upgrades knows no such directory.
    cp -p -- "$SSHD_CONFIG" "$SSHD_CONFIG.before-kugetsu"
    write_file "$SSHD_CONFIG" "$(stat -c %a -- "$SSHD_CONFIG")" "$INCLUDE"$'\n'"$(<"$SSHD_CONFIG")"
  fi
  local words
  words=$(sshd -t 2>&1) || roll_back "sshd does not accept its configuration: ${words//$'\n'/ }"
  local name
  for name in "$user" root; do
    is_key_only "$name" || roll_back "Other settings of sshd go before these, for $name." \
      "Look for them with: grep -rniE 'match|authentication|permitroot' $SSHD_CONFIG /etc/ssh/sshd_config.d."
  done
  rm -f -- "$SSHD_CONFIG.before-kugetsu"
}

prepare_keys() {
  step "Prepare ~$user/.ssh/authorized_keys"
  local home directory file
  home=$(home_of "$user") || true
  directory=${home:-/home/$user}/.ssh file=$directory/authorized_keys
  if [[ -L $directory || -L $file ]]; then fail "$file is a link." 'Put a real directory and file there.'; fi
  run install -d -m 700 -o "$user" -g "$(group_of "$user")" -- "$directory"
  if [[ ! -e $file ]]; then run install -m 600 /dev/null "$file"; fi
  run chmod 600 -- "$file"
  run chown "$user:" -- "$file"
  if command -v restorecon >/dev/null; then run restorecon -R "$directory"; fi
  $dry_run && return
  if [[ -n $(find "$home" -maxdepth 0 -perm /022) ]]; then
    warn "Others can write to $home, so sshd takes no key from it. Change that with: chmod go-w $home"
  fi
}

group_of() { id -gn -- "$1" 2>/dev/null || printf '%s' "$1"; }

allow_sudo() {
  step "Let $user use sudo without a password"
  local rule="$user ALL=(ALL:ALL) NOPASSWD: ALL" file=/etc/sudoers.d/90-kugetsu-$user temporary
  if $dry_run; then
    write_file "$file" 440 "$rule"
    say '   would check it with visudo -cf before it is moved there'
    return
  fi
  # A file that sudo cannot read stops sudo for everybody, so it is checked first; and those with a dot it never reads.
  temporary=$(mktemp /etc/sudoers.d/.kugetsu.XXXXXX)
  printf '%s\n' "$rule" >"$temporary"
  chmod 440 -- "$temporary"
  if ! visudo -cqf "$temporary"; then
    rm -f -- "$temporary"
    fail 'sudo does not accept the rule; nothing of it was changed.'
  fi
  mv -f -- "$temporary" "$file"
  runuser -u "$user" -- sudo -n true 2>/dev/null ||
    warn "sudo does not work for $user yet. See that /etc/sudoers reads /etc/sudoers.d, and that the container may gain privileges."
}

# Everything that needs systemd.
start_sshd() {
  if $no_systemd; then
    step 'sshd is not started (--no-systemd)'
    return
  fi
  step 'Start sshd, now and with every boot'
  run systemctl enable "$service"
  run systemctl reload-or-restart "$service"
  $dry_run || systemctl is-active --quiet "$service" || fail 'sshd did not start.' "See why: journalctl -u $service"
}

next_steps() {
  local start=''
  if $no_systemd; then start=$'\n   Start sshd first, for example as the command of the container: /usr/sbin/sshd -D -e\n'; fi
  cat <<END

Next steps:
$start
1. Put your public key (on your own machine: cat ~/.ssh/id_ed25519.pub) into ~$user/.ssh/authorized_keys.
   On this machine, as root:  cat >>~$user/.ssh/authorized_keys
   Log in with it before you close the session that you have now: passwords are not taken any more.
2. Forward a port of the host to port 22 of this machine or container (docs/kugetsu-setup.md says how).
3. Connect:  ssh -p 2222 $user@HOST
   and use kugetsu as you would here:  kugetsu list
END
}

dry_run=false no_systemd=false names=()
while (($# > 0)); do
  case $1 in
    --dry-run) dry_run=true ;;
    --no-systemd) no_systemd=true ;;
    -h | --help) usage && exit 0 ;;
    --) shift && names+=("$@") && break ;;
    -*) wrong_usage "There is no option ${1:0:40}." ;;
    *) names+=("$1") ;;
  esac
  shift
done
((${#names[@]} <= 1)) || wrong_usage 'There is one argument too many.'
user=${names[0]-kugetsu}
check_name

family='' service='' saved=''
check_systemd
check_root
read_distribution
check_account
make_user
write_drop_in
install_packages
check_sshd
prepare_keys
allow_sudo
start_sshd
next_steps
