#!/usr/bin/env bash
# Installs the servers that sources are tested against, and the browser for flows through one, which npm cannot bring. Needs Debian and root; does nothing when
# they are there. Tests start their own instances on free loopback ports: no service is left running.
set -euo pipefail

servers=(
  activemq
  chromium
  dovecot-imapd
  kcat
  mariadb-server
  nats-server
  openssh-server
  openssh-sftp-server
  openssl
  proftpd-core
  proftpd-mod-crypto
  rabbitmq-server
  rsyslog
  slapd
  snmptrapd
)

missing=()
for server in "${servers[@]}"; do
  dpkg-query --show --showformat='${Status}' "$server" 2>/dev/null | grep -q 'install ok installed' || missing+=("$server")
done
[ ${#missing[@]} -eq 0 ] && exit 0

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}"
