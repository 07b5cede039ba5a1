/* parallel.h - the same work on several threads. The operating system's threads are touched by parallel.c alone. */
#ifndef CTI_BASE_PARALLEL_H
#define CTI_BASE_PARALLEL_H

#include <stdbool.h>
#include <stdint.h>

/* How many processors this process may use; at least 1. */
uint32_t cti_processor_count(void);

/* `take` gets the next piece for a worker, and is called by one thread at a time, in no fixed order of workers; it gives false when there is none, or
 * when the worker should stop. `work` runs on that piece while others work. */
typedef struct cti_job {
  bool (*take)(void *context, uint32_t worker);
  void (*work)(void *context, uint32_t worker);
  void *context;
} cti_job;

/* Runs the job on up to `threads` threads, the calling one among them (worker 0), and waits for all. Where a thread cannot be made, fewer do the work. */
void cti_parallel(const cti_job *job, uint32_t threads);

#endif
