#!/usr/bin/env bash
# The whole life of an installed Aye, for real: install with answers, a question over the socket, an upgrade, a removal.
# To be run as root in a machine that may be changed, without systemd, on a checkout (in an empty Debian root:
# `fresh-root deploy/check.sh`). It starts a demo DAO of its own to be asked about. Prints each step with its seconds.
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/check-lib.sh
may_run
work=$(mktemp -d)
demo_pid=
clean() { [ -z "$demo_pid" ] || kill "$demo_pid" 2>/dev/null || true; }
trap clean EXIT
ask() { client "$(question "$1")"; }

demo
answers generated

began=$SECONDS
quietly install deploy/install.sh --answers "$work/answers.yaml" --start --yes
grep -q "there is no systemd here" "$work/install.log" || fail "it does not say that there is no systemd"
step "installed from nothing in $((SECONDS - began)) s ($(du -sm /opt/aye | cut -f1) MB in /opt/aye)"

same "$(stat -c %a:%U:%G /run/aye/aye.sock)" 660:aye:aye "the socket"
same "$(stat -c %a:%U /var/lib/aye/key.json)" 600:aye "the key"
same "$(stat -c %a:%U /etc/aye/config.yaml)" 600:aye "the configuration"
[ -z "$(find /var/lib/aye ! -user aye)" ] || fail "something in /var/lib/aye is not the user's own"
same "$(stat -c %U "/proc/$(cat /run/aye.pid)")" aye "who the service runs as"
answer=$(ask "what is in the treasury")
[ "${answer%%$'\t'*}" = treasury_balance ] || fail "asked of the treasury: $answer"
step "answered over the socket: ${answer#*$'\t'}"
if setpriv --reuid nobody --regid nogroup --clear-groups python3 -c \
  'import socket; socket.socket(socket.AF_UNIX).connect("/run/aye/aye.sock")' 2>/dev/null; then
  fail "someone outside the group may open the socket"
fi
step "someone outside the group may not open it"

key=$(kept) configuration=$(sum /etc/aye/config.yaml) before=$(turns)
[ "$before" -ge 1 ] || fail "the turn is not in the audit log"

began=$SECONDS
quietly again deploy/install.sh --answers "$work/answers.yaml" --start --yes
same "$(kept)" "$key" "the key after a second run"
same "$(sum /etc/aye/config.yaml)" "$configuration" "the configuration after a second run"
step "run again in $((SECONDS - began)) s: nothing changed"

# The database as the first Aye left it: without the steps' own table, and without what came later.
/opt/aye/deploy/install.sh --start 2>/dev/null && start-stop-daemon --stop --quiet --pidfile /run/aye.pid --user aye --retry TERM/90 --remove-pidfile
python3 - <<'PYTHON'
import sqlite3
database = sqlite3.connect("/var/lib/aye/aye.db")
for table in ("alembic_version", "clients"):
    database.execute(f"DROP TABLE IF EXISTS {table}")
database.execute("UPDATE schema_version SET version = 1")
database.commit()
PYTHON
began=$SECONDS
quietly upgrade deploy/install.sh upgrade --start --yes
step "upgraded in $((SECONDS - began)) s"
same "$(kept)" "$key" "the key after the upgrade"
same "$(sum /etc/aye/config.yaml)" "$configuration" "the configuration after the upgrade"
[ "$(turns)" -ge "$before" ] || fail "turns were lost"
ls /var/lib/aye/aye.db.before-* >/dev/null || fail "no copy of the database was kept"
[ -z "$(find /var/lib/aye ! -user aye)" ] || fail "something in /var/lib/aye is not the user's own after the upgrade"
answer=$(ask "which proposals are open")
[ "${answer%%$'\t'*}" = list_proposals ] || fail "after the upgrade: $answer"
step "key, journal and configuration kept, the database taken along, answered: ${answer#*$'\t'}"

quietly remove deploy/install.sh remove
for gone in /opt/aye /usr/local/bin/aye /run/aye /run/aye.pid; do [ ! -e "$gone" ] || fail "$gone is still there"; done
[ -z "$(find /proc -maxdepth 1 -user aye)" ] || fail "the service still runs"
same "$(kept)" "$key" "the key after the removal"
grep -q "/var/lib/aye" "$work/remove.log" && grep -q "/etc/aye/config.yaml" "$work/remove.log" || fail "it does not say what is left"
deploy/install.sh remove 2>/dev/null || fail "a second removal"
step "removed; key and journal are where it says"
