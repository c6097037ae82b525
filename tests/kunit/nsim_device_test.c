// SPDX-License-Identifier: GPL-2.0-only
/*
 * The modelled NIC behind the offload core, without a QUIC stack: two linked
 * ports of netdevsim, marked packets handed to one, what the other delivers.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/file.h>
#include <linux/fdtable.h>
#include <linux/fs.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>

#include "offload/core/offload.h"
#include "offload/drivers/netdevsim/port.h"

#define BUS		"/sys/bus/netdevsim/"
#define PKT_LEN		1200
#define HDR_LEN		13
#define PN_OFF		9
#define MAX_PKTS	8
#define PATIENCE_MS	5000

static const u8 cid[8] = { 0xc1, 0xd0, 1, 2, 3, 4, 5, 6 };

struct received {
	u32 pkts;
	u32 clear;
	u32 bad_csum;
	u32 status[QUIC_OFFLOAD_CTX_ERROR + 1];
	u32 generation;
};

struct bench {
	struct net_device *dev[2];	/* sender, receiver */
	struct qnsim_port *port[2];
	struct quic_offload_dir *tx;
	struct quic_offload_dir *rx;
	struct packet_type tap[2];	/* IPv4, IPv6 */
	bool ipv6;
	struct received seen;
	struct page *page;
	u64 next_pn;
};

static int write_file(const char *path, const char *text)
{
	struct file *file = filp_open(path, O_WRONLY, 0);
	loff_t pos = 0;
	ssize_t ret;

	if (IS_ERR(file))
		return PTR_ERR(file);
	ret = kernel_write(file, text, strlen(text), &pos);
	filp_close(file, NULL);
	return ret < 0 ? ret : 0;
}

static u64 stat(struct qnsim_port *port, enum qnsim_stat_id id)
{
	return qnsim_stat_read(&port->stats, id);
}

static bool tables_are_empty(const struct qnsim_port *port)
{
	const struct qnsim_flows *flows = &port->flows;

	return !READ_ONCE(flows->n_dirs) && !READ_ONCE(flows->n_keys[0]) &&
	       !READ_ONCE(flows->n_keys[1]) && !READ_ONCE(flows->n_filters);
}

static void set_canary(struct qnsim_port *port, unsigned int len)
{
	spin_lock_bh(&port->link.lock);
	memset(port->link.canary, 0x5a, len);
	port->link.canary_len = len;
	spin_unlock_bh(&port->link.lock);
}

static void switch_offload(struct net_device *dev, bool on)
{
	rtnl_lock();
	if (on)
		dev->wanted_features |= NETIF_F_HW_QUIC;
	else
		dev->wanted_features &= ~NETIF_F_HW_QUIC;
	netdev_update_features(dev);
	rtnl_unlock();
}

static struct net_device *find_port(unsigned int port)
{
	struct net_device *dev, *found = NULL;
	char name[16];

	snprintf(name, sizeof(name), "netdevsim77%u", port + 1);
	rtnl_lock();
	for_each_netdev(&init_net, dev)
		if (dev->dev.parent && !strcmp(dev_name(dev->dev.parent), name))
			found = dev;
	rtnl_unlock();
	return found;
}

static int link_ports(struct bench *bench)
{
	struct file *ns = filp_open("/proc/self/ns/net", O_RDONLY, 0);
	int fd = get_unused_fd_flags(0);
	char text[64];
	int err;

	if (IS_ERR(ns) || fd < 0) {
		if (!IS_ERR(ns))
			filp_close(ns, NULL);
		if (fd >= 0)
			put_unused_fd(fd);
		return -EIO;
	}
	fd_install(fd, ns);
	snprintf(text, sizeof(text), "%d:%d %d:%d", fd, bench->dev[0]->ifindex,
		 fd, bench->dev[1]->ifindex);
	err = write_file(BUS "link_device", text);
	close_fd(fd);
	return err;
}

static unsigned int ip_len(const struct bench *bench)
{
	return bench->ipv6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
}

static bool is_clear(const struct sk_buff *skb, unsigned int at)
{
	unsigned int end = at + PKT_LEN - QUIC_OFFLOAD_TAG_LEN;
	u8 text[64];

	for (at += HDR_LEN; at < end; at += sizeof(text)) {
		unsigned int len = min(sizeof(text), (size_t)(end - at));

		if (skb_copy_bits(skb, at, text, len) ||
		    memchr_inv(text, 0x5a, len))
			return false;
	}
	return true;
}

