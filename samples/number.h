/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SAMPLES_NUMBER_H
#define SAMPLES_NUMBER_H

#include <stdint.h>

/**
 * number_parse - read a number from the command line
 * @option: name of the option, for the message
 * @text: decimal digits, one of the suffixes k, M, G (powers of 1024) may
 *	follow
 *
 * Ends the program with status 2 when it is none.
 *
 * Return: the number.
 */
uint64_t number_parse(const char *option, const char *text);

/**
 * number_parse_to - the same, with a largest value
 * @option: name of the option
 * @text: as above
 * @max: the largest number that means something
 *
 * Return: the number.
 */
uint64_t number_parse_to(const char *option, const char *text, uint64_t max);

#endif
