/* SPDX-License-Identifier: GPL-2.0-only */
/* Delivery rate: how fast the path takes what is sent. */
#ifndef _QUIC_CORE_DELIVERY_H
#define _QUIC_CORE_DELIVERY_H

#include "env.h"
#include "sent.h"

/**
 * DOC: Delivery rate samples
 *
 * Each packet in flight notes how much had been delivered when it left, when
 * that was known, and when the first packet of that flight left. When it is
 * acknowledged, what was delivered in between, over the longer of the two
 * times (that of sending, that of acknowledging), is a sample: it cannot
 * exceed what the path carried, however ACKs bunch up. The method is that of
 * draft-cheng-iccrg-delivery-rate-estimation.
 *
 * Times are kept in the ledger as distances from the packet's own, in units
 * of 256 ns, so that an entry stays within one cache line.
 */

/**
 * struct quic_delivery - delivery of one path
 * @delivered_bytes: acknowledged so far
 * @delivered_ns: when that last grew
 * @first_sent_ns: when the flight that is being measured began
 * @limited_until_bytes: samples are the application's doing until
 *	@delivered_bytes passes this; 0: they are not
 */
struct quic_delivery {
	u64 delivered_bytes;
	u64 delivered_ns;
	u64 first_sent_ns;
	u64 limited_until_bytes;
};

/**
 * struct quic_delivery_sample - what one ACK frame tells
 * @bytes: delivered in @interval_ns
 * @interval_ns: 0: no sample
 * @prior_bytes: quic_delivery.delivered_bytes when the newest acknowledged
 *	packet left
 * @limited: there was too little to send: the path may be faster
 */
struct quic_delivery_sample {
	u64 bytes;
	u64 interval_ns;
	u64 prior_bytes;
	bool limited;
};

/**
 * quic_delivery_sent() - a packet that counts as in flight leaves
 * @r: the path's
 * @p: its ledger entry; time_ns is set
 * @idle: nothing else is in flight
 */
void quic_delivery_sent(struct quic_delivery *r, struct quic_sent *p,
			bool idle);

/**
 * quic_delivery_acked() - the packets of an ACK frame are counted
 * @r: the path's; @delivered_bytes does not include them yet
 * @newest: the one among them that left last
 * @bytes: sum of those in flight
 * @now: ns
 * @s: the sample
 */
void quic_delivery_acked(struct quic_delivery *r,
			 const struct quic_sent *newest, u64 bytes, u64 now,
			 struct quic_delivery_sample *s);

/* Nothing is left to send while window and pacer would let it out. */
static inline void quic_delivery_limit(struct quic_delivery *r,
				       u64 in_flight_bytes)
{
	r->limited_until_bytes = max(r->delivered_bytes + in_flight_bytes,
				     (u64)1);
}

#endif
