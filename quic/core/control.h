/* SPDX-License-Identifier: GPL-2.0-only */
/* Frames of a connection that carry no data: limits, connection ids, paths. */
#ifndef _QUIC_CORE_CONTROL_H
#define _QUIC_CORE_CONTROL_H

struct quic_builder;

/* As many as fit into the packet that was begun; the rest stays to be sent. */

/* What QUIC_PEND_* asks for. */
void quic_control_put_pending(struct quic_builder *b);

/* RETIRE_CONNECTION_ID and NEW_CONNECTION_ID (RFC 9000 19.16, 19.15) */
void quic_control_put_cids(struct quic_builder *b);

/* PATH_CHALLENGE and PATH_RESPONSE of the packet's path (RFC 9000 8.2) */
void quic_control_put_path(struct quic_builder *b);

#endif
