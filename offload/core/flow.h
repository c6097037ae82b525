/* SPDX-License-Identifier: GPL-2.0-only */
/* Directions, keys and filters, for the other files of the core. */
#ifndef _QUIC_OFFLOAD_FLOW_H
#define _QUIC_OFFLOAD_FLOW_H

#include "offload.h"

/* A new direction: @dir holds the stack's reference and one of the device. */
void quic_offload_flow_start(struct quic_offload_dir *dir);
/* Have the work item carry intents out; any context. */
void quic_offload_flow_kick(struct quic_offload_dir *dir, unsigned long delay);
/* Take everything out of the device; process context. */
void quic_offload_flow_purge(struct quic_offload_dev *qdev);
/* Put everything in that is wanted, at leisure. */
void quic_offload_flow_replumb(struct quic_offload_dev *qdev);
/* Have every work item look again; process context. */
void quic_offload_flow_kick_all(struct quic_offload_dev *qdev);
/* The hardware was stopped: free what a failed fence left; process context. */
void quic_offload_flow_reset(struct quic_offload_dev *qdev);
/* The device is gone: the list of directions is given up. */
void quic_offload_flow_detach(struct quic_offload_dev *qdev);

/* A burst that named @key is over. Any context. */
void quic_offload_key_landed(struct quic_offload_key *key);

int quic_offload_flow_init(void);
void quic_offload_flow_exit(void);

#endif
