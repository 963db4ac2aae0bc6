#!/usr/bin/env bash
# Aye as a service of this machine: Debian 12 or later, Ubuntu 24.04 or later, Raspberry Pi OS, each of 64 bit.
#
#   sudo deploy/install.sh [--answers FILE] [--wheel FILE] [--listen] [--start] [--yes]
#   sudo deploy/install.sh upgrade [--wheel FILE] [--start] [--yes]
#   sudo deploy/install.sh remove
#
#   --answers FILE  also runs `aye setup --answers FILE` (its format: docs/setup.md)
#   --wheel FILE    installs this wheel; else Aye is built from the checkout that this script lies in
#   --listen        also the loop that hears by microphone and answers aloud, started with the machine
#   --start         where there is no systemd: starts the service in the background, as the user aye
#   --yes           asks nothing
#
# It makes: the user and the group aye, /opt/aye (the program), /etc/aye/config.yaml, /var/lib/aye (key, journal),
# /usr/local/bin/aye, and with systemd two units. Who is in the group aye may speak to it at /run/aye/aye.sock.
# `upgrade` keeps key, journal and configuration. `remove` leaves key, journal and configuration, and says where.
# Everything that would stop it is looked for before anything is changed. Running it again changes nothing.
set -Eeuo pipefail

APP=/opt/aye ETC=/etc/aye DATA=/var/lib/aye SOCKET=/run/aye/aye.sock COMMAND=/usr/local/bin/aye
CREDSTORE=/etc/credstore PIDFILE=/run/aye.pid
NEEDED_MB=1500
PACKAGES=(libportaudio2 espeak-ng)
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
action=install answers='' wheel='' listen='' start='' yes=''

say() { printf '%s\n' "$*" >&2; }
stop() { say "aye: $*"; exit 1; }
has_systemd() { [ -d /run/systemd/system ]; }

usage() { sed -n '2,20s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

read_arguments() {
  while [ $# -gt 0 ]; do
    case $1 in
      install | upgrade | remove) action=$1 ;;
      --answers | --wheel)
        [ $# -ge 2 ] || { say "aye: $1 needs a file."; exit 2; }
        [ -r "$2" ] || { say "aye: $1: there is no file $2 that can be read."; exit 2; }
        if [ "$1" = --answers ]; then answers=$(realpath "$2"); else wheel=$(realpath "$2"); fi
        shift ;;
      --listen) listen=1 ;;
      --start) start=1 ;;
      --yes) yes=1 ;;
      -h | --help) usage; exit 0 ;;
      *) say "aye: there is no $1 here. See $0 --help."; exit 2 ;;
    esac
    shift
  done
}

# Nothing up to the end of `look` changes the machine.
look() {
  local machine bits python version free
  machine=$(uname -m) bits=$(getconf LONG_BIT)
  case $machine in x86_64 | aarch64 | arm64) ;; *) bits=32 ;; esac
  if command -v dpkg >/dev/null; then
    case $(dpkg --print-architecture) in amd64 | arm64) ;; *) bits=32 ;; esac # 64-bit kernel, 32-bit system
  fi
  [ "$bits" = 64 ] || stop "this is a 32-bit system (or a processor that Aye is not made for): $machine." \
    "Aye needs a 64-bit one; on a Raspberry Pi 3 or later write Raspberry Pi OS (64-bit) to the card. Nothing was changed."
  command -v apt-get >/dev/null && command -v dpkg-query >/dev/null || \
    stop "this is not Debian, Ubuntu or Raspberry Pi OS. Elsewhere: pipx install the wheel. Nothing was changed."
  python=$(command -v python3) || stop "there is no python3. Install it: sudo apt install python3. Nothing was changed."
  version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  case $version in
    3.11 | 3.12 | 3.13) ;;
    *) stop "Aye needs Python 3.11, 3.12 or 3.13; python3 here is $version. Nothing was changed." ;;
  esac
  [ "$(id -u)" = 0 ] || stop "this needs root: sudo $0${action:+ $action}. Nothing was changed."
  [ "$action" = upgrade ] && [ ! -x "$APP/venv/bin/aye" ] && stop "Aye is not installed here yet: sudo $0"
  [ -n "$wheel" ] || [ -f "$here/../pyproject.toml" ] || \
    stop "this is not a checkout of Aye: name its wheel with --wheel FILE. Nothing was changed."
  free=$(df -Pm "$([ -d /opt ] && echo /opt || echo /)" | awk 'NR == 2 {print $4}')
  [ -n "$free" ] && [ "$free" -ge "$NEEDED_MB" ] || \
    stop "only ${free:-no} MB are free in /opt, and $NEEDED_MB are needed while it installs. Nothing was changed."
  lock=$here/../requirements
  [ -d "$lock" ] || lock=$here/requirements
}

missing_packages() {
  local package
  for package in "${PACKAGES[@]}"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || echo "$package"
  done
  python3 -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
}