static bool csum_is_good(const struct sk_buff *skb, unsigned int at, bool ipv6)
{
	unsigned int len = skb->len - at;
	__wsum sum = skb_checksum(skb, at, len, 0);

	if (ipv6)
		return !csum_ipv6_magic(&ipv6_hdr(skb)->saddr,
					&ipv6_hdr(skb)->daddr, len,
					IPPROTO_UDP, sum);
	return !csum_tcpudp_magic(ip_hdr(skb)->saddr, ip_hdr(skb)->daddr, len,
				  IPPROTO_UDP, sum);
}

static void look_at_packet(struct bench *bench, const struct sk_buff *skb)
{
	struct quic_offload_verdict verdict = {};
	unsigned int at = ip_len(bench);

	if (quic_offload_rx_verdict(skb, &verdict) &&
	    verdict.status <= QUIC_OFFLOAD_CTX_ERROR)
		bench->seen.generation = verdict.generation;
	bench->seen.status[verdict.status]++;
	bench->seen.clear += is_clear(skb, at + sizeof(struct udphdr));
	if (verdict.status != QUIC_OFFLOAD_OK)
		bench->seen.bad_csum += !csum_is_good(skb, at, bench->ipv6);
	WRITE_ONCE(bench->seen.pkts, bench->seen.pkts + 1);
}

static int take_ipv4(struct sk_buff *skb, struct net_device *dev,
		     struct packet_type *tap, struct net_device *orig)
{
	if (ip_hdr(skb)->protocol == IPPROTO_UDP)
		look_at_packet(tap->af_packet_priv, skb);
	kfree_skb(skb);
	return NET_RX_SUCCESS;
}

static int take_ipv6(struct sk_buff *skb, struct net_device *dev,
		     struct packet_type *tap, struct net_device *orig)
{
	if (ipv6_hdr(skb)->nexthdr == IPPROTO_UDP)
		look_at_packet(tap->af_packet_priv, skb);
	kfree_skb(skb);
	return NET_RX_SUCCESS;
}

static void lay_out_packets(struct bench *bench, unsigned int n, u32 generation)
{
	u8 *pkt = page_address(bench->page);
	unsigned int i;

	for (i = 0; i < n; i++, pkt += PKT_LEN) {
		memset(pkt, 0x5a, PKT_LEN);
		pkt[0] = 0x43 | (generation & 1) << 2;
		memcpy(pkt + 1, cid, sizeof(cid));
		put_unaligned_be32(bench->next_pn + i, pkt + PN_OFF);
	}
}

static void push_ipv4(struct sk_buff *skb, unsigned int len)
{
	struct iphdr *ip = skb_push(skb, sizeof(*ip));

	skb_reset_network_header(skb);
	memset(ip, 0, sizeof(*ip));
	ip->version = 4;
	ip->ihl = 5;
	ip->ttl = 64;
	ip->protocol = IPPROTO_UDP;
	ip->frag_off = htons(IP_DF);
	ip->saddr = htonl(0x0a630001);
	ip->daddr = htonl(0x0a630002);
	ip->tot_len = htons(sizeof(*ip) + len);
	ip_send_check(ip);
	udp_hdr(skb)->check = ~csum_tcpudp_magic(ip->saddr, ip->daddr, len,
						 IPPROTO_UDP, 0);
	skb->protocol = htons(ETH_P_IP);
}

static void push_ipv6(struct sk_buff *skb, unsigned int len)
{
	struct ipv6hdr *ip = skb_push(skb, sizeof(*ip));

	skb_reset_network_header(skb);
	memset(ip, 0, sizeof(*ip));
	ip->version = 6;
	ip->hop_limit = 64;
	ip->nexthdr = IPPROTO_UDP;
	ip->saddr.s6_addr[0] = 0xfd;
	ip->saddr.s6_addr[15] = 1;
	ip->daddr.s6_addr[0] = 0xfd;
	ip->daddr.s6_addr[15] = 2;
	ip->payload_len = htons(len);
	udp_hdr(skb)->check = ~csum_ipv6_magic(&ip->saddr, &ip->daddr, len,
					       IPPROTO_UDP, 0);
	skb->protocol = htons(ETH_P_IPV6);
}

