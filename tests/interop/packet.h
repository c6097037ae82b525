/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef INTEROP_PACKET_H
#define INTEROP_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_MAX	1600
#define NAT_FLOWS_MAX	64

/**
 * struct packet - an Ethernet frame with IP in it, and where its parts are
 * @frame: the frame
 * @frame_len: its length, without padding
 * @ip: IP header
 * @is_v6: which one
 * @l4: header behind it
 * @l4_len: bytes from there to the end
 * @proto: which header that is
 * @is_udp: a whole, unfragmented UDP packet
 * @payload: of UDP
 * @payload_len: its length, not 0
 */
struct packet {
	uint8_t *frame;
	size_t frame_len;
	uint8_t *ip;
	bool is_v6;
	uint8_t *l4;
	size_t l4_len;
	uint8_t proto;
	bool is_udp;
	uint8_t *payload;
	size_t payload_len;
};

/**
 * packet_parse - find the parts
 * @packet: filled in; refers to @frame
 * @frame: Ethernet frame
 * @len: bytes of it
 *
 * Return: false when it is not IP, or broken.
 */
bool packet_parse(struct packet *packet, uint8_t *frame, size_t len);

/**
 * packet_fix_checksum - compute the checksums of IPv4, UDP and TCP
 * @packet: the packet; the sender may have left them to a device
 */
void packet_fix_checksum(struct packet *packet);

/**
 * packet_set_station - address a frame
 * @frame: Ethernet frame
 * @side: 1: to the client, 2: to the server
 */
void packet_set_station(uint8_t *frame, uint8_t side);

/**
 * packet_is_ect - whether it may be marked
 * @packet: the packet
 *
 * Return: true for ECT(0) and ECT(1).
 */
bool packet_is_ect(const struct packet *packet);

/**
 * packet_set_ce - mark it
 * @packet: the packet
 */
void packet_set_ce(struct packet *packet);

/**
 * struct packet_nat - bindings, in the order they were made
 * @count: how many flows there are
 * @forgot: how often they were replaced
 * @address: added to the last byte of the client's address
 * @next_port: outer port of the next binding
 * @flows: inner port and outer port
 */
struct packet_nat {
	unsigned int count;
	unsigned int forgot;
	uint8_t address;
	uint16_t next_port;
	struct {
		uint16_t inner;
		uint16_t outer;
	} flows[NAT_FLOWS_MAX];
};

/**
 * packet_nat_out - translate a packet of the client
 * @nat: bindings
 * @packet: UDP packet, rewritten; its checksum is not
 *
 * Return: false when there is no room for another binding.
 */
bool packet_nat_out(struct packet_nat *nat, struct packet *packet);

/**
 * packet_nat_in - translate a packet to the client
 * @nat: bindings
 * @packet: UDP packet, rewritten; its checksum is not
 *
 * Return: false when no binding (any more) belongs to it.
 */
bool packet_nat_in(struct packet_nat *nat, struct packet *packet);

/**
 * packet_nat_forget - drop all bindings
 * @nat: bindings
 * @address: new ones get another address, too
 */
void packet_nat_forget(struct packet_nat *nat, bool address);

#endif
