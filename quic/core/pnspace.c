// SPDX-License-Identifier: GPL-2.0-only
#include "pnspace.h"
#include "frame.h"

void quic_pnspace_init(struct quic_pnspace *ps)
{
	memset(ps, 0, sizeof(*ps));
	quic_ranges_init(&ps->rcvd);
	ps->largest = QUIC_PN_NONE;
	ps->largest_eliciting = QUIC_PN_NONE;
	ps->ack_time_ns = QUIC_TIME_NEVER;
}

void quic_pnspace_free(struct quic_pnspace *ps)
{
	quic_ranges_free(&ps->rcvd);
}

bool quic_pnspace_dup(const struct quic_pnspace *ps, u64 pn)
{
	if (ps->largest == QUIC_PN_NONE || pn > ps->largest)
		return false;
	return pn < ps->floor || quic_ranges_has(&ps->rcvd, pn);
}

/*
 * RFC 9000 13.2.1: below an ack-eliciting packet that has come, or with one
 * missing between that and @pn: acknowledge at once.
 */
static bool is_reordered(const struct quic_pnspace *ps, u64 pn)
{
	u64 from = ps->floor;

	if (ps->largest_eliciting != QUIC_PN_NONE)
		from = max(from, ps->largest_eliciting);
	return pn < from || !quic_ranges_cover(&ps->rcvd, from, pn + 1);
}

/* RFC 9000 13.4.1: reported whether or not we mark what we send */
static void count_ecn(struct quic_pnspace *ps, u8 ecn)
{
	switch (ecn & 3) {
	case 1:
		ps->ect1++;
		break;
	case 2:
		ps->ect0++;
		break;
	case 3:
		ps->ce++;
		break;
	}
}

static void limit_ranges(struct quic_pnspace *ps)
{
	if (ps->rcvd.n <= QUIC_PNSPACE_MAX_RANGES)
		return;
	quic_ranges_drop_low(&ps->rcvd, ps->rcvd.n - QUIC_PNSPACE_MAX_RANGES);
	ps->floor = ps->rcvd.r[0].start;
}

int quic_pnspace_add(struct quic_pnspace *ps, u64 pn, bool eliciting, u8 ecn,
		     u64 now, u64 delay_ns, gfp_t gfp)
{
	bool reordered;
	int err;

	err = quic_ranges_add(&ps->rcvd, pn, pn + 1, gfp);
	if (err)
		return err;
	limit_ranges(ps);
	count_ecn(ps, ecn);
	if (ps->largest == QUIC_PN_NONE || pn > ps->largest) {
		ps->largest = pn;
		ps->largest_time_ns = now;
	}
	if (!eliciting)
		return 0;

	reordered = is_reordered(ps, pn);
	if (ps->largest_eliciting == QUIC_PN_NONE || pn > ps->largest_eliciting)
		ps->largest_eliciting = pn;
	ps->unacked_pkts++;
	/* RFC 9000 13.2.1: a CE mark is reported at once as well. */
	if (!delay_ns || reordered || (ecn & 3) == 3)
		ps->ack_now = true;
	ps->ack_time_ns = min(ps->ack_time_ns, now + delay_ns);
	return 0;
}

void quic_pnspace_burst_end(struct quic_pnspace *ps)
{
	/* RFC 9000 13.2.2: every second packet, or one ACK per burst. */
	if (ps->unacked_pkts >= 2)
		ps->ack_now = true;
}

/* Ranges of the set, from the top, that fit into @room bytes. */
static u32 count_fitting(const struct quic_ranges *s, size_t room)
{
	u32 i = s->n - 1;
	size_t used = 0;

	while (i > 0) {
		u64 gap = s->r[i].start - s->r[i - 1].end - 1;
		u64 len = s->r[i - 1].end - s->r[i - 1].start - 1;

		used += quic_varint_len(gap) + quic_varint_len(len);
		if (used > room)
			break;
		i--;
	}
	return s->n - 1 - i;
}

static int put_varints(struct quic_wr *wr, const u64 *v, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (quic_wr_varint(wr, v[i]))
			return -ENOSPC;
	return 0;
}

int quic_pnspace_ack_build(const struct quic_pnspace *ps, struct quic_wr *wr,
			   u8 delay_exp, u64 now)
{
	bool ecn = ps->ect0 || ps->ect1 || ps->ce;
	const struct quic_ranges *s = &ps->rcvd;
	const struct quic_range *top;
	struct quic_wr w = *wr;
	size_t tail = 0;
	u64 head[5];
	u32 n, i;

	if (!s->n)
		return -ENOSPC;
	top = &s->r[s->n - 1];
	head[0] = ecn ? QUIC_FRAME_ACK_ECN : QUIC_FRAME_ACK;
	head[1] = top->end - 1;
	head[2] = div_u64(now - ps->largest_time_ns, QUIC_NSEC_PER_USEC) >>
		  delay_exp;
	head[3] = 0;
	head[4] = top->end - 1 - top->start;
	if (ecn)
		tail = quic_varint_len(ps->ect0) + quic_varint_len(ps->ect1) +
		       quic_varint_len(ps->ce);
	for (i = 0; i < 5; i++)
		tail += quic_varint_len(head[i]);
	/* the count takes one byte up to 63 more ranges, which is the limit */
	if (quic_wr_left(&w) < tail)
		return -ENOSPC;
	n = count_fitting(s, quic_wr_left(&w) - tail);
	head[3] = min_t(u32, n, QUIC_PNSPACE_MAX_RANGES - 1);
	if (put_varints(&w, head, 5))
		return -ENOSPC;
	for (i = s->n - 1; i > s->n - 1 - head[3]; i--) {
		u64 pair[2] = {
			s->r[i].start - s->r[i - 1].end - 1,
			s->r[i - 1].end - s->r[i - 1].start - 1,
		};

		if (put_varints(&w, pair, 2))
			return -ENOSPC;
	}
	if (ecn) {
		u64 counts[3] = { ps->ect0, ps->ect1, ps->ce };

		if (put_varints(&w, counts, 3))
			return -ENOSPC;
	}
	*wr = w;
	return 0;
}

void quic_pnspace_ack_sent(struct quic_pnspace *ps)
{
	ps->unacked_pkts = 0;
	ps->ack_now = false;
	ps->ack_time_ns = QUIC_TIME_NEVER;
}

void quic_pnspace_ack_acked(struct quic_pnspace *ps, u64 largest, gfp_t gfp)
{
	/* The newest number stays: an ACK frame always has something to say. */
	if (largest <= ps->floor || ps->largest == QUIC_PN_NONE ||
	    largest > ps->largest)
		return;
	if (!quic_ranges_del(&ps->rcvd, 0, largest, gfp))
		ps->floor = largest;
}