static void push_headers(struct bench *bench, struct sk_buff *skb,
			 unsigned int len)
{
	struct udphdr *uh = skb_push(skb, sizeof(*uh));
	struct ethhdr *eth;

	len += sizeof(*uh);
	skb_reset_transport_header(skb);
	uh->source = htons(4433);
	uh->dest = htons(4433);
	uh->len = htons(len);
	if (bench->ipv6)
		push_ipv6(skb, len);
	else
		push_ipv4(skb, len);

	eth = skb_push(skb, ETH_HLEN);
	skb_reset_mac_header(skb);
	ether_addr_copy(eth->h_dest, bench->dev[1]->dev_addr);
	ether_addr_copy(eth->h_source, bench->dev[0]->dev_addr);
	eth->h_proto = skb->protocol;
}

static int mark_burst(struct bench *bench, struct sk_buff *skb, unsigned int n,
		      u32 generation)
{
	const struct quic_offload_burst burst = {
		.first_pn = bench->next_pn,
		.n_pkts = n,
		.hdr_len = HDR_LEN,
		.pn_off = PN_OFF,
		.pn_len = HDR_LEN - PN_OFF,
	};
	struct quic_offload_key *key;
	int err;

	key = quic_offload_key_get(bench->tx, generation);
	if (!key)
		return -ENOKEY;
	err = quic_offload_tx_mark(skb, key, &burst, GFP_KERNEL);
	quic_offload_key_put(key);
	return err;
}

static struct sk_buff *make_burst(struct kunit *test, unsigned int n,
				  u32 generation, bool marked)
{
	struct bench *bench = test->priv;
	struct sk_buff *skb = alloc_skb(256, GFP_KERNEL);
	unsigned int len = n * PKT_LEN;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	lay_out_packets(bench, n, generation);
	skb_reserve(skb, 128);
	get_page(bench->page);
	skb_fill_page_desc(skb, 0, bench->page, 0, len);
	skb->len += len;
	skb->data_len += len;
	skb->truesize += len;
	if (n > 1) {
		skb_shinfo(skb)->gso_size = PKT_LEN;
		skb_shinfo(skb)->gso_segs = n;
		skb_shinfo(skb)->gso_type = SKB_GSO_UDP_L4;
	}
	if (marked)
		KUNIT_EXPECT_EQ(test, mark_burst(bench, skb, n, generation), 0);

	push_headers(bench, skb, len);
	skb->dev = bench->dev[0];
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_transport_header(skb) - skb->head;
	skb->csum_offset = offsetof(struct udphdr, check);
	return skb;
}

static void hand_over(struct bench *bench, struct sk_buff *skb)
{
	struct net_device *dev = bench->dev[0];

	local_bh_disable();
	rcu_read_lock();
	dev->netdev_ops->ndo_start_xmit(skb, dev);
	rcu_read_unlock();
	local_bh_enable();
}

/* The link works synchronously: what is to come has come when the receiver's
 * NAPI poll has run.
 */
static bool wait_for_pkts(struct bench *bench, u32 n)
{
	unsigned int ms;

	for (ms = 0; ms < PATIENCE_MS; ms++) {
		if (READ_ONCE(bench->seen.pkts) >= n)
			return true;
		fsleep(1000);
	}
	return false;
}

static void send(struct kunit *test, unsigned int n, u32 generation)
{
	struct bench *bench = test->priv;
	struct sk_buff *skb = make_burst(test, n, generation, true);

	memset(&bench->seen, 0, sizeof(bench->seen));
	hand_over(bench, skb);
	bench->next_pn += n;
}

static bool wait_for_key(struct quic_offload_dir *dir, u32 generation)
{
	struct quic_offload_key *key;
	unsigned int ms;

	for (ms = 0; ms < PATIENCE_MS; ms++) {
		key = quic_offload_key_get(dir, generation);
		if (key) {
			quic_offload_key_put(key);
			return true;
		}
		fsleep(1000);
	}
	return false;
}

