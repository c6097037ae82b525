/* SPDX-License-Identifier: GPL-2.0-only */
/* 1-RTT packets without protection (draft-banks-quic-disable-encryption-00). */
#ifndef _QUIC_CORE_CLEAR_H
#define _QUIC_CORE_CLEAR_H

#include "env.h"
#include "header.h"

struct quic_conn;

/**
 * DOC: 1-RTT packets in clear
 *
 * When both sides sent the transport parameter disable_1rtt_encryption, 1-RTT
 * packets have no header protection, no packet protection and no tag:
 * quic_conn.app_tag_len, which is 0 then, says it to all that counts bytes.
 * Every other packet is as ever, so the handshake is authentic, and with it
 * the agreement. What is in clear follows from the agreement alone, never
 * from what a packet looks like.
 *
 * From there on only the UDP checksum tells a packet from a wrong one, and
 * nothing tells it from a forged one: the path has to be trusted. What needs
 * authentic packets is therefore not done:
 *
 * - the connection stays on the path of its handshake: it follows no address,
 *   and does not migrate. Packets from elsewhere are dropped;
 * - there are no keys, hence no key updates, no limits of their use, and
 *   nothing for a device;
 * - a packet that does not hold frames, or is not to one of our connection
 *   ids, is dropped as a whole instead of closing the connection.
 */

/*
 * The peer's parameters came, before any 1-RTT key: is it agreed on? Called
 * by quic_conn_remote_params().
 */
void quic_clear_settle(struct quic_conn *c);

/**
 * quic_clear_parse() - read a 1-RTT packet that has no protection
 * @c: connection that agreed on it
 * @data: packet, up to the datagram's end
 * @len: bytes
 * @hdr: filled in on success, packet number included
 *
 * Return: 0; -EBADMSG when it is no such packet, which a protected one is not
 * either: drop it; -ENOENT when it is not for one of our connection ids, as a
 * stateless reset is not.
 */
int quic_clear_parse(const struct quic_conn *c, const u8 *data, size_t len,
		     struct quic_hdr *hdr);

#endif
