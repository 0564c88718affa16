#pragma once

#include <string>
#include <string_view>

namespace contend::benchmarks {

/// What every name begins with that the regular expression finds: `lock/sections/` for `^lock/sections/(Lock|SpinLock)/`.
/// Empty where the expression does not tell. For leaving out early what the library would leave out anyway.
std::string literal_prefix(std::string_view filter);

/// Whether the name, of which only the beginning may be known, may begin with the prefix.
bool may_begin_with(std::string_view name, std::string_view prefix);

/// The subject whose cases alone begin with the prefix; empty where it does not tell.
std::string_view subject_in(std::string_view prefix);

}  // namespace contend::benchmarks
