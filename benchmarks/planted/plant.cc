#include "benchmarks/planted/plant.h"

#include <charconv>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace contend::benchmarks {
namespace {

constexpr unsigned most_percent = 100;

/// Of an environment variable.
unsigned percent_in(const char* name, unsigned otherwise) {
  const char* text = std::getenv(name);
  if (text == nullptr) return otherwise;
  const std::string word = text;
  unsigned percent = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), percent);
  if (error != std::errc() || end != word.data() + word.size() || percent > most_percent) {
    throw std::invalid_argument(std::string(name) + " is '" + word +
                                "'; give a whole number of percent from 0 to 100");
  }
  return percent;
}

std::uint64_t with_percent(std::uint64_t units, unsigned percent) { return units + units * percent / 100; }

}  // namespace

unsigned planted_percent() {
  static const unsigned percent = percent_in("CONTEND_PLANT", 0);
  return percent;
}

unsigned contended_percent() {
  static const unsigned percent = percent_in("CONTEND_PLANT_CONTENDED", planted_percent());
  return percent;
}

std::uint64_t with_plant(std::uint64_t units) { return with_percent(units, planted_percent()); }

std::uint64_t with_contended_plant(std::uint64_t units) { return with_percent(units, contended_percent()); }

}  // namespace contend::benchmarks
