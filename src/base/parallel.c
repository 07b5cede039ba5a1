/* parallel.c - threads of the operating system, for work that is handed out piece by piece under one lock. */
#include "base/parallel.h"

#include <pthread.h>
#ifndef _WIN32
#include <unistd.h>
#endif

enum { MOST_THREADS = 64, STACK_SIZE = 8 << 20 }; /* as much as a main thread has: some libraries give far less */

uint32_t cti_processor_count(void) {
#ifdef _WIN32
  int count = pthread_num_processors_np();
#else
  long count = sysconf(_SC_NPROCESSORS_ONLN);
#endif
  return count < 1 ? 1 : count > MOST_THREADS ? MOST_THREADS : (uint32_t)count;
}

typedef struct crew {
  const cti_job *job;
  pthread_mutex_t lock;
} crew;

typedef struct member {
  crew *crew;
  uint32_t number;
  pthread_t thread;
} member;

static void labour(crew *c, uint32_t number) {
  for (;;) {
    pthread_mutex_lock(&c->lock);
    bool more = c->job->take(c->job->context, number);
    pthread_mutex_unlock(&c->lock);
    if (!more) return;
    c->job->work(c->job->context, number);
  }
}

static void *start(void *argument) {
  member *m = argument;
  labour(m->crew, m->number);
  return NULL;
}

void cti_parallel(const cti_job *job, uint32_t threads) {
  crew c = {job, PTHREAD_MUTEX_INITIALIZER};
  member members[MOST_THREADS];
  pthread_attr_t attributes;
  bool sized = pthread_attr_init(&attributes) == 0 && pthread_attr_setstacksize(&attributes, STACK_SIZE) == 0;
  uint32_t made = 0, wanted = threads > MOST_THREADS ? MOST_THREADS : threads;
  for (uint32_t i = 1; i < wanted; i++) {
    members[made] = (member){.crew = &c, .number = i};
    if (!sized || pthread_create(&members[made].thread, &attributes, start, &members[made]) != 0) break;
    made++;
  }
  labour(&c, 0);
  for (uint32_t i = 0; i < made; i++) pthread_join(members[i].thread, NULL);
  pthread_attr_destroy(&attributes);
  pthread_mutex_destroy(&c.lock);
}
