// SPDX-License-Identifier: GPL-2.0-only
#include "packet.h"

#include <net/ethernet.h>
#include <netinet/in.h>
#include <string.h>

#define V4_LEN_MIN	20
#define V6_LEN		40
#define UDP_LEN		8
#define FIRST_PORT	20001

#define ECN_MASK	3
#define ECN_CE		3

static uint16_t read16(const uint8_t *at)
{
	return at[0] << 8 | at[1];
}

static void write16(uint8_t *at, uint16_t value)
{
	at[0] = value >> 8;
	at[1] = value;
}

static bool parse_v4(struct packet *packet, size_t len)
{
	size_t head, total;

	if (len < V4_LEN_MIN)
		return false;
	head = (packet->ip[0] & 15) * 4;
	total = read16(packet->ip + 2);
	if (head < V4_LEN_MIN || total < head || total > len)
		return false;
	packet->l4 = packet->ip + head;
	packet->l4_len = total - head;
	packet->proto = packet->ip[9];
	/* of fragments only the addresses are known */
	if (read16(packet->ip + 6) & 0x3fff)
		packet->proto = 0;
	return true;
}

static bool parse_v6(struct packet *packet, size_t len)
{
	size_t payload;

	if (len < V6_LEN)
		return false;
	payload = read16(packet->ip + 4);
	if (payload > len - V6_LEN)
		return false;
	packet->is_v6 = true;
	packet->l4 = packet->ip + V6_LEN;
	packet->l4_len = payload;
	packet->proto = packet->ip[6];
	return true;
}

bool packet_parse(struct packet *packet, uint8_t *frame, size_t len)
{
	size_t rest = len - ETH_HLEN;
	bool ok;

	memset(packet, 0, sizeof(*packet));
	if (len < ETH_HLEN)
		return false;
	packet->frame = frame;
	packet->ip = frame + ETH_HLEN;
	switch (read16(frame + 12)) {
	case ETHERTYPE_IP:
		ok = parse_v4(packet, rest);
		break;
	case ETHERTYPE_IPV6:
		ok = parse_v6(packet, rest);
		break;
	default:
		return false;
	}
	if (!ok)
		return false;
	packet->frame_len = packet->l4 + packet->l4_len - frame;
	if (packet->proto == IPPROTO_UDP && packet->l4_len > UDP_LEN) {
		packet->is_udp = true;
		packet->payload = packet->l4 + UDP_LEN;
		packet->payload_len = packet->l4_len - UDP_LEN;
	}
	return true;
}

static uint32_t sum(uint32_t start, const uint8_t *at, size_t len)
{
	for (; len > 1; at += 2, len -= 2)
		start += read16(at);
	return len ? start + (at[0] << 8) : start;
}

static uint16_t fold(uint32_t sum32)
{
	while (sum32 >> 16)
		sum32 = (sum32 & 0xffff) + (sum32 >> 16);
	return ~sum32;
}

static size_t checksum_offset(const struct packet *packet)
{
	if (packet->proto == IPPROTO_UDP && packet->l4_len >= UDP_LEN)
		return 6;
	if (packet->proto == IPPROTO_TCP && packet->l4_len >= 20)
		return 16;
	return 0;
}

void packet_fix_checksum(struct packet *packet)
{
	size_t at = checksum_offset(packet);
	uint32_t total;
	uint16_t value;

	if (!packet->is_v6) {
		write16(packet->ip + 10, 0);
		write16(packet->ip + 10,
			fold(sum(0, packet->ip, packet->l4 - packet->ip)));
	}
	if (!at)
		return;
	write16(packet->l4 + at, 0);
	if (packet->is_v6)
		total = sum(0, packet->ip + 8, 32);
	else
		total = sum(0, packet->ip + 12, 8);
	total += packet->proto + packet->l4_len;
	value = fold(sum(total, packet->l4, packet->l4_len));
	write16(packet->l4 + at,
		value || packet->proto != IPPROTO_UDP ? value : 0xffff);
}

void packet_set_station(uint8_t *frame, uint8_t side)
{
	const uint8_t to[] = { 2, 0, 0, 0, side, 2 };
	const uint8_t from[] = { 2, 0, 0, 0, side, 1 };

	memcpy(frame, to, sizeof(to));
	memcpy(frame + 6, from, sizeof(from));
}

static uint8_t ecn(const struct packet *packet)
{
	if (packet->is_v6)
		return packet->ip[1] >> 4 & ECN_MASK;
	return packet->ip[1] & ECN_MASK;
}

bool packet_is_ect(const struct packet *packet)
{
	return ecn(packet) == 1 || ecn(packet) == 2;
}

void packet_set_ce(struct packet *packet)
{
	if (packet->is_v6)
		packet->ip[1] |= ECN_CE << 4;
	else
		packet->ip[1] |= ECN_CE;
}

/* The last byte of the client's address: source going out, else destination */
static uint8_t *client_byte(const struct packet *packet, bool out)
{
	if (packet->is_v6)
		return packet->ip + (out ? 23 : 39);
	return packet->ip + (out ? 15 : 19);
}

bool packet_nat_out(struct packet_nat *nat, struct packet *packet)
{
	uint16_t inner = read16(packet->l4);
	unsigned int i;

	for (i = 0; i < nat->count; i++)
		if (nat->flows[i].inner == inner)
			break;
	if (i == NAT_FLOWS_MAX)
		return false;
	if (i == nat->count) {
		if (!nat->next_port)
			nat->next_port = FIRST_PORT;
		nat->flows[i].inner = inner;
		nat->flows[i].outer = nat->next_port++;
		nat->count++;
	}
	write16(packet->l4, nat->flows[i].outer);
	*client_byte(packet, true) += nat->address;
	return true;
}

bool packet_nat_in(struct packet_nat *nat, struct packet *packet)
{
	uint16_t outer = read16(packet->l4 + 2);
	unsigned int i;

	for (i = 0; i < nat->count; i++)
		if (nat->flows[i].outer == outer)
			break;
	if (i == nat->count)
		return false;
	write16(packet->l4 + 2, nat->flows[i].inner);
	*client_byte(packet, false) -= nat->address;
	return true;
}

void packet_nat_forget(struct packet_nat *nat, bool address)
{
	nat->count = 0;
	nat->forgot++;
	if (address)
		nat->address++;
}
