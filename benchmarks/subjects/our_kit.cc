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
});

}  // namespace
}  // namespace contend::benchmarks
