// SPDX-License-Identifier: GPL-2.0-only
#include "quic/core/reasm.h"

#include "tap.h"

#define MODEL	6000

static u8 at(u64 off)
{
	return off * 0x9e3779b97f4a7c15ULL >> 56;
}

static struct quic_buf big;
static u8 content[MODEL];
static int released;

static void release(struct quic_buf *buf)
{
	released++;
}

static void begin(struct quic_reasm *r)
{
	int i;

	quic_reasm_init(r);
	big = (struct quic_buf) {
		.refs = 1, .truesize = sizeof(content),
		.release = release,
	};
	released = 0;
	for (i = 0; i < MODEL; i++)
		content[i] = at(i);
}

/* The queue is gone, and with it all references. */
static void end(struct quic_reasm *r)
{
	quic_reasm_free(r);
	CHECK_EQ(r->mem, 0);
	CHECK_EQ(big.refs, 1);
	CHECK_EQ(released, 0);
}

static int add(struct quic_reasm *r, u64 off, u32 len)
{
	return quic_reasm_add(r, off, content + off, len, &big, GFP_KERNEL);
}

/* Read all that is ready, and compare. Return: bytes. */
static u64 drain(struct quic_reasm *r)
{
	const u8 *data;
	u64 sum = 0;
	u32 n, i;

	while ((n = quic_reasm_peek(r, &data))) {
		for (i = 0; i < n; i++)
			if (data[i] != at(r->next + i))
				break;
		CHECK_EQ(i, n);
		quic_reasm_consume(r, n);
		sum += n;
	}
	return sum;
}

static void in_order(void)
{
	struct quic_reasm r;

	begin(&r);
	CHECK_EQ(add(&r, 0, 1000), 0);
	CHECK_EQ(add(&r, 1000, 500), 0);
	CHECK_EQ(r.ready, 1500);
	/* large pieces are referenced, not copied */
	CHECK_EQ(big.refs, 3);
	CHECK_EQ(drain(&r), 1500);
	CHECK_EQ(big.refs, 1);
	CHECK_EQ(r.mem, 0);
	end(&r);
}

static void small_pieces_are_copied(void)
{
	struct quic_reasm r;

	begin(&r);
	CHECK_EQ(add(&r, 0, QUIC_REASM_COPY_BYTES - 1), 0);
	CHECK_EQ(big.refs, 1);
	CHECK(r.mem >= QUIC_REASM_COPY_BYTES - 1);
	CHECK_EQ(add(&r, 1000, QUIC_REASM_COPY_BYTES), 0);
	CHECK_EQ(big.refs, 2);
	/* without an owner there is nothing to refer to */
	CHECK_EQ(quic_reasm_add(&r, 2000, content + 2000, 1000, NULL,
				GFP_KERNEL), 0);
	CHECK_EQ(big.refs, 2);
	CHECK_EQ(drain(&r), QUIC_REASM_COPY_BYTES - 1);
	end(&r);
}

/* RFC 9000 2.2#1 */
static void out_of_order(void)
{
	struct quic_reasm r;
	const u8 *data;

	begin(&r);
	CHECK_EQ(add(&r, 2000, 300), 0);
	CHECK_EQ(add(&r, 1000, 300), 0);
	CHECK_EQ(r.ready, 0);
	CHECK_EQ(quic_reasm_peek(&r, &data), 0);
	CHECK_EQ(add(&r, 0, 1000), 0);
	CHECK_EQ(r.ready, 1300);
	CHECK_EQ(add(&r, 1300, 700), 0);
	CHECK_EQ(r.ready, 2300);
	CHECK_EQ(drain(&r), 2300);
	end(&r);
}

