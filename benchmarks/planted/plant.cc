#include "benchmarks/planted/plant.h"

#include <charconv>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace contend::benchmarks {
namespace {

constexpr unsigned most_percent = 100;

unsigned parse(const char* text) {
  const std::string word = text;
  unsigned percent = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), percent);
  if (error != std::errc() || end != word.data() + word.size() || percent > most_percent) {
    throw std::invalid_argument("CONTEND_PLANT is '" + word +
                                "'; give a whole number of percent from 0 to 100");
  }
  return percent;
}

}  // namespace

unsigned planted_percent() {
  static const unsigned percent = [] {
    const char* text = std::getenv("CONTEND_PLANT");
    return text == nullptr ? 0 : parse(text);
  }();
  return percent;
}

std::uint64_t with_plant(std::uint64_t units) { return units + units * planted_percent() / 100; }

}  // namespace contend::benchmarks