static void install(struct kunit *test, u32 generation)
{
	struct bench *bench = test->priv;
	u8 key[16], iv[12];

	memset(key, 0x10 + generation, sizeof(key));
	memset(iv, 0x20 + generation, sizeof(iv));
	KUNIT_ASSERT_EQ(test, quic_offload_key_set(bench->tx, generation, key,
						   16, iv, GFP_KERNEL), 0);
	KUNIT_ASSERT_EQ(test, quic_offload_key_set(bench->rx, generation, key,
						   16, iv, GFP_KERNEL), 0);
}

/* Filters are put in after the keys by the same work item: the next burst
 * would find them missing now and then if nobody waited.
 */
static bool wait_for_filter(const struct bench *bench)
{
	unsigned int ms;

	for (ms = 0; ms < PATIENCE_MS; ms++) {
		if (READ_ONCE(bench->port[1]->flows.n_filters))
			return true;
		fsleep(1000);
	}
	return false;
}

static void both_on(struct kunit *test)
{
	struct bench *bench = test->priv;

	switch_offload(bench->dev[0], true);
	switch_offload(bench->dev[1], true);
	KUNIT_ASSERT_TRUE(test, wait_for_key(bench->tx, 0));
	KUNIT_ASSERT_TRUE(test, wait_for_key(bench->rx, 0));
	KUNIT_ASSERT_TRUE(test, wait_for_filter(bench));
}

static void burst_is_sealed_and_opened(struct kunit *test)
{
	struct bench *bench = test->priv;
	u8 *before, *page = page_address(bench->page);

	both_on(test);
	set_canary(bench->port[0], 16);
	before = kunit_kmalloc(test, MAX_PKTS * PKT_LEN, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, before);
	lay_out_packets(bench, MAX_PKTS, 0);
	memcpy(before, page, MAX_PKTS * PKT_LEN);

	send(test, MAX_PKTS, 0);
	KUNIT_EXPECT_TRUE(test, wait_for_pkts(bench, MAX_PKTS));
	KUNIT_EXPECT_EQ(test, bench->seen.status[QUIC_OFFLOAD_OK], MAX_PKTS);
	KUNIT_EXPECT_EQ(test, bench->seen.clear, MAX_PKTS);
	KUNIT_EXPECT_EQ(test, bench->seen.generation, 0);

	KUNIT_EXPECT_MEMEQ(test, page, before, MAX_PKTS * PKT_LEN);
	KUNIT_EXPECT_EQ(test, stat(bench->port[0], QNSIM_STAT_TX_SEALED_PKTS),
			MAX_PKTS);
	KUNIT_EXPECT_EQ(test, stat(bench->port[1], QNSIM_STAT_RX_OPENED_PKTS),
			MAX_PKTS);
	KUNIT_EXPECT_GE(test, stat(bench->port[0], QNSIM_STAT_CANARY_CHECKED), MAX_PKTS);
	KUNIT_EXPECT_EQ(test, stat(bench->port[0], QNSIM_STAT_CANARY_HITS), 0);
	KUNIT_EXPECT_GT(test, stat(bench->port[0], QNSIM_STAT_SEAL_NS), 0);
}

static void canary_is_found(struct kunit *test)
{
	struct bench *bench = test->priv;

	set_canary(bench->port[0], 16);
	memset(&bench->seen, 0, sizeof(bench->seen));
	hand_over(bench, make_burst(test, MAX_PKTS, 0, false));
	KUNIT_EXPECT_TRUE(test, wait_for_pkts(bench, MAX_PKTS));
	KUNIT_EXPECT_EQ(test, stat(bench->port[0], QNSIM_STAT_CANARY_HITS), MAX_PKTS);
}

static void phases_use_their_keys(struct kunit *test)
{
	struct bench *bench = test->priv;

	both_on(test);
	install(test, 1);
	KUNIT_ASSERT_TRUE(test, wait_for_key(bench->tx, 1));
	KUNIT_ASSERT_TRUE(test, wait_for_key(bench->rx, 1));

	send(test, 3, 1);
	KUNIT_EXPECT_TRUE(test, wait_for_pkts(bench, 3));
	KUNIT_EXPECT_EQ(test, bench->seen.status[QUIC_OFFLOAD_OK], 3);
	KUNIT_EXPECT_EQ(test, bench->seen.generation, 1);
	send(test, 1, 0);
	KUNIT_EXPECT_TRUE(test, wait_for_pkts(bench, 1));
	KUNIT_EXPECT_EQ(test, bench->seen.status[QUIC_OFFLOAD_OK], 1);
	KUNIT_EXPECT_EQ(test, bench->seen.generation, 0);
}