/* Bytes that are there already, consumed or not, are ignored. */
static void overlaps(void)
{
	struct quic_reasm r;
	u64 mem;

	begin(&r);
	add(&r, 500, 300);
	add(&r, 1500, 300);
	mem = r.mem;
	CHECK_EQ(add(&r, 500, 300), 0);
	CHECK_EQ(add(&r, 600, 100), 0);
	CHECK_EQ(add(&r, 1500, 299), 0);
	CHECK_EQ(r.mem, mem);
	/* across both, and the gaps before, between and behind */
	CHECK_EQ(add(&r, 0, 3000), 0);
	CHECK_EQ(r.ready, 3000);
	mem = r.mem;
	CHECK_EQ(add(&r, 0, 3000), 0);
	CHECK_EQ(r.mem, mem);
	CHECK_EQ(drain(&r), 3000);
	CHECK_EQ(add(&r, 100, 2900), 0);
	CHECK_EQ(r.mem, 0);
	CHECK_EQ(add(&r, 2900, 200), 0);
	CHECK_EQ(drain(&r), 100);
	end(&r);
}

static void empty_pieces(void)
{
	struct quic_reasm r;

	begin(&r);
	CHECK_EQ(add(&r, 0, 0), 0);
	CHECK_EQ(add(&r, 4000, 0), 0);
	CHECK_EQ(r.ready, 0);
	CHECK_EQ(r.mem, 0);
	end(&r);
}

static void partial_reads(void)
{
	struct quic_reasm r;
	const u8 *data;

	begin(&r);
	add(&r, 0, 1000);
	add(&r, 1000, 1000);
	CHECK_EQ(quic_reasm_peek_at(&r, 999, &data), 1);
	CHECK_EQ(*data, at(999));
	CHECK_EQ(quic_reasm_peek_at(&r, 1000, &data), 1000);
	CHECK_EQ(*data, at(1000));
	CHECK_EQ(quic_reasm_peek_at(&r, 1500, &data), 500);
	CHECK_EQ(*data, at(1500));
	CHECK_EQ(quic_reasm_peek_at(&r, 2000, &data), 0);
	quic_reasm_consume(&r, 1);
	CHECK_EQ(quic_reasm_peek(&r, &data), 999);
	CHECK_EQ(*data, at(1));
	CHECK_EQ(big.refs, 3);
	quic_reasm_consume(&r, 1200);
	CHECK_EQ(big.refs, 2);
	CHECK_EQ(quic_reasm_peek(&r, &data), 799);
	/* never more than is ready */
	add(&r, 3000, 500);
	quic_reasm_consume(&r, 5000);
	CHECK_EQ(r.next, 2000);
	CHECK_EQ(r.ready, 2000);
	end(&r);
}

/* The last offsets that RFC 9000 16 allows. */
static void far_end(void)
{
	const u64 last = (1ULL << 62) - 1;
	struct quic_reasm r;

	begin(&r);
	CHECK_EQ(quic_reasm_add(&r, last - 300, content, 300, &big,
				GFP_KERNEL), 0);
	CHECK_EQ(r.ready, 0);
	r.next = last - 400;
	r.ready = last - 400;
	CHECK_EQ(quic_reasm_add(&r, last - 400, content, 100, &big,
				GFP_KERNEL), 0);
	CHECK_EQ(r.ready, last);
	end(&r);
}

static void no_memory(void)
{
	struct quic_reasm r;
	long n;

	for (n = 0; n < 3; n++) {
		begin(&r);
		add(&r, 1000, 500);
		add(&r, 2000, 500);
		quic_env_fail_after(n);
		CHECK_EQ(add(&r, 0, 3000), -ENOMEM);
		quic_env_fail_after(-1);
		CHECK_EQ(r.ready, n ? 500 + 1000 * n : 0);
		CHECK_EQ(add(&r, 0, 3000), 0);
		CHECK_EQ(drain(&r), 3000);
		end(&r);
	}
}

static bool gap_is_first(const struct quic_reasm *r)
{
	const struct quic_seg *seg;

	list_for_each_entry(seg, &r->segs, list)
		if (seg->off > r->ready)
			return r->gap == &seg->list;
	return r->gap == &r->segs;
}

