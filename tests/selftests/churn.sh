#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Connections come and go in every way, eight at a time, with key updates, migrations and reset streams; nothing may be left behind.
# The link loses a little. `make soak` runs it for minutes: CHURN_SECONDS, CHURN_WORKERS, CHURN_SEED; CHURN_LINK=nsim takes two
# NICs that hold the keys instead of veth.
# STOCK: two CPUs show races
. "$(dirname "$0")/lib.sh"
: "${CHURN_SECONDS:=4}" "${CHURN_WORKERS:=8}" "${CHURN_SEED:=1}" "${CHURN_LINK:=veth}"
. tests/vm/guest-modules
load_modules || bail "modules load"
need_module quic

ns_add a b
if [ "$CHURN_LINK" = nsim ]; then
	nsim_pair a b || bail "two linked ports"
	for ns in a b; do inns $ns quicoffloadctl dev set eth0 on || bail "offload on"; done
	for id in 1 2; do echo 3 > "$(nsim_debugfs $id quic/loss/permille)"; done
else
	veth_pair a b || bail "veth"
	for ns in a b; do inns $ns tc qdisc replace dev eth0 root netem limit 5000 delay 1ms loss 0.3% || true; done
fi
ip -n a addr add 10.9.0.11/24 dev eth0
ip -n a addr add 10.9.0.12/24 dev eth0
echo "churn:000102030405060708090a0b0c0d0e0f" > /tmp/psk

spawn "$RESULTS/churn-server.log" ip netns exec b quic-churn --listen 10.9.0.2 --psk /tmp/psk
server=$spawned
wait_file 20 "$RESULTS/churn-server.log" listening || bail "server listens"
check "connections come and go for $CHURN_SECONDS s" inns a quic-churn --connect 10.9.0.2 --psk /tmp/psk --seconds "$CHURN_SECONDS" \
	--workers "$CHURN_WORKERS" --seed "$CHURN_SEED" --local 10.9.0.11 --local 10.9.0.12 --local 10.9.0.1
cp "$lib_out" "$RESULTS/churn.json"
check "listeners come and go under first packets" inns b sock-relisten "$CHURN_SECONDS"
diag "$(tail -n 20 "$lib_out")"
kill "$server"
wait_pid 20 "$server"
gone() { ! inns "$1" awk 'NR > 1' /proc/net/quic/conns | grep -q .; }
for ns in a b; do check "no connection is left in $ns" wait_for 60 gone $ns; done
unused() { awk '$1 == "quic" { exit $3 != 0 }' /proc/modules; }
check "no socket holds the module" wait_for 60 unused || diag "$(grep '^quic' /proc/modules)" "$(cat /proc/net/protocols | grep -i quic)"
for ns in a b; do diag "$ns:" "$(inns $ns awk '$2 > 0' /proc/net/quic/snmp)"; done
done_testing
