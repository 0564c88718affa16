#include "benchmarks/planted/plant.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace contend::benchmarks {
namespace {

constexpr unsigned most_percent = 100;

unsigned percent_of(const char* variable, std::string_view word) {
  unsigned percent = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), percent);
  if (error != std::errc() || end != word.data() + word.size() || percent > most_percent) {
    throw std::invalid_argument(std::string(variable) + " has '" + std::string(word) +
                                "'; give a whole number of percent from 0 to 100");
  }
  return percent;
}

/// Of `one=10;other=12`.
unsigned percent_in_list(const char* variable, std::string_view list, std::string_view wanted) {
  while (!list.empty()) {
    const std::string_view entry = list.substr(0, list.find(';'));
    list.remove_prefix(std::min(entry.size() + 1, list.size()));
    const std::size_t equals = entry.rfind('=');
    if (equals != std::string_view::npos && entry.substr(0, equals) == wanted) {
      return percent_of(variable, entry.substr(equals + 1));
    }
  }
  throw std::invalid_argument(std::string(variable) + " has no '" + std::string(wanted) + "=PERCENT'");
}

}  // namespace

unsigned planted_percent() {
  constexpr const char* variable = "CONTEND_PLANT";
  const char* text = std::getenv(variable);
  return text == nullptr ? 0 : percent_of(variable, text);
}

unsigned contended_percent(std::string_view benchmark) {
  constexpr const char* variable = "CONTEND_PLANT_CONTENDED";
  const char* text = std::getenv(variable);
  if (text == nullptr) return planted_percent();
  const bool is_list = std::string_view(text).find('=') != std::string_view::npos;
  return is_list ? percent_in_list(variable, text, benchmark) : percent_of(variable, text);
}

std::uint64_t with_percent(std::uint64_t units, unsigned percent) { return units + units * percent / 100; }

}  // namespace contend::benchmarks
