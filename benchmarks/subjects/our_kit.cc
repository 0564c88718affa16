#include "benchmarks/subjects/our_kit.h"

#include <memory>

#include "benchmarks/registry.h"
#include "primitives/gil.h"

namespace contend::benchmarks {
namespace {

const SubjectFile file(SubjectFile::Kind::own, "contend", CONTEND_SUBJECT_VERSION, [](Registry& registry) {
  registry.kit<OurKit>({.name = "contend", .note = "the objects of this library"});
  registry.convoy({.name = "free_threads", .note = "threads under no lock"}, [] { return nullptr; });
  registry.convoy({.name = "gil_threads", .note = "threads under a model of CPython 3's lock"},
                  [] { return std::make_shared<Gil>(); });
  registry.convoy({.name = "gil2_threads", .note = "threads under a model of CPython 2's lock"},
                  [] { return std::make_shared<Gil>(python2_gil); });
  // What each rule of the lock does: the same without it, or coarser.
  registry.convoy(
      {.name = "gil_unforced_threads", .note = "CPython 3's lock, whose holder may take it back at once"},
      [] { return std::make_shared<Gil>(GilRules{.forced = false}); });
  registry.convoy(
      {.name = "gil_rare_polls_threads", .note = "CPython 3's lock, looked at about every millisecond"},
      [] { return std::make_shared<Gil>(GilRules{.poll_every = 1'000}); });
  registry.convoy(
      {.name = "gil_short_interval_threads", .note = "CPython 3's lock, with an interval of 0.1 ms"},
      [] { return std::make_shared<Gil>(GilRules{.interval_us = 100}); });
});

}  // namespace
}  // namespace contend::benchmarks