static void receiver_off_gets_the_wire(struct kunit *test)
{
	struct bench *bench = test->priv;

	both_on(test);
	switch_offload(bench->dev[1], false);
	send(test, 4, 0);
	KUNIT_EXPECT_TRUE(test, wait_for_pkts(bench, 4));
	KUNIT_EXPECT_EQ(test, bench->seen.status[QUIC_OFFLOAD_NONE], 4);
	KUNIT_EXPECT_EQ(test, bench->seen.clear, 0);
	KUNIT_EXPECT_EQ(test, bench->seen.bad_csum, 0);
}

static void ipv6_works_as_well(struct kunit *test)
{
	struct bench *bench = test->priv;

	bench->ipv6 = true;
	both_on(test);
	send(test, 4, 0);
	KUNIT_EXPECT_TRUE(test, wait_for_pkts(bench, 4));
	KUNIT_EXPECT_EQ(test, bench->seen.status[QUIC_OFFLOAD_OK], 4);
	KUNIT_EXPECT_EQ(test, bench->seen.clear, 4);

	switch_offload(bench->dev[1], false);
	send(test, 4, 0);
	KUNIT_EXPECT_TRUE(test, wait_for_pkts(bench, 4));
	KUNIT_EXPECT_EQ(test, bench->seen.status[QUIC_OFFLOAD_NONE], 4);
	KUNIT_EXPECT_EQ(test, bench->seen.bad_csum, 0);
}

/* Marked while it was on, handed over when it is off: as from a qdisc. */
static void sender_off_drops(struct kunit *test)
{
	struct bench *bench = test->priv;
	struct sk_buff *skb;

	both_on(test);
	skb = make_burst(test, 4, 0, true);
	switch_offload(bench->dev[0], false);
	hand_over(bench, skb);
	KUNIT_EXPECT_EQ(test, stat(bench->port[0], QNSIM_STAT_TX_DROP_OFF), 4);
	KUNIT_EXPECT_EQ(test, stat(bench->port[0], QNSIM_STAT_LINK_TX_UDP), 0);
}

static void flip_fails_and_passes_the_wire(struct kunit *test)
{
	struct bench *bench = test->priv;

	both_on(test);
	bench->port[0]->link.flip_anywhere = false;
	bench->port[0]->link.flip_at = -1;
	bench->port[0]->link.impair[QNSIM_FLIP].next = 2;
	send(test, 5, 0);
	KUNIT_EXPECT_TRUE(test, wait_for_pkts(bench, 5));
	KUNIT_EXPECT_EQ(test, bench->seen.status[QUIC_OFFLOAD_AUTH_FAIL], 2);
	KUNIT_EXPECT_EQ(test, bench->seen.status[QUIC_OFFLOAD_OK], 3);
	KUNIT_EXPECT_EQ(test, bench->seen.clear, 3);
	KUNIT_EXPECT_EQ(test, bench->seen.bad_csum, 0);
	KUNIT_EXPECT_EQ(test, stat(bench->port[1], QNSIM_STAT_RX_AUTH_FAIL), 2);
}

static void changed_header_drops(struct kunit *test)
{
	struct bench *bench = test->priv;
	struct sk_buff *skb;

	both_on(test);
	skb = make_burst(test, 1, 0, true);
	((u8 *)page_address(bench->page))[PN_OFF] ^= 1;
	hand_over(bench, skb);
	KUNIT_EXPECT_EQ(test, stat(bench->port[0], QNSIM_STAT_TX_DROP_MISMATCH), 1);
	KUNIT_EXPECT_EQ(test, stat(bench->port[0], QNSIM_STAT_LINK_TX_UDP), 0);
}

