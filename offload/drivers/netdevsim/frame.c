// SPDX-License-Identifier: GPL-2.0-only
#include "frame.h"

#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>

static bool find_ipv4(const struct sk_buff *skb, struct qnsim_udp *udp)
{
	const struct iphdr *ip;
	struct iphdr buf;

	ip = skb_header_pointer(skb, udp->ip_off, sizeof(buf), &buf);
	if (!ip || ip->version != 4 || ip->ihl < 5)
		return false;
	if (ip->protocol != IPPROTO_UDP || ip_is_fragment(ip))
		return false;

	udp->ipv6 = false;
	udp->udp_off = udp->ip_off + ip->ihl * 4;
	return true;
}

static bool find_ipv6(const struct sk_buff *skb, struct qnsim_udp *udp)
{
	const struct ipv6hdr *ip;
	struct ipv6hdr buf;

	ip = skb_header_pointer(skb, udp->ip_off, sizeof(buf), &buf);
	if (!ip || ip->version != 6 || ip->nexthdr != IPPROTO_UDP)
		return false;

	udp->ipv6 = true;
	udp->udp_off = udp->ip_off + sizeof(*ip);
	return true;
}

/**
 * qnsim_udp_find - find the UDP datagram of a frame
 * @skb: frame, data at its Ethernet header, any layout
 * @udp: result
 *
 * Fragments, VLAN tags and IPv6 extension headers are beyond this device.
 *
 * Return: true if the frame holds a whole datagram.
 */
bool qnsim_udp_find(const struct sk_buff *skb, struct qnsim_udp *udp)
{
	const struct ethhdr *eth;
	const struct udphdr *uh;
	struct ethhdr eth_buf;
	struct udphdr uh_buf;
	unsigned int len;
	bool found;

	eth = skb_header_pointer(skb, 0, sizeof(eth_buf), &eth_buf);
	if (!eth)
		return false;

	udp->ip_off = ETH_HLEN;
	if (eth->h_proto == htons(ETH_P_IP))
		found = find_ipv4(skb, udp);
	else if (eth->h_proto == htons(ETH_P_IPV6))
		found = find_ipv6(skb, udp);
	else
		return false;
	if (!found)
		return false;

	uh = skb_header_pointer(skb, udp->udp_off, sizeof(uh_buf), &uh_buf);
	if (!uh)
		return false;
	len = ntohs(uh->len);
	if (len < sizeof(*uh) || len > skb->len - udp->udp_off)
		return false;

	udp->payload_off = udp->udp_off + sizeof(*uh);
	udp->payload_len = len - sizeof(*uh);
	return true;
}

/* Ones' complement sum over the datagram and its pseudo header, folded. */
static __sum16 sum_udp(const u8 *frame, const struct qnsim_udp *udp)
{
	const struct udphdr *uh = (const void *)(frame + udp->udp_off);
	const struct ipv6hdr *ip6 = (const void *)(frame + udp->ip_off);
	const struct iphdr *ip4 = (const void *)(frame + udp->ip_off);
	u32 len = udp->payload_len + sizeof(*uh);
	__wsum sum = csum_partial(uh, len, 0);

	if (udp->ipv6)
		return csum_ipv6_magic(&ip6->saddr, &ip6->daddr, len,
				       IPPROTO_UDP, sum);
	return csum_tcpudp_magic(ip4->saddr, ip4->daddr, len, IPPROTO_UDP, sum);
}

/**
 * qnsim_udp_csum_set - compute a datagram's checksum
 * @frame: linear frame
 * @udp: where the datagram is
 */
void qnsim_udp_csum_set(u8 *frame, const struct qnsim_udp *udp)
{
	struct udphdr *uh = (void *)(frame + udp->udp_off);

	uh->check = 0;
	uh->check = sum_udp(frame, udp) ?: CSUM_MANGLED_0;
}

/**
 * qnsim_udp_csum_good - verify a datagram's checksum
 * @frame: linear frame
 * @udp: where the datagram is
 *
 * Return: true if it is right, or absent where it may be (IPv4).
 */
bool qnsim_udp_csum_good(const u8 *frame, const struct qnsim_udp *udp)
{
	const struct udphdr *uh = (const void *)(frame + udp->udp_off);

	if (!uh->check)
		return !udp->ipv6;
	return !sum_udp(frame, udp);
}
