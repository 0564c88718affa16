#include "benchmarks/name_filter.h"

#include <algorithm>
#include <cctype>

namespace contend::benchmarks {

std::string literal_prefix(std::string_view filter) {
  if (!filter.starts_with('^') || filter.find('|') != std::string_view::npos) return {};
  std::string prefix;
  for (std::size_t at = 1; at < filter.size(); ++at) {
    const bool escaped = filter[at] == '\\' && at + 1 < filter.size() &&
                         std::ispunct(static_cast<unsigned char>(filter[at + 1])) != 0;
    if (escaped) ++at;
    if (!escaped && std::string_view("\\.[]($)*+?{").find(filter[at]) != std::string_view::npos) {
      const bool may_be_absent = std::string_view("*+?{").find(filter[at]) != std::string_view::npos;
      if (may_be_absent && !prefix.empty()) prefix.pop_back();
      break;
    }
    prefix += filter[at];
  }
  return prefix;
}

bool may_begin_with(std::string_view name, std::string_view prefix) {
  const std::size_t common = std::min(name.size(), prefix.size());
  return name.substr(0, common) == prefix.substr(0, common);
}

std::string_view subject_in(std::string_view prefix) {
  for (int segment = 0; segment < 2; ++segment) {  // the suite and the workload
    const std::size_t slash = prefix.find('/');
    if (slash == std::string_view::npos) return {};
    prefix.remove_prefix(slash + 1);
  }
  const std::size_t end = prefix.find('/');
  return end == std::string_view::npos ? std::string_view() : prefix.substr(0, end);
}

}  // namespace contend::benchmarks