/* A copy that tc or netem made gets no second ciphertext. */
static void copy_is_not_sealed(struct kunit *test)
{
	struct bench *bench = test->priv;
	struct sk_buff *skb, *copy;

	both_on(test);
	skb = make_burst(test, 2, 0, true);
	copy = skb_clone(skb, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, copy);
	memset(&bench->seen, 0, sizeof(bench->seen));
	hand_over(bench, skb);
	hand_over(bench, copy);
	KUNIT_EXPECT_TRUE(test, wait_for_pkts(bench, 2));
	KUNIT_EXPECT_EQ(test, stat(bench->port[0], QNSIM_STAT_TX_DROP_TWICE),
			2);
	KUNIT_EXPECT_EQ(test, stat(bench->port[0], QNSIM_STAT_LINK_TX_UDP), 2);
}

static void mark_without_identity_drops(struct kunit *test)
{
	struct bench *bench = test->priv;
	struct sk_buff *skb = make_burst(test, 2, 0, false);

	both_on(test);
	skb->decrypted = 1;
	hand_over(bench, skb);
	KUNIT_EXPECT_EQ(test, stat(bench->port[0], QNSIM_STAT_TX_DROP_NO_META),
			2);
	KUNIT_EXPECT_EQ(test, stat(bench->port[0], QNSIM_STAT_LINK_TX_UDP), 0);
}

static void runt_is_reported(struct kunit *test)
{
	struct bench *bench = test->priv;
	struct sk_buff *skb = make_burst(test, 1, 0, false);

	both_on(test);
	/* 9 bytes of header and too little behind it for a sample */
	pskb_trim(skb, skb->len - PKT_LEN + 9 + 19);
	ip_hdr(skb)->tot_len = htons(skb->len - ETH_HLEN);
	ip_send_check(ip_hdr(skb));
	udp_hdr(skb)->len = htons(8 + 9 + 19);
	udp_hdr(skb)->check = ~csum_tcpudp_magic(ip_hdr(skb)->saddr,
						 ip_hdr(skb)->daddr, 8 + 9 + 19,
						 IPPROTO_UDP, 0);
	memset(&bench->seen, 0, sizeof(bench->seen));
	hand_over(bench, skb);
	KUNIT_EXPECT_TRUE(test, wait_for_pkts(bench, 1));
	KUNIT_EXPECT_EQ(test, bench->seen.status[QUIC_OFFLOAD_RUNT], 1);
}

static bool wait_for_reason(struct quic_offload_dir *dir, u8 reason)
{
	unsigned int ms;

	for (ms = 0; ms < PATIENCE_MS; ms++) {
		if (READ_ONCE(dir->reason) == reason)
			return true;
		fsleep(1000);
	}
	return false;
}

static void full_device_says_so(struct kunit *test)
{
	struct bench *bench = test->priv;

	bench->port[0]->flows.max_keys = 0;
	switch_offload(bench->dev[0], true);
	KUNIT_EXPECT_TRUE(test, wait_for_reason(bench->tx,
						QUIC_OFFLOAD_REASON_FULL));
	KUNIT_EXPECT_NULL(test, quic_offload_key_get(bench->tx, 0));

	bench->port[0]->flows.max_keys = 1;
	switch_offload(bench->dev[0], false);
	both_on(test);
}

static void failing_op_leaves_nothing(struct kunit *test)
{
	struct bench *bench = test->priv;

	bench->port[0]->fault.op[QNSIM_OP_KEY_ADD].errno_value = EIO;
	bench->port[0]->fault.op[QNSIM_OP_KEY_ADD].times = 1;
	switch_offload(bench->dev[0], true);
	KUNIT_EXPECT_TRUE(test, wait_for_reason(bench->tx,
						QUIC_OFFLOAD_REASON_FAILED));
	KUNIT_EXPECT_NULL(test, quic_offload_key_get(bench->tx, 0));
	switch_offload(bench->dev[0], false);
	KUNIT_EXPECT_TRUE(test, tables_are_empty(bench->port[0]));
}

static int create_dirs(struct bench *bench)
{
	static const u8 hp[16] = { 0x70 };
	struct quic_offload_dir_cfg cfg = {
		.way = QUIC_OFFLOAD_TX,
		.cipher = QUIC_OFFLOAD_AES_128_GCM,
		.cid_len = sizeof(cid),
		.hp_key = hp,
		.hp_len = sizeof(hp),
	};

	bench->tx = quic_offload_dir_create(bench->dev[0], &cfg, GFP_KERNEL);
	if (IS_ERR(bench->tx))
		return PTR_ERR(bench->tx);
	cfg.way = QUIC_OFFLOAD_RX;
	bench->rx = quic_offload_dir_create(bench->dev[1], &cfg, GFP_KERNEL);
	if (IS_ERR(bench->rx))
		return PTR_ERR(bench->rx);
	return quic_offload_filter_add(bench->rx, cid, sizeof(cid), GFP_KERNEL);
}

