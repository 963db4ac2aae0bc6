#!/usr/bin/env bash
# The units under a real systemd, booted as the first process of namespaces of its own: install with answers, text and
# sound over the socket, two power cuts (with the key's credential and without it), an upgrade, a removal.
#   deploy/check-systemd.sh ROOT
# ROOT: the folder of an empty Debian root (debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates).
# It is not changed: a layer that is thrown away lies over it, with a clone of this checkout's HEAD in it. As root, on a
# checkout that is set up (`make install`), where overlays can be mounted. Units' MemoryMax= and TasksMax= hold only
# where the control groups of version 2 have these controllers.
set -euo pipefail
[ -x "${1:-}/bin/bash" ] || { sed -n '2,9p' "$0"; exit 2; }
base=$(realpath "$1")
cd "$(dirname "$0")/.."
. deploy/check-lib.sh
[ "$(id -u)" = 0 ] || fail "needs root"
work=$(mktemp -d /var/tmp/aye-check.XXXXXX)
root=$work/root project=/srv/project demo_pid='' init='' outside=''
clean() {
  [ -z "$init" ] || kill -9 "$init" 2>/dev/null || true
  [ -z "$demo_pid" ] || kill "$demo_pid" 2>/dev/null || true
  wait
  find "$work/cgroup/aye-check" -depth -type d -exec rmdir {} + || true
  umount "$root" "$work/cgroup"
  rm -rf --one-file-system "$work"
}
trap clean EXIT

mkdir "$root" "$work/up" "$work/layer" "$work/cgroup"
mount -t overlay overlay -o "lowerdir=$base,upperdir=$work/up,workdir=$work/layer" "$root"
mount -t cgroup2 none "$work/cgroup"
mkdir -p "$work/cgroup/aye-check"
# Where packages come from is this machine's affair.
for file in /etc/resolv.conf /etc/hosts /etc/pip.conf /root/.config/pip/pip.conf /etc/ssl/certs/ca-certificates.crt /etc/apt/apt.conf.d/99*; do
  [ ! -f "$file" ] || install -D -m 0644 "$file" "$root$file"
done
git clone -q --no-local . "$root$project"

cat >"$work/boot" <<BOOT
set -e
cd $root
mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys  # the kernel's settings are the machine's, not ours
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=755 tmpfs dev
cp -a /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty dev/
mkdir -p dev/pts dev/shm old
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mount -t tmpfs tmpfs dev/shm
pivot_root . old
umount -l /old
mount --make-rshared /
exec env -i container=check PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 /lib/systemd/systemd --log-target=journal --show-status=false
BOOT

boot() { # until every unit is up
  bash -c 'echo $$ >"$1/cgroup/aye-check/cgroup.procs"; exec unshare --pid --mount --uts --ipc --cgroup --fork --kill-child \
    --propagation private bash "$1/boot"' boot "$work" </dev/null >"$work/boot.log" 2>&1 9>&- &
  outside=$!
  local said=
  for _ in $(seq 120); do
    init=$(cat "/proc/$outside/task/$outside/children" 2>/dev/null | tr -d ' ') || true
    [ -z "$init" ] || said=$(inside systemctl is-system-running --wait 2>/dev/null) || true
    case $said in running | degraded) break ;; esac
    sleep 0.5
  done
  [ "$said" = running ] || { cat "$work/boot.log"; inside systemctl --failed --no-legend; fail "systemd says: $said"; }
}
power_cut() { kill -9 "$init" && init='' && { wait "$outside" 2>/dev/null || true; }; }
inside() { # inside COMMAND…: in the machine that systemd has booted
  nsenter -t "$init" --pid --mount --uts --ipc --cgroup --root="/proc/$init/root" --wd="/proc/$init/root$project" \
    env HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 SYSTEMD_PAGER=cat "$@"
}
script() { inside bash -euo pipefail -c "cd $project; . deploy/check-lib.sh; $1"; }
ask() { script "client \"\$(question '$1')\""; }
ready() { # until it is; prints whether it only reads
  for _ in $(seq 120); do
    if script "client \"print(call('GET', '/health/ready')['read_only'])\"" 2>/dev/null; then return; fi
    sleep 0.5
  done
  inside journalctl -u aye -n 20 >&2
  fail "the service is not ready"
}
log() { inside journalctl -b -u aye -o cat; }