tell() {
  local missing
  missing=$(missing_packages | tr '\n' ' ')
  say "This will ${action} Aye:"
  [ -z "$missing" ] || say "  system packages  $missing"
  say "  user and group   aye"
  say "  program          $APP (560 MB; some 180 MB are fetched, the Whisper model among them)"
  say "  configuration    $ETC/config.yaml"
  say "  key and journal  $DATA"
  if has_systemd; then
    say "  service          aye.service${listen:+, aye-listen.service}, socket $SOCKET"
  else
    say "  service          there is no systemd here, so nothing starts with the machine; socket $SOCKET"
  fi
  if [ -z "$yes" ] && [ -t 0 ]; then
    read -r -p "Go on? (y/n) " said && [[ $said = [yY]* ]] || { say "Nothing was changed."; exit 1; }
  fi
}

install_packages() {
  local missing
  mapfile -t missing < <(missing_packages)
  [ ${#missing[@]} -gt 0 ] || return 0
  say "Installing ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

make_user() {
  install -D -m 0644 "$here/sysusers.conf" /etc/sysusers.d/aye.conf
  install -D -m 0644 "$here/tmpfiles.conf" /etc/tmpfiles.d/aye.conf
  if command -v systemd-sysusers >/dev/null; then
    systemd-sysusers /etc/sysusers.d/aye.conf
    systemd-tmpfiles --create /etc/tmpfiles.d/aye.conf
    return
  fi
  getent group aye >/dev/null || groupadd --system aye
  getent passwd aye >/dev/null || \
    useradd --system --gid aye --home-dir "$DATA" --no-create-home --shell /usr/sbin/nologin --comment Aye aye
  install -d -m 0755 -o root -g root "$ETC"
  install -d -m 0700 -o aye -g aye "$DATA"
  install -d -m 0755 -o aye -g aye /run/aye
}

# The dependencies have a folder by their lock's checksum: a new lock is installed beside the old one while the old Aye
# still runs, and with the same lock only Aye itself is replaced.
make_environment() {
  venv=$APP/venv-$(sha256sum "$lock/base.lock" | cut -c1-12)
  install -d -m 0755 "$APP"
  if [ ! -f "$venv/.complete" ]; then
    say "Installing Aye's Python packages into $venv"
    rm -rf "$venv"
    python3 -m venv "$venv"
    pip install --require-hashes -r "$lock/build.lock"
    pip install --require-hashes --no-build-isolation -r "$lock/base.lock"
    touch "$venv/.complete"
  fi
  if [ -z "$wheel" ]; then
    built=$(mktemp -d)
    (cd "$here/.." && pip wheel --no-deps --no-build-isolation -w "$built" .)
    wheel=$(ls "$built"/aye-*.whl)
  fi
}

pip() { PIP_ROOT_USER_ACTION=ignore "$venv/bin/python" -m pip --disable-pip-version-check --quiet "$@"; }

put_in_place() {
  pip install --no-deps --force-reinstall "$wheel"
  find "$APP" -maxdepth 1 -name '*.whl' -delete
  install -m 0644 "$wheel" "$APP/"
  ln -sfn "$(basename "$venv")" "$APP/.venv.new" && mv -T "$APP/.venv.new" "$APP/venv"
  find "$APP" -maxdepth 1 -name 'venv-*' ! -path "$venv" -exec rm -rf {} +
  rm -rf "$APP/deploy" && mkdir "$APP/deploy" && cp -r "$here/." "$APP/deploy/"
  [ -d "$APP/deploy/requirements" ] || cp -r "$lock" "$APP/deploy/requirements"
  install -m 0755 "$here/aye-command" "$COMMAND"
  [ -e "$ETC/config.yaml" ] || install -m 0600 -o aye -g aye "$here/config.yaml" "$ETC/config.yaml"
  [ -z "${built:-}" ] || rm -rf "$built"
}

# A credential that the answers name and that is not there is made: nobody is there to be asked.
make_credential() {
  has_systemd || return 0 # else nobody would hand it to the service
  install -d -m 0700 "$CREDSTORE" # Debian has no such folder of its own
  [ -n "$answers" ] && [ ! -e "$CREDSTORE/aye-passphrase" ] || return 0
  grep -Eq 'passphrase:[[:space:]]*"?credential' "$answers" || return 0
  (umask 077 && head -c 24 /dev/urandom | base64 -w 0 >"$CREDSTORE/aye-passphrase")
  say "Made the passphrase of the speaker's key: $CREDSTORE/aye-passphrase, for root's eyes only"
}

configured() { grep -Eq '^[^#]*governor:' "$ETC/config.yaml"; }

stop_service() {
  if has_systemd; then
    systemctl stop aye.service aye-listen.service 2>/dev/null || true
  elif [ -e "$PIDFILE" ]; then
    # A vote that is under way is let reach its journal: up to 90 seconds.
    start-stop-daemon --stop --quiet --oknodo --pidfile "$PIDFILE" --user aye --retry TERM/90/KILL/5 --remove-pidfile
  fi
}

start_service() {
  if has_systemd; then
    install -m 0644 "$here/aye.service" "$here/aye-listen.service" /etc/systemd/system/
    systemctl daemon-reload
    if ! configured; then
      say "Next: sudo aye setup, then sudo systemctl enable --now aye"
      return 0
    fi
    systemctl enable --quiet aye.service
    systemctl restart aye.service
    if [ -n "$listen" ]; then systemctl enable --quiet aye-listen.service; fi
    if systemctl is-enabled --quiet aye-listen.service 2>/dev/null; then systemctl restart aye-listen.service; fi
  elif [ -n "$start" ] && configured; then
    start_detached
  else
    say "There is no systemd here. Start the service by hand, as the user aye:"
    configured || say "  sudo aye setup"
    say "  sudo $APP/deploy/install.sh --start"
    say "or in a terminal, until control C:"
    say "  sudo setpriv --reuid aye --regid aye --init-groups env HOME=$DATA AYE_CONFIG=$ETC/config.yaml $APP/venv/bin/aye serve"
    return 0
  fi
  wait_ready
}

start_detached() {
  local log=$DATA/service.log credentials=()
  install -d -m 0755 -o aye -g aye /run/aye
  touch "$log" && chown aye:aye "$log" && chmod 0600 "$log"
  if [ -e "$CREDSTORE/aye-passphrase" ]; then
    install -d -m 0500 -o aye -g aye /run/aye-credentials
    install -m 0400 -o aye -g aye "$CREDSTORE/aye-passphrase" /run/aye-credentials/
    credentials=(CREDENTIALS_DIRECTORY=/run/aye-credentials)
  fi
  env HOME="$DATA" AYE_CONFIG="$ETC/config.yaml" "${credentials[@]}" start-stop-daemon --start --quiet --background \
    --make-pidfile --pidfile "$PIDFILE" --chuid aye:aye --chdir "$DATA" --umask 0077 --output "$log" \
    --startas "$APP/venv/bin/aye" -- serve
}

# Until it is alive: its rooms are loaded, and what a power cut left under way is settled.
wait_ready() {
  local tries
  for ((tries = 0; tries < 180; tries++)); do
    if "$APP/venv/bin/python" "$APP/deploy/alive.py" "$SOCKET"; then
      say "Aye answers at $SOCKET. Who is in the group aye may speak to it: sudo usermod -aG aye NAME"
      return
    fi
    if has_systemd; then
      ! systemctl is-failed --quiet aye.service || stop "the service does not start. Why: journalctl -u aye"
    elif ! kill -0 "$(cat "$PIDFILE")" 2>/dev/null; then
      stop "the service ended at once. Its last word, in $DATA/service.log: $(tail -n 1 "$DATA/service.log")"
    fi
    sleep 0.5
  done
  stop "the service does not answer. Why: $(if has_systemd; then echo journalctl -u aye; else echo "$DATA/service.log"; fi)"
}

remove() {
  stop_service
  if has_systemd; then systemctl disable --quiet aye.service aye-listen.service 2>/dev/null || true; fi
  rm -f /etc/systemd/system/aye.service /etc/systemd/system/aye-listen.service /etc/sysusers.d/aye.conf \
    /etc/tmpfiles.d/aye.conf "$COMMAND" "$PIDFILE"
  rm -rf /run/aye /run/aye-credentials
  if has_systemd; then systemctl daemon-reload; fi
  rm -rf "$APP"
  say "Aye is removed. Left, for you to keep or to delete:"
  say "  $DATA  key, journal, conversations: without the key the votes delegated to it must be delegated anew"
  say "  $ETC/config.yaml  configuration"
  [ ! -e "$CREDSTORE/aye-passphrase" ] || say "  $CREDSTORE/aye-passphrase  the key's passphrase"
  say "  the user and group aye, to whom they belong; the system packages ${PACKAGES[*]}"
}

read_arguments "$@"
if [ "$action" = remove ]; then
  [ "$(id -u)" = 0 ] || stop "this needs root: sudo $0 remove. Nothing was changed."
  remove
  exit 0
fi
# With everything in place, `--start` alone only starts.
if [ "$action" = install ] && [ -n "$start" ] && [ -z "$answers$wheel$listen" ] && [ "$here" = "$APP/deploy" ]; then
  [ "$(id -u)" = 0 ] || stop "this needs root: sudo $0 --start"
  has_systemd && stop "systemd is here: sudo systemctl start aye"
  stop_service
  start_service
  exit 0
fi
look
tell
trap 'say "aye: the step above failed. Key, journal and configuration are kept; mend what it names and run this again."' ERR
install_packages
make_user
make_environment
stop_service
put_in_place
make_credential
if [ "$action" = upgrade ]; then
  say "Taking the journal along"
  "$COMMAND" journal --limit 1 >/dev/null
fi
[ -z "$answers" ] || "$COMMAND" setup --answers "$answers"
start_service