static int open_ports(struct bench *bench)
{
	int i, err = 0;

	for (i = 0; i < 2; i++) {
		bench->dev[i] = find_port(i);
		if (!bench->dev[i])
			return -ENODEV;
	}
	err = link_ports(bench);
	rtnl_lock();
	for (i = 0; i < 2; i++) {
		bench->port[i] = qnsim_port_find(bench->dev[i]);
		err = err ?: dev_open(bench->dev[i], NULL);
	}
	rtnl_unlock();
	return err;
}

static void add_taps(struct bench *bench)
{
	int i;

	bench->tap[0].type = htons(ETH_P_IP);
	bench->tap[0].func = take_ipv4;
	bench->tap[1].type = htons(ETH_P_IPV6);
	bench->tap[1].func = take_ipv6;
	for (i = 0; i < 2; i++) {
		bench->tap[i].dev = bench->dev[1];
		bench->tap[i].af_packet_priv = bench;
		dev_add_pack(&bench->tap[i]);
	}
}

static int device_test_init(struct kunit *test)
{
	struct bench *bench = kunit_kzalloc(test, sizeof(*bench), GFP_KERNEL);
	int err;

	if (!bench)
		return -ENOMEM;
	test->priv = bench;
	bench->page = alloc_pages(GFP_KERNEL | __GFP_COMP,
				  get_order(MAX_PKTS * PKT_LEN));
	if (!bench->page)
		return -ENOMEM;

	err = write_file(BUS "new_device", "771 1");
	err = err ?: write_file(BUS "new_device", "772 1");
	err = err ?: open_ports(bench);
	err = err ?: create_dirs(bench);
	if (err)
		return err;
	install(test, 0);

	add_taps(bench);
	return 0;
}

static void drop_dir(struct quic_offload_dir *dir)
{
	if (!IS_ERR_OR_NULL(dir))
		quic_offload_dir_drop(dir);
}

static bool wait_for_empty_tables(const struct bench *bench)
{
	unsigned int ms;

	for (ms = 0; ms < PATIENCE_MS; ms++) {
		if (tables_are_empty(bench->port[0]) &&
		    tables_are_empty(bench->port[1]))
			return true;
		fsleep(1000);
	}
	return false;
}

static void device_test_exit(struct kunit *test)
{
	struct bench *bench = test->priv;

	if (!bench)
		return;
	if (bench->tap[0].func) {
		dev_remove_pack(&bench->tap[0]);
		dev_remove_pack(&bench->tap[1]);
	}
	drop_dir(bench->tx);
	drop_dir(bench->rx);
	if (bench->port[1])
		KUNIT_EXPECT_TRUE(test, wait_for_empty_tables(bench));
	write_file(BUS "del_device", "771");
	write_file(BUS "del_device", "772");
	if (bench->page)
		put_page(bench->page);
}

static struct kunit_case device_cases[] = {
	KUNIT_CASE(burst_is_sealed_and_opened),
	KUNIT_CASE(canary_is_found),
	KUNIT_CASE(phases_use_their_keys),
	KUNIT_CASE(receiver_off_gets_the_wire),
	KUNIT_CASE(ipv6_works_as_well),
	KUNIT_CASE(sender_off_drops),
	KUNIT_CASE(flip_fails_and_passes_the_wire),
	KUNIT_CASE(changed_header_drops),
	KUNIT_CASE(copy_is_not_sealed),
	KUNIT_CASE(mark_without_identity_drops),
	KUNIT_CASE(runt_is_reported),
	KUNIT_CASE(full_device_says_so),
	KUNIT_CASE(failing_op_leaves_nothing),
	{}
};

static struct kunit_suite device_suite = {
	.name = "quic_netdevsim_device",
	.init = device_test_init,
	.exit = device_test_exit,
	.test_cases = device_cases,
};

kunit_test_suite(device_suite);
