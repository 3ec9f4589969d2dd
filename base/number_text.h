// Numbers with all the digits that tell them from others.
#ifndef BASE_NUMBER_TEXT_H_
#define BASE_NUMBER_TEXT_H_

#include <string>

namespace tessera {

// As few digits as read back as `value`: "0.1", "1e-05". A whole number up to
// 2^53 has no exponent: "1000000", "-0". What is not finite is "inf", "-inf" or
// "nan".
std::string NumberText(float value);
std::string NumberText(double value);

}  // namespace tessera

#endif  // BASE_NUMBER_TEXT_H_
