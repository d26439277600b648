/*
 * A machine that fails on purpose, for the bench: the Nth change or the Nth flush fails, before or after it was carried out. Everything
 * else is passed through.
 */
#ifndef TLSMEND_MACHINE_FAULT_H
#define TLSMEND_MACHINE_FAULT_H

#include <tlsmend/machine.h>

typedef struct fault {
  tlsmend_machine base;
  unsigned applied;  /* changes that were asked for so far */
  unsigned at;       /* this one fails, counted from 1; 0: none */
  unsigned flushed;  /* flushes that were asked for so far */
  unsigned flush_at; /* as `at` */
  bool late;         /* what fails is carried out before */
  /* Called right before and right after (`done`) each effect: the moments at which a power cut leaves something to find out. */
  void (*watch)(void *data, bool done);
  /* Called before each flush, with the changes of which a power cut may take any along. */
  void (*watch_flush)(void *data, const tlsmend_change *changes, size_t count);
  void *watch_data;
} fault;

/* Takes the machine over: closing the fault closes it. NULL when out of memory; then `below` is closed. */
fault *fault_open(tlsmend_machine *below);

#endif
