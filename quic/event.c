// SPDX-License-Identifier: GPL-2.0-only
#include "event.h"

#include "core/event.h"
#include "core/ticket.h"
#include "sock.h"

/*
 * The queue is the core's, for the connection's own events as well: what does
 * not fit into an entry is read from the connection when it is delivered.
 */

/**
 * quic_event_set_mask() - tell the connection which events are wanted
 * @sk: socket
 *
 * Context: sock lock.
 */
void quic_event_set_mask(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);

	if (q->has_conn)
		q->conn.events.mask = q->set.event_mask;
}

/**
 * quic_event_push() - queue an event, if the application wants it
 * @sk: socket with a connection
 * @type: enum quic_event_type
 * @val: its value: a phase, a sequence number
 *
 * Context: sock lock.
 */
void quic_event_push(struct sock *sk, u8 type, u64 val)
{
	struct quic_sock *q = quic_sk(sk);
	struct quic_ev ev = { .type = type, .val = val };

	quic_events_push(&q->conn.events, &ev, quic_gfp());
}

/**
 * quic_event_ready() - is there an event to read?
 * @sk: socket
 *
 * Context: sock lock, or for a guess.
 * Return: true when there is; false without a connection.
 */
bool quic_event_ready(const struct sock *sk)
{
	const struct quic_sock *q = quic_sk(sk);

	return q->has_conn && READ_ONCE(q->conn.events.n);
}

/**
 * quic_event_close_info() - why the connection ended, as the ABI says it
 * @sk: socket with a connection
 * @info: filled in; zeros while it lives
 *
 * Context: sock lock.
 */
void quic_event_close_info(const struct sock *sk,
			   struct quic_connection_close *info)
{
	const struct quic_close *cl = &quic_sk(sk)->conn.close;
	size_t len = min_t(size_t, cl->reason_len, sizeof(info->phrase) - 1);

	memset(info, 0, sizeof(*info));
	if (!cl->set)
		return;
	info->errcode = cl->err;
	info->frame = cl->frame_type;
	memcpy(info->phrase, cl->reason, len);
}

static size_t fill_update(const struct quic_ev *ev, union quic_event *u)
{
	u->update.id = ev->id;
	u->update.state = ev->state;
	u->update.errcode = ev->err;
	u->update.finalsz = ev->val;
	return sizeof(u->update);
}

static size_t fill_payload(const struct sock *sk, const struct quic_ev *ev,
			   union quic_event *u)
{
	memset(u, 0, sizeof(*u));
	switch (ev->type) {
	case QUIC_EVENT_STREAM_UPDATE:
		return fill_update(ev, u);
	case QUIC_EVENT_STREAM_MAX_DATA:
		u->max_data.id = ev->id;
		u->max_data.max_data = ev->val;
		return sizeof(u->max_data);
	case QUIC_EVENT_STREAM_MAX_STREAM:
		u->max_stream = ev->val;
		return sizeof(u->max_stream);
	case QUIC_EVENT_CONNECTION_ID:
		u->info.dest = ev->state;
		u->info.active = ev->id;
		u->info.prior_to = ev->val;
		return sizeof(u->info);
	case QUIC_EVENT_CONNECTION_CLOSE:
		quic_event_close_info(sk, &u->close);
		return sizeof(u->close);
	case QUIC_EVENT_CONNECTION_MIGRATION:
		u->local_migration = ev->val;
		return sizeof(u->local_migration);
	case QUIC_EVENT_KEY_UPDATE:
		u->key_update_phase = ev->val;
		return sizeof(u->key_update_phase);
	default:
		return 0;
	}
}

/* Events whose payload is as long as it likes. */
static const u8 *blob_payload(const struct quic_sock *q, u8 type, size_t *len)
{
	switch (type) {
	case QUIC_EVENT_NEW_TOKEN:
		*len = q->conn.new_token_len;
		return q->conn.new_token;
	case QUIC_EVENT_NEW_SESSION_TICKET:
		if (!q->tickets)
			return NULL;
		*len = q->tickets->whole;
		return q->tickets->data;
	default:
		return NULL;
	}
}

/**
 * quic_event_recv() - deliver the oldest event
 * @sk: socket with an event queued
 * @msg: destination
 * @len: bytes of room; what does not fit is lost, and MSG_TRUNC set
 * @peek: leave it in the queue
 *
 * Context: process context, sock lock.
 * Return: bytes copied, or -EFAULT.
 */
int quic_event_recv(struct sock *sk, struct msghdr *msg, size_t len,
		    bool peek)
{
	struct quic_sock *q = quic_sk(sk);
	struct quic_ev *ev = quic_events_peek(&q->conn.events);
	union quic_event payload;
	const void *data;
	size_t size = 0;

	data = blob_payload(q, ev->type, &size);
	if (!data) {
		size = fill_payload(sk, ev, &payload);
		data = &payload;
	}
	if (!len)
		return 0;
	if (len < size + 1)
		msg->msg_flags |= MSG_TRUNC;
	else
		msg->msg_flags |= MSG_EOR;
	size = min(size, len - 1);
	if (memcpy_to_msg(msg, &ev->type, 1) ||
	    memcpy_to_msg(msg, (void *)data, size))
		return -EFAULT;
	msg->msg_flags |= MSG_QUIC_NOTIFICATION;
	if (!peek)
		quic_events_pop(&q->conn.events);
	return size + 1;
}
