#!/usr/bin/env bash
# Installs Debian packages that are missing, and starts none of their services.
#
#   deps.sh demo          what `make demo` needs
#   deps.sh test          what `make test` needs
#   deps.sh clients       what `make clients` needs, but for Node.js and npm
#   deps.sh PACKAGE...    these packages
#
# Needs root or sudo only when something is missing.
set -euo pipefail

demo=(prosody)
test=(
	prosody prosody-modules ejabberd mosquitto mosquitto-clients socat # what the gateway talks to
	lua-unbound                                                        # Prosody with a DNS of the test's own
	python3-slixmpp go-sendxmpp                                        # XMPP clients that are not ours
	python3-pymodbus python3-serial-asyncio                            # Modbus devices that are not ours
	gcc libc6-dev                                                      # go test -race
)
clients=(
	prosody                                                        # what the clients log in to
	profanity mcabber tmux openssl                                 # clients in a terminal
	chromium fonts-dejavu-core fonts-noto-color-emoji              # a browser for Converse.js
)

# Packages ask this file before they start a service; 101 means no.
policy=${POLICY_RC_D:-/usr/sbin/policy-rc.d}
saved=$policy.before-thingbridge
log=

fail() {
	echo "deps: $*" >&2
	exit 1
}

installed() {
	[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# One that is there before we begin was left by a killed run.
policy_is_ours() {
	grep -qs 'put here by thingbridge' "$policy"
}

forbid_services() {
	if [ -e "$policy" ] && ! policy_is_ours; then
		mv "$policy" "$saved"
	fi
	printf '#!/bin/sh\n# put here by thingbridge while it installs packages\nexit 101\n' >"$policy"
	chmod 755 "$policy"
}

restore_services() {
	rm -f "$log"
	if policy_is_ours; then
		rm "$policy"
	fi
	if [ -e "$saved" ]; then
		mv "$saved" "$policy"
	fi
}

apt() {
	apt-get -q -y -o DPkg::Lock::Timeout=300 "$@" </dev/null >>"$log" 2>&1 || {
		cat "$log" >&2
		fail "apt-get $1 failed, see above"
	}
}

wanted=()
for word in "$@"; do
	case $word in
	demo) wanted+=("${demo[@]}") ;;
	test) wanted+=("${test[@]}") ;;
	clients) wanted+=("${clients[@]}") ;;
	-*) fail "unknown option $word" ;;
	*) wanted+=("$word") ;;
	esac
done
[ ${#wanted[@]} -gt 0 ] || fail "say what to install: demo, test or names of packages"

command -v dpkg-query >/dev/null && command -v apt-get >/dev/null ||
	fail "this system has no apt; install the counterparts of: ${wanted[*]}"

missing=()
for package in "${wanted[@]}"; do
	installed "$package" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
	command -v sudo >/dev/null ||
		fail "neither root nor sudo; as root, run: apt-get install --no-install-recommends ${missing[*]}"
	exec sudo -- "${BASH_SOURCE[0]}" "${missing[@]}"
fi

echo "deps: installing ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
trap restore_services EXIT
trap 'exit 130' INT TERM HUP
log=$(mktemp)
forbid_services
apt update
apt install --no-install-recommends "${missing[@]}"
