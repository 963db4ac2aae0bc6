# shellcheck shell=bash disable=SC2034
# What deploy/check.sh and deploy/check-systemd.sh share; they source it.
step() { printf '%5d s  %s\n' "$SECONDS" "$*"; }
fail() { step "FAILED: $*"; exit 1; }
same() { [ "$1" = "$2" ] || fail "$3: $1 is not $2"; }
sum() { sha256sum "$@" | cut -c1-64; }
may_run() {
  [ "$(id -u)" = 0 ] || fail "needs root"
  [ ! -d /run/systemd/system ] || fail "systemd is here: this is for a root without it"
  [ ! -e /opt/aye ] || fail "Aye is installed here already"
}
kept() { sum /var/lib/aye/key.json; if [ -e /var/lib/aye/passphrase ]; then sum /var/lib/aye/passphrase; fi; }
turns() { python3 -c 'import sqlite3; print(sqlite3.connect("/var/lib/aye/aye.db").execute("SELECT count(*) FROM audit").fetchone()[0])'; }
quietly() { # quietly NAME COMMAND…: its words in $work/NAME.log, shown where it fails
  local name=$1
  shift
  "$@" >"$work/$name.log" 2>&1 || { cat "$work/$name.log"; fail "$*"; }
}

client() { # client PYTHON: run as a member of the group aye and nothing more, with `call(method, path, body)` at hand
  setpriv --reuid nobody --regid nogroup --groups "$(getent group aye | cut -d: -f3)" python3 -c "
import http.client, json, socket

class Service(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect('/run/aye/aye.sock')

def call(method, path, body=None, kind='application/json'):
    service = Service('aye')
    service.request(method, path, body, {} if body is None else {'Content-Type': kind})
    answer = service.getresponse()
    said = json.loads(answer.read())
    assert answer.status == 200, (answer.status, said)
    return said

$1"
}

question() { # question TEXT: the Python that asks it
  printf "said = call('POST', '/v1/conversations/check/turns', json.dumps({'text': '%s'}))\n" "$1"
  printf "print(said['intent'], said['text'], sep='\\\\t')\n"
}

demo() { # a DAO to ask about: its facts in $work/demo, its process in $demo_pid
  quietly checkout scripts/install
  step "the checkout is set up, for its demo DAO"
  mkfifo "$work/in"
  .venv/bin/aye demo --json <"$work/in" >"$work/demo" 2>"$work/demo.log" &
  demo_pid=$!
  exec 9>"$work/in"
  for _ in $(seq 120); do [ -s "$work/demo" ] && break; sleep 0.5; done
  [ -s "$work/demo" ] || { cat "$work/demo.log"; fail "no demo DAO"; }
  step "a DAO to ask about stands at $(fact rpc)"
}
fact() { python3 -c 'import json, sys; print(json.loads(open(sys.argv[1]).readline())["demo"][sys.argv[2]])' "$work/demo" "$1"; }
answers() { # answers PASSPHRASE: the file for `aye setup --answers`
  cat >"$work/answers.yaml" <<YAML
data: /var/lib/aye
dao:
  key: garden
  endpoint: $(fact rpc)
  chain_id: $(fact chain_id)
  governor: "$(fact governor)"
key:
  passphrase: $1
YAML
}

