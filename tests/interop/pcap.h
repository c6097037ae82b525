/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef INTEROP_PCAP_H
#define INTEROP_PCAP_H

#include <stddef.h>

struct pcap;

/**
 * pcap_open - begin a capture of Ethernet frames
 * @path: the file
 *
 * Ends the program with status 1 when it cannot.
 *
 * Return: the capture.
 */
struct pcap *pcap_open(const char *path);

/**
 * pcap_write - add a frame, as of now
 * @pcap: the capture, or NULL
 * @frame: the frame
 * @len: its length
 */
void pcap_write(struct pcap *pcap, const void *frame, size_t len);

/**
 * pcap_close - end it
 * @pcap: the capture, or NULL
 */
void pcap_close(struct pcap *pcap);

#endif
