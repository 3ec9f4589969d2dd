// What is in the cache, for people and for programs.
#ifndef APP_CACHE_CONTENTS_H_
#define APP_CACHE_CONTENTS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "app/cache_contents.pb.h"
#include "app/pack_cache.h"

namespace tessera {

// Describes all packs of `cache`; those of a program with another kernel ABI
// than `kernel_abi` are old. Looks at the models' files, and reads none. The
// error of PackCache::List.
absl::StatusOr<CacheContents> DescribeCache(const PackCache& cache,
                                            uint32_t kernel_abi);

// A table, a line for each pack, and their sum.
std::string CacheContentsText(const CacheContents& contents, absl::Time now);

}  // namespace tessera

#endif  // APP_CACHE_CONTENTS_H_
