/* Workers that wait for the text that they had before. */
#include "script/worker/pool.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/error.h"
#include "os/os.h"

/* A run has few texts at a time; more would be processes that wait for nothing. */
enum { IDLE_MOST = 8, LENT_MOST = 16, CLOSE_TIME = 1000 };

struct worker_pool {
  worker *idle[IDLE_MOST]; /* the one that has waited longest first */
  size_t count, lent;
};

worker_pool *worker_pool_new(void) { return calloc(1, sizeof(worker_pool)); }

void worker_pool_free(worker_pool *self) {
  for (size_t i = 0; self && i < self->count; i++)
    worker_end(self->idle[i]);
  free(self);
}

bool worker_pool_crowded(const worker_pool *self) { return self && self->lent > LENT_MOST; }

static worker *take_out(worker_pool *self, size_t index) {
  worker *found = self->idle[index];
  memmove(&self->idle[index], &self->idle[index + 1], (--self->count - index) * sizeof(worker *));
  return found;
}

/* One that has ended or said something meanwhile is no use to anybody. */
static worker *find(worker_pool *self, const char *text) {
  for (size_t i = 0; self && i < self->count;) {
    if (strcmp(self->idle[i]->text, text) != 0) {
      i++;
      continue;
    }
    worker *found = take_out(self, i);
    if (found->stream->waits(found->data))
      return found;
    worker_end(found);
  }
  return NULL;
}

int worker_pool_take(const opening *text, worker **out, tlsmend_error *error) {
  frame opened = {0};
  char digest[DIGEST_ROOM];
  opening_write(text, &opened);
  if (!frame_end(&opened)) {
    frame_clear(&opened);
    return error_no_memory(error);
  }
  digest_sha256(opened.bytes, opened.size, digest);
  *out = find(text->options.workers, digest);
  int code = TLSMEND_OK;
  if (*out) {
    text->options.workers->lent++;
    frame_begin(&(*out)->out, FRAME_OPEN);
    frame_clear(&opened);
  } else {
    code = worker_start(&text->options, opened.size, out, error);
    if (code == TLSMEND_OK && text->options.workers)
      text->options.workers->lent++;
  }
  if (code != TLSMEND_OK || !opened.bytes) {
    frame_clear(&opened);
    return code;
  }
  (*out)->out = opened;
  memcpy((*out)->text, digest, sizeof digest);
  return code;
}

/* Tells it that its text is done with. False: it is not to be had any more. */
static bool close_text(worker *self) {
  os_worker_wait wait = {os_clock() + CLOSE_TIME, NULL, NULL};
  frame_begin(&self->out, FRAME_CLOSE);
  return frame_end(&self->out) &&
         self->stream->send(self->data, self->out.bytes, self->out.size, &wait, NULL) == TLSMEND_OK;
}

void worker_pool_give(const script_options *options, worker *worker, bool broken) {
  worker_pool *pool = options->workers;
  if (pool)
    pool->lent--;
  if (!pool || broken || !close_text(worker)) {
    worker_end(worker);
    return;
  }
  if (pool->count == IDLE_MOST)
    worker_end(take_out(pool, 0));
  pool->idle[pool->count++] = worker;
}
