// Test cases in C, run by c_api_test.cc as tests of their own.
#ifndef TESTS_RUNTIME_CAPI_C_CASES_H_
#define TESTS_RUNTIME_CAPI_C_CASES_H_

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct CCase {
  const char* name;
  void (*run)(void);
} CCase;

// Each list ends with a NULL name.
extern const CCase kArenaCases[];
extern const CCase kDamageCases[];
extern const CCase kChatCases[];
extern const CCase kMatmulCases[];
extern const CCase kModelCases[];
extern const CCase kSequenceCases[];
extern const CCase kThreadCases[];

// Defined by the program: the path of a test file, valid until it is called
// again in the same thread.
const char* TestFile(const char* name);

// Defined by the program: the case goes on, but has failed.
void RecordFailure(const char* file, int line, const char* what);

#define EXPECT(condition)                                            \
  do {                                                               \
    if (!(condition)) RecordFailure(__FILE__, __LINE__, #condition); \
  } while (0)

// Returns from the case.
#define REQUIRE(condition)                           \
  do {                                               \
    if (!(condition)) {                              \
      RecordFailure(__FILE__, __LINE__, #condition); \
      return;                                        \
    }                                                \
  } while (0)

#ifdef __cplusplus
}  // extern "C"
#endif

#endif  // TESTS_RUNTIME_CAPI_C_CASES_H_
