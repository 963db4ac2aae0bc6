#!/usr/bin/env bash
# The whole life of an installed Aye, for real: install with answers, a question over the socket, an upgrade, a removal.
# To be run as root in a machine that may be changed, without systemd, on a checkout (in an empty Debian root:
# `fresh-root deploy/check.sh`). It starts a demo DAO of its own to be asked about. Prints each step with its seconds.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
step() { printf '%5d s  %s\n' "$SECONDS" "$*"; }
fail() { step "FAILED: $*"; exit 1; }
same() { [ "$1" = "$2" ] || fail "$3: $1 is not $2"; }
sum() { sha256sum "$@" | cut -c1-64; }
demo_pid=
clean() { [ -z "$demo_pid" ] || kill "$demo_pid" 2>/dev/null || true; }
trap clean EXIT

ask() { # ask TEXT: over the socket as a client does, as a member of the group and nothing more
  setpriv --reuid nobody --regid nogroup --groups "$(getent group aye | cut -d: -f3)" python3 - "$1" <<'PYTHON'
import http.client, json, socket, sys

class Service(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect("/run/aye/aye.sock")

service = Service("aye")
service.request("POST", "/v1/conversations/check/turns", json.dumps({"text": sys.argv[1]}), {"Content-Type": "application/json"})
answer = service.getresponse()
body = json.loads(answer.read())
assert answer.status == 200, (answer.status, body)
print(body["intent"], body["text"], sep="\t")
PYTHON
}

[ "$(id -u)" = 0 ] || fail "needs root"
[ ! -d /run/systemd/system ] || fail "systemd is here: this is for a root without it"
[ ! -e /opt/aye ] || fail "Aye is installed here already"

scripts/install >"$work/install.log" 2>&1 || { cat "$work/install.log"; fail "scripts/install"; }
step "the checkout is set up, for its demo DAO"
mkfifo "$work/in"
.venv/bin/aye demo --json <"$work/in" >"$work/demo" 2>"$work/demo.log" &
demo_pid=$!
exec 9>"$work/in"
for _ in $(seq 120); do [ -s "$work/demo" ] && break; sleep 0.5; done
[ -s "$work/demo" ] || { cat "$work/demo.log"; fail "no demo DAO"; }
fact() { python3 -c 'import json, sys; print(json.loads(open(sys.argv[1]).readline())["demo"][sys.argv[2]])' "$work/demo" "$1"; }
step "a DAO to ask about stands at $(fact rpc)"
cat >"$work/answers.yaml" <<YAML
data: /var/lib/aye
dao:
  key: garden
  endpoint: $(fact rpc)
  chain_id: $(fact chain_id)
  governor: "$(fact governor)"
key:
  passphrase: generated
YAML

began=$SECONDS
deploy/install.sh --answers "$work/answers.yaml" --start --yes 2>"$work/install.log" || { cat "$work/install.log"; fail "install.sh"; }
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

key=$(sum /var/lib/aye/key.json /var/lib/aye/passphrase) configuration=$(sum /etc/aye/config.yaml)
turns() { python3 -c 'import sqlite3; print(sqlite3.connect("/var/lib/aye/aye.db").execute("SELECT count(*) FROM audit").fetchone()[0])'; }
before=$(turns)
[ "$before" -ge 1 ] || fail "the turn is not in the audit log"

began=$SECONDS
deploy/install.sh --answers "$work/answers.yaml" --start --yes 2>"$work/again.log" || { cat "$work/again.log"; fail "the second run"; }
same "$(sum /var/lib/aye/key.json /var/lib/aye/passphrase)" "$key" "the key after a second run"
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
deploy/install.sh upgrade --start --yes 2>"$work/upgrade.log" || { cat "$work/upgrade.log"; fail "upgrade"; }
step "upgraded in $((SECONDS - began)) s"
same "$(sum /var/lib/aye/key.json /var/lib/aye/passphrase)" "$key" "the key after the upgrade"
same "$(sum /etc/aye/config.yaml)" "$configuration" "the configuration after the upgrade"
[ "$(turns)" -ge "$before" ] || fail "turns were lost"
ls /var/lib/aye/aye.db.before-* >/dev/null || fail "no copy of the database was kept"
[ -z "$(find /var/lib/aye ! -user aye)" ] || fail "something in /var/lib/aye is not the user's own after the upgrade"
answer=$(ask "which proposals are open")
[ "${answer%%$'\t'*}" = list_proposals ] || fail "after the upgrade: $answer"
step "key, journal and configuration kept, the database taken along, answered: ${answer#*$'\t'}"

deploy/install.sh remove 2>"$work/remove.log" || { cat "$work/remove.log"; fail "remove"; }
for gone in /opt/aye /usr/local/bin/aye /run/aye /run/aye.pid; do [ ! -e "$gone" ] || fail "$gone is still there"; done
[ -z "$(find /proc -maxdepth 1 -user aye)" ] || fail "the service still runs"
same "$(sum /var/lib/aye/key.json /var/lib/aye/passphrase)" "$key" "the key after the removal"
grep -q "/var/lib/aye" "$work/remove.log" && grep -q "/etc/aye/config.yaml" "$work/remove.log" || fail "it does not say what is left"
deploy/install.sh remove 2>/dev/null || fail "a second removal"
step "removed; key and journal are where it says"