/* Against a map of the bytes that have come. */
static void against_model(void)
{
	static bool have[MODEL];
	struct quic_reasm r;
	u64 seed = 7;
	int walk, step;

	for (walk = 0; walk < 30; walk++) {
		u64 read = 0, ready;

		begin(&r);
		memset(have, 0, sizeof(have));
		for (step = 0; step < 300; step++) {
			u64 rnd = tap_random(&seed);
			u32 off = rnd % MODEL, len = (rnd >> 20) % 600;

			TAP_AT("walk %d, step %d", walk, step);
			len = min(len, MODEL - off);
			if (rnd >> 63) {
				off = read;
				len = min(len, MODEL - off);
			}
			if ((rnd >> 60 & 3) == 0)
				len = min(len, 3u);
			CHECK_EQ(add(&r, off, len), 0);
			memset(have + off, 1, len);
			for (ready = read; ready < MODEL && have[ready];
			     ready++)
				;
			CHECK_EQ(r.ready, ready);
			CHECK(gap_is_first(&r));
			if ((rnd >> 40) % 4 == 0) {
				CHECK_EQ(drain(&r), ready - read);
				read = ready;
			}
			CHECK(gap_is_first(&r));
		}
		end(&r);
	}
}

/*
 * A peer that sends single bytes cannot make them cost us much more than
 * large pieces of the same number of bytes.
 */
static void slivers_in_order(void)
{
	struct quic_reasm r;
	long live = quic_env_live();
	u32 i;

	begin(&r);
	for (i = 0; i < MODEL; i++)
		CHECK_EQ(add(&r, i, 1), 0);
	CHECK(r.mem < 3 * MODEL);
	CHECK(quic_env_live() - live < MODEL / 50);
	CHECK_EQ(drain(&r), MODEL);
	end(&r);
}

/* Nor with holes between them: those beyond a limit count as lost. */
static void slivers_with_holes(void)
{
	struct quic_reasm r;
	u32 i, refused = 0;

	begin(&r);
	for (i = MODEL; i > 1; i -= 2)
		refused += add(&r, i - 1, 1) == -ENOMEM;
	CHECK(refused);
	CHECK(r.mem < 100 * 1024);
	/* what comes next in order is always taken */
	for (i = 0; i < MODEL; i++)
		CHECK_EQ(add(&r, i, 1), 0);
	CHECK_EQ(drain(&r), MODEL);
	/* and the limit is on what is held, not on what ever came */
	CHECK_EQ(add(&r, MODEL - 1, 1), 0);
	end(&r);
}

/* Memory for segments may come with the buffer, for some of them or all. */
static void spare_segments(void)
{
	struct quic_seg spare[2];
	struct quic_reasm r;

	begin(&r);
	big.spare = spare;
	big.n_spare = 2;
	CHECK_EQ(add(&r, 2000, 1000), 0);
	CHECK_EQ(big.n_spare, 1);
	/* what is copied outlives the buffer */
	CHECK_EQ(add(&r, 1900, 100), 0);
	CHECK_EQ(big.n_spare, 1);
	CHECK_EQ(add(&r, 1000, 900), 0);
	CHECK_EQ(big.n_spare, 0);
	CHECK_EQ(add(&r, 0, 1000), 0);
	CHECK_EQ(big.refs, 4);
	CHECK_EQ(drain(&r), 3000);
	CHECK_EQ(big.refs, 1);
	end(&r);
}

int main(void)
{
	TEST(spare_segments);
	TEST(in_order);
	TEST(small_pieces_are_copied);
	TEST(out_of_order);
	TEST(overlaps);
	TEST(empty_pieces);
	TEST(partial_reads);
	TEST(far_end);
	TEST(no_memory);
	TEST(against_model);
	TEST(slivers_in_order);
	TEST(slivers_with_holes);
	return tap_done();
}
