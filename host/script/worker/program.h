/* Which program can be a worker: one whose main begins with tlsmend_worker (<tlsmend/worker.h>). */
#ifndef TLSMEND_SCRIPT_WORKER_PROGRAM_H
#define TLSMEND_SCRIPT_WORKER_PROGRAM_H

#include "script/script.h"

/*
 * The absolute path of such a program; free it. In this order: that of the options; this one, if it has said that it can; the
 * command beside the library's own file, or in the bin of the same installation; the command where this build is installed. Neither
 * the environment nor the current folder has a say. A program that was found, not named, is not taken if others could change it,
 * unless they could change the library as well.
 * E_USAGE: the options name one that is not there. E_UNSUPPORTED: there is none; the line says where it was looked for.
 */
int script_worker_program(const script_options *options, char **out, tlsmend_error *error);

/* This program can be its own worker. For tlsmend_worker, before there is a second thread. */
void script_worker_itself(void);

#endif
