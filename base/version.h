// Tessera's own version.
#ifndef BASE_VERSION_H_
#define BASE_VERSION_H_

namespace tessera {

// Written into arenas as their producer. Follows semantic versioning.
inline constexpr char kTesseraVersion[] = "0.2.0";

}  // namespace tessera

#endif  // BASE_VERSION_H_
