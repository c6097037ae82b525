#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Who gets a connection: answers without state, Retry, tokens, secrets, versions, groups of listeners, resets.
# TIMEOUT: 300
. "$(dirname "$0")/lib.sh"
need_module quic
need python3 quic-server quic-client tshark tcpdump

# probe NS ADDR BYTES SECONDS: sends them (hex) to $port as one datagram, prints the answer in hex, or "nothing" after so long.
probe() {
	inns "$1" python3 -c "
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout($4)
s.sendto(bytes.fromhex('$3'), ('$2', $port))
try: print(s.recv(2000).hex())
except TimeoutError: print('nothing')"
}

older_than() { [ $(($(date +%s) - $(stat -c %Y "$2"))) -gt "$1" ]; }

check "namespaces" ns_add a b
check "a link" veth_pair a b
inns a sysctl -qw net.quic.reset_rate=7
is "sysctls are a namespace's own" "$(inns a sysctl -n net.quic.reset_rate)/$(inns b sysctl -n net.quic.reset_rate)" 7/100
check_fails "a rate is not negative" "Invalid argument" inns a sysctl -w net.quic.reset_rate=-1
check "a server" serve b 10.9.0.2

# RFC 9000 10.3, 10.3.3: shorter than what it answers
short=40$(head -c 49 /dev/zero | xxd -p -c0)
answer=$(probe a 10.9.0.2 "$short" 60)
like "a stateless reset" "$answer" '^[4-7]'
is "shorter than what it answers" $((${#answer} / 2 < 50 && ${#answer} / 2 >= 21)) 1
inns b sysctl -qw net.quic.reset_rate=0
is "none at rate 0" "$(probe a 10.9.0.2 "$short" 0.2)" nothing
kill $server

# --- Retry: a client that follows it, and one with a token that does not have to. get: "ok" when a file came.
random_file /tmp/in.file 20000
mkdir -p /tmp/in && mv /tmp/in.file /tmp/in/file
get() { if client a 10.9.0.2 --get file --out /tmp/out "$@" > /tmp/client.log 2>&1; then echo ok; else cat /tmp/client.log; fi; }
retries() { snmp b PktRetries; }
secret=$(printf '5a%.0s' {1..32})

inns b sysctl -qw net.quic.token_secret="$secret"
check_fails "a secret has 32 bytes" "Invalid argument" inns b sysctl -w net.quic.token_secret=5a5a
check_fails "nobody reads it" "." inns b cat /proc/sys/net/quic/token_secret
check "a server that validates addresses" serve b 10.9.0.2 --retry
capture_begin a /tmp/retry.pcap || bail "capture"
is "a client follows the Retry" "$(get --token-file /tmp/token)" ok
is "one Retry" "$(retries)" 1
like "the server gave a token" "$(cat /tmp/token)" '^00000001 36[0-9a-f]{30}'
# RFC 9000 8.1.3#7: a server looks at the token of every Initial
cp /tmp/token /tmp/token.1
is "the token is good for the next connection" "$(get --token-file /tmp/token)" ok
is "no Retry for it" "$(retries)" 1
cp /tmp/token.1 /tmp/token
is "it is not good twice" "$(get --token-file /tmp/token)" ok
is "a Retry instead" "$(retries)" 2
sed 's/.....$/00000/' /tmp/token > /tmp/token.bad
is "a damaged token is ignored" "$(get --token-file /tmp/token.bad)" ok
is "there is a Retry" "$(retries)" 3
is "no token of another version is used" "$(get --version v2 --token-file /tmp/token)" ok
is "a Retry in version 2" "$(retries)" 4
cp /tmp/token /tmp/token.v2
inns b sysctl -qw net.quic.token_lifetime=0
check "the token grows old" wait_for 3 older_than 1 /tmp/token
is "an old token is ignored" "$(get --version v2 --token-file /tmp/token)" ok
is "so there is a Retry" "$(retries)" 5
capture_end
capture_judge "Retry, tokens, two versions" /tmp/retry.pcap /tmp/keys.log "$port"
inns b sysctl -qw net.quic.token_lifetime=86400
kill $server

# --- a proxy in between: "vn" answers the first datagram with a forged Version Negotiation that offers version 1 only; "secrets" sets
# another token_secret, twice, before the first Initial with a token goes on
cat > /tmp/proxy.py <<'END'
import os, select, socket, sys
mode, server = sys.argv[1], ("10.9.0.2", int(sys.argv[2]))
near = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
near.bind(("10.9.0.2", 0))
far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
far.connect(server)
print("listening on 10.9.0.2:%d" % near.getsockname()[1], flush=True)
client = None
while True:
    for s in select.select([near, far], [], [])[0]:
        if s is far:
            near.sendto(far.recv(65536), client)
            continue
        d, client = near.recvfrom(65536)
        dcid = d[6:6 + d[5]]
        scid = d[7 + len(dcid):][:d[6 + len(dcid)]]
        if mode == "vn":
            ids = bytes([len(scid)]) + scid + bytes([len(dcid)]) + dcid
            near.sendto(b"\xc0" + bytes(4) + ids + b"\0\0\0\1", client)
            mode = ""
            continue
        if mode == "secrets" and d[7 + len(dcid) + len(scid)]:
            for _ in range(2):
                with open("/proc/sys/net/quic/token_secret", "w") as f:
                    f.write(os.urandom(32).hex())
            mode = ""
        far.send(d)
END
proxy() {
	spawn /tmp/proxy.log ip netns exec b python3 /tmp/proxy.py "$1" "$port"
	wait_file 5 /tmp/proxy.log listening && port=$(sed -nE 's/^listening.*:([0-9]+)$/\1/p' /tmp/proxy.log)
}

# RFC 9000 8.1.2: INVALID_TOKEN, at once
check "a server that validates addresses" serve b 10.9.0.2 --retry
check "a proxy that spoils the Retry's token" proxy secrets
unlike "a client with a bad Retry token fails" "$(get)" '^ok$'
is "the token is what is wrong" "$(snmp b PktBadTokenDrop)" 1
kill $server $spawned

# --- load
check "a server that does not ask" serve b 10.9.0.2
before=$(retries)
is "no Retry without load" "$(get)/$(($(retries) - before))" ok/0
inns b sysctl -qw net.quic.retry_half_open=0
is "a Retry under load" "$(get)/$(($(retries) - before))" ok/1
inns b sysctl -qw net.quic.retry_half_open=256 net.quic.max_half_open=0
before=$(now_ms)
unlike "a full server refuses" "$(get)" '^ok$'
is "and says so, before anything times out" $(($(now_ms) - before < 25000)) 1
is "it was refused" "$(snmp b PktAcceptDrop)" 1
inns b sysctl -qw net.quic.max_half_open=4096

# --- versions. spoken: the version that a client ended with
spoken() {
	if client a 10.9.0.2 --json --get file --out /tmp/out "$@" > /tmp/client.log 2>&1; then
		grep -oE '"version":"?[0-9a-fx]+' /tmp/client.log | tail -c 9
	else
		cat /tmp/client.log
	fi
}
v1=$(spoken) v2=$(spoken --version v2)
unlike "two versions" "$v2" "^$v1\$|fail"
kill $server
# tshark is for the normal kernel: it takes longer than all the rest
[ "$VARIANT" = debug ] || check "a capture" capture_begin a /tmp/v.pcap
rm -f /tmp/keys.log
check "a server that prefers version 2" serve b 10.9.0.2 --version v2
is "moves a client of version 1" "$(spoken)" "$v2"
is "keeps a client of version 2" "$(spoken --version v2)" "$v2"
is "and one of version 1 that says so" "$(spoken --only)" "$v1"
kill $server
check "a server that prefers version 1" serve b 10.9.0.2 --version v1
is "moves a client of version 2" "$(spoken --version v2)" "$v1"
kill $server
check "it moves one after a Retry, too" serve b 10.9.0.2 --version v2 --retry
is "to version 2" "$(spoken)" "$v2"
kill $server
check "a server of version 1 only, and one protocol" serve b 10.9.0.2 --version v1 --only --alpn quic-two
before=$(snmp b PktVersionNegs)
# RFC 9368 6#2: the protocol is agreed on anew, out of all that the client has
is "Version Negotiation with a client of version 2" "$(spoken --version v2 --alpn none,quic-two)" "$v1"
is "one packet of it" $(($(snmp b PktVersionNegs) - before)) 1
kill $server
check "a server of both" serve b 10.9.0.2
check "a proxy that forges Version Negotiation" proxy vn
unlike "a downgrade is noticed" "$(get --version v2)" '^ok$'
kill $server $spawned
# the first connection of the capture: "from version/types/types", types of long headers in version 1 (0 Initial, 2 Handshake) and in
# version 2 (1 Initial, 3 Handshake); a line a datagram
long_headers() {
	dissect /tmp/v.pcap /tmp/keys.log "" -Y 'quic.version' -T fields -e udp.srcport -e udp.dstport -e quic.version \
		-e quic.long.packet_type -e quic.long.packet_type_v2 | awk -F '\t' '
		NR == 1 { client = $1 }
		$1 == client { print "client", $3 "/" $4 "/" $5 }
		$2 == client { print "server", $3 "/" $4 "/" $5 }'
}
if [ "$VARIANT" != debug ]; then
	probe a 10.9.0.2 "$(echo end-of-capture | xxd -p)" 0.1 > /tmp/end
	check "the capture has all" wait_for 10 grep -q end-of-capture /tmp/v.pcap
	check "the capture ends" capture_end
	dissect /tmp/v.pcap /tmp/keys.log "" -Y quic -T fields -e quic.version -e quic.cc.error_code -e _ws.malformed -e quic.decryption_failed \
		> /tmp/v.txt
	# RFC 9368 4: VERSION_NEGOTIATION_ERROR
	at_least "and told" "$(awk -F '\t' '$2 ~ /17/' /tmp/v.txt | wc -l)" 1
	long_headers > /tmp/moved.txt
	is "a connection begins in version 1" "$(head -n 1 /tmp/moved.txt)" "client 0x00000001/0/"
	# RFC 9368 2.3, RFC 9369 4.1
	is "and its handshake is of version 2 alone" "$(awk -F '[ /]' '("," $3 ",") ~ /,2,/ || ("," $4 ",") ~ /,3,/ { print $1, $2 }' \
		/tmp/moved.txt | sed -E 's/(0x[0-9a-f]+)(,\1)+/\1/' | sort -u | paste -sd ' ')" "client 0x6b3343cf server 0x6b3343cf"
	is "without Version Negotiation" "$(grep -c ' 0x00000000' /tmp/moved.txt)" 0
	at_least "tshark sees version 2" "$(grep -c 0x6b3343cf /tmp/v.txt)" 10
	is "each packet is decrypted, none malformed" "$(awk -F '\t' '$3 != "" || $4 != ""' /tmp/v.txt | head -n 5)" ""
fi

cat > /tmp/initial.py <<'END'
# A ClientHello with one protocol, split over two Initials of one client; sent in the order of the arguments, the rest of a bad handshake
# is of no interest. ADDR PORT PROTOCOL ORDER [N: 1-RTT packets, of random bytes, instead of waiting for an answer]
import hashlib, hmac, os, socket, sys
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

def expand(secret, label, size):
    label = b"tls13 " + label
    info = size.to_bytes(2, "big") + bytes([len(label)]) + label + b"\0"
    return hmac.new(secret, info + b"\1", hashlib.sha256).digest()[:size]

def vec(size, data):
    return len(data).to_bytes(size, "big") + data

dcid, scid = os.urandom(8), os.urandom(8)
salt = bytes.fromhex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a")
secret = expand(hmac.new(salt, dcid, hashlib.sha256).digest(), b"client in", 32)
key, iv, hp = expand(secret, b"quic key", 16), expand(secret, b"quic iv", 12), expand(secret, b"quic hp", 16)

def initial(pn, offset, data):
    frame = b"\6" + (0x4000 | offset).to_bytes(2, "big") + (0x4000 | len(data)).to_bytes(2, "big") + data
    head = b"\xc3\0\0\0\1" + vec(1, dcid) + vec(1, scid) + b"\0"
    frame += bytes(1200 - len(head) - 2 - 4 - 16 - len(frame))
    head += (0x4000 | 4 + len(frame) + 16).to_bytes(2, "big")
    aad = head + pn.to_bytes(4, "big")
    nonce = (int.from_bytes(iv, "big") ^ pn).to_bytes(12, "big")
    sealed = AESGCM(key).encrypt(nonce, frame, aad)
    mask = Cipher(algorithms.AES(hp), modes.ECB()).encryptor().update(sealed[:16])
    first = bytes([aad[0] ^ mask[0] & 15])
    return first + head[1:] + bytes(a ^ b for a, b in zip(aad[len(head):], mask[1:5])) + sealed

alpn = b"\0\x10" + vec(2, vec(2, vec(1, sys.argv[3].encode())))
filler = b"\xfa\xfa" + vec(2, bytes(1000))
body = b"\3\3" + os.urandom(32) + vec(1, b"") + vec(2, b"\x13\1") + vec(1, b"\0") + vec(2, filler + alpn)
hello = b"\1" + vec(3, body)
parts = {"1": initial(0, 0, hello[:900]), "2": initial(1, 900, hello[900:])}
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for n in sys.argv[4]:
    s.sendto(parts[n], (sys.argv[1], int(sys.argv[2])))
if len(sys.argv) > 5:
    for _ in range(int(sys.argv[5])):
        s.sendto(b"\x40" + dcid + os.urandom(1300), (sys.argv[1], int(sys.argv[2])))
    sys.exit()
s.settimeout(60)
s.recv(2000)
print("answered")
END

# --- listeners: SO_REUSEPORT spreads, ALPN leads to the right process
listen_on() { # LOG ARGUMENT...: a server in b on $port
	local log=$1
	shift
	spawn "$log" ip netns exec b quic-server --listen "10.9.0.2:$port" --cert $certs/server.pem --key $certs/server.key --in /tmp/in "$@"
	wait_file 10 "$log" listening
}
check "one server of a group" serve b 10.9.0.2 --reuseport
first=$server
check "another one" listen_on /tmp/second.log --reuseport
check_fails "a third one, not of the group" "in use" inns b quic-server --listen "10.9.0.2:$port" --cert $certs/server.pem \
	--key $certs/server.key
good=0
for _ in {1..8}; do [ "$(get)" != ok ] || good=$((good + 1)); done
is "every client is served" $good 8
one=$(grep -c '^connection from' /tmp/server.log) two=$(grep -c '^connection from' /tmp/second.log)
is "all together" $((one + two)) 8
at_least "some by the first" "$one" 1
at_least "some by the second" "$two" 1
kill "$first" "$spawned"
failed_by_second() { [ "$(grep -c "handshake failed" /tmp/second.log)" = "$1" ]; }
check "a server of one protocol" serve b 10.9.0.2 --alpn quic-demo
first=$server
check "one of others, same address" listen_on /tmp/second.log --alpn other,quic-two
is "a client of the first" "$(get --alpn quic-demo)" ok
is "a client of the second" "$(get --alpn none,quic-two)" ok
is "each by its own" "$(grep -c '^connection from' /tmp/server.log)/$(grep -c '^connection from' /tmp/second.log)" 1/1
unlike "a client of neither" "$(get --alpn nobody)" '^ok$'
if python3 -c 'import cryptography' 2>/dev/null; then
	is "a ClientHello of two Initials" "$(inns a python3 /tmp/initial.py 10.9.0.2 "$port" quic-two 12)" answered
	is "in the other order" "$(inns a python3 /tmp/initial.py 10.9.0.2 "$port" quic-two 21)" answered
	check "both went to the second" wait_for 5 failed_by_second 3
else
	skip "a ClientHello of two Initials" "no python3-cryptography"
fi
inns b sysctl -qw net.quic.retry_half_open=0
is "after a Retry, too" "$(get --alpn quic-two)" ok
is "by the second again" "$(grep -c '^connection from' /tmp/second.log)" 2
inns b sysctl -qw net.quic.retry_half_open=256
kill "$first" "$spawned"

# --- what comes before its keys is kept, a little of it, and is the connection's memory
if python3 -c 'import cryptography' 2>/dev/null; then
	check "a server" serve b 10.9.0.2
	inns a python3 /tmp/initial.py 10.9.0.2 "$port" quic-demo 1 40
	kept() { inns b awk 'NR > 1 && $8 > max { max = $8 } END { print max + 0 }' /proc/net/quic/conns; }
	some_kept() { [ "$(kept)" -ge 40000 ]; }
	check "packets that wait for keys are charged" wait_for 5 some_kept || diag "$(inns b cat /proc/net/quic/conns)"
	at_least "and not without an end" 262144 "$(kept)"
	kill "$server"
else
	skip "packets that wait for keys" "no python3-cryptography"
fi

# --- stateless reset by a server that restarted: the address moves to another namespace. The other server waits there already: the
# longer the address is away, the longer the client waits until it tries again.
reset_after_restart() {
	ns_add "$1"
	inns "$1" sysctl -qw net.quic.reset_secret="$2"
	ip -n "$1" addr add 10.9.0.2/32 dev lo
	serve b 10.9.0.2 || return 1
	spawn /tmp/second.log ip netns exec "$1" quic-server --listen "10.9.0.2:$port" --cert $certs/server.pem --key $certs/server.key
	wait_file 10 /tmp/second.log listening || return 1
	spawn /tmp/client.log ip netns exec a quic-client --quiet --timeout 300 --ca $certs/ca.pem --host server.test --rate 20k \
		--put /tmp/big "10.9.0.2:$port"
	wait_for 5 established || return 1
	ip -n a link del eth0
	veth_pair a "$1"
}
established() { [ "$(snmp a ConnCurrentEstabs)" -gt 0 ]; }
gone() { [ "$(snmp a ConnCurrentEstabs)" = 0 ]; }
random_file /tmp/big 2000000
wait_for 5 gone
inns b sysctl -qw net.quic.reset_secret="$secret"
resets_of() { snmp c PktResetsSent; }
more_resets() { [ "$(resets_of)" -gt "$1" ]; }
check "a server with another secret takes the place" reset_after_restart c "${secret//5a/a5}"
check "it answers" wait_for 10 more_resets 0
is "but that is no reset to the client" "$(snmp a PktResets)/$(snmp a ConnCurrentEstabs)" 0/1
inns c sysctl -qw net.quic.reset_secret="$secret"
check "with the same secret it is" wait_for 10 gone
is "a stateless reset" "$(snmp a PktResets)" 1
done_testing
