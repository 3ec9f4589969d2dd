// A system that gives no more threads.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "runtime/capi/tessera.h"
#include "tests/runtime/capi/c_cases.h"

// Threads that may still be started.
static atomic_int threads_left = INT_MAX;

typedef int (*PthreadCreate)(pthread_t*, const pthread_attr_t*,
                             void* (*)(void*), void*);

// Stands in front of the C library's, for this program and its libraries.
int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                   void* (*run)(void*), void* argument) {
  if (atomic_load(&threads_left) <= 0) return EAGAIN;
  atomic_fetch_sub(&threads_left, 1);
  PthreadCreate real;
  void* const symbol = dlsym(RTLD_NEXT, "pthread_create");
  memcpy(&real, &symbol, sizeof(real));
  return real(thread, attributes, run, argument);
}

static void ThreadsThatDoNotStartAreAnError(void) {
  tessera_error error;
  tessera_options* options = NULL;
  tessera_compute* compute = NULL;
  tessera_arena* arena = NULL;
  tessera_context* context = NULL;
  REQUIRE(tessera_arena_open(TestFile("q8.arena"), NULL, &arena, NULL) ==
          TESSERA_OK);
  REQUIRE(tessera_options_new(&options, NULL) == TESSERA_OK);
  REQUIRE(tessera_options_set(options, "threads", "8", NULL) == TESSERA_OK);
  atomic_store(&threads_left, 3);
  EXPECT(tessera_compute_new(options, &compute, &error) ==
         TESSERA_RESOURCE_EXHAUSTED);
  EXPECT(atomic_load(&threads_left) == 0);
  EXPECT(error.message[0] != '\0');
  EXPECT(compute == NULL);
  atomic_store(&threads_left, 3);
  EXPECT(tessera_context_new(arena, options, &context, &error) ==
         TESSERA_RESOURCE_EXHAUSTED);
  EXPECT(context == NULL);
  atomic_store(&threads_left, INT_MAX);
  EXPECT(tessera_context_new(arena, options, &context, &error) == TESSERA_OK);
  tessera_context_free(context);
  tessera_options_free(options);
  tessera_arena_close(arena);
}

const CCase kThreadCases[] = {
    {"ThreadsThatDoNotStartAreAnError", ThreadsThatDoNotStartAreAnError},
    {NULL, NULL},
};