quietly packages chroot "$root" apt-get update -qq
quietly packages chroot "$root" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends systemd systemd-sysv dbus
step "systemd is in an empty Debian root"
demo
answers credential
cp "$work/answers.yaml" "$root/srv/"
.venv/bin/aye say "what is in the treasury" --wav "$root/srv/question.wav" >/dev/null
boot
step "systemd $(inside systemctl --version | sed -n '1s/systemd \([0-9]*\).*/\1/p') runs"

began=$SECONDS
quietly install inside deploy/install.sh --answers /srv/answers.yaml --yes
step "installed from nothing in $((SECONDS - began)) s"
for unit in aye aye-listen; do
  said=$(inside systemd-analyze security --offline=true --no-pager "/etc/systemd/system/$unit.service" | sed -n 's/.*exposure level for //p')
  step "exposure of $said"
  quietly verify inside systemd-analyze verify "/etc/systemd/system/$unit.service"
  [ ! -s "$work/verify.log" ] || { cat "$work/verify.log"; fail "systemd-analyze verify has something to say"; }
done
same "$(inside stat -c %a:%U:%G /run/aye/aye.sock)" 660:aye:aye "the socket"
same "$(inside stat -c %a:%U /etc/credstore/aye-passphrase)" 600:root "the credential"
same "$(ready)" False "it only reads"
answer=$(ask "what is in the treasury")
[ "${answer%%$'\t'*}" = treasury_balance ] || fail "asked of the treasury: $answer"
step "answered over the socket: ${answer#*$'\t'}"
answer=$(script "client \"
said = call('POST', '/v1/conversations/check/turns?audio=true', open('/srv/question.wav', 'rb').read(), 'audio/wav')
print(said['heard'], len(said['audio']) > 10000, sep=chr(9))\"")
[ "${answer#*$'\t'}" = True ] || fail "asked by sound: $answer"
step "asked by sound, answered by sound; heard: ${answer%%$'\t'*}"

key=$(script kept) configuration=$(script "sum /etc/aye/config.yaml") before=$(script turns)
power_cut
boot
same "$(ready)" False "it only reads after a power cut"
step "after a power cut it is there again, its key unlocked by the credential, nobody asked"
mv "$root/etc/credstore/aye-passphrase" "$work/"
power_cut
boot
same "$(ready)" True "it only reads after a power cut without the credential"
log | grep -q "This Aye only reads" || fail "it does not say that it only reads"
answer=$(ask "what is in the treasury")
[ "${answer%%$'\t'*}" = treasury_balance ] || fail "asked of the treasury: $answer"
step "after one without the credential: $(log | sed -n 's/^WARNING \(This Aye only reads.*\)/\1/p' | head -1)"
mv "$work/aye-passphrase" "$root/etc/credstore/"
inside systemctl restart aye
same "$(ready)" False "it only reads with the credential back"

began=$SECONDS
quietly upgrade inside deploy/install.sh upgrade --yes
step "upgraded in $((SECONDS - began)) s"
same "$(script kept)" "$key" "the key after the upgrade"
same "$(script "sum /etc/aye/config.yaml")" "$configuration" "the configuration after the upgrade"
[ "$(script turns)" -ge "$before" ] || fail "turns were lost"
same "$(ready)" False "it only reads after the upgrade"
quietly remove inside deploy/install.sh remove
for gone in /opt/aye /usr/local/bin/aye /etc/systemd/system/aye.service; do [ ! -e "$root$gone" ] || fail "$gone is still there"; done
if inside systemctl is-active --quiet aye; then fail "the service still runs"; fi
same "$(script kept)" "$key" "the key after the removal"
grep -q "/etc/credstore/aye-passphrase" "$work/remove.log" || fail "it does not say what is left"
step "removed; key, journal and credential are where it says"
