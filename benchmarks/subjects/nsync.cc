#include <nsync.h>

#include "benchmarks/registry.h"

namespace contend::benchmarks {
namespace {

/// Its reader-writer form is the same lock.
class NsyncMu {
 public:
  NsyncMu() { nsync::nsync_mu_init(&mu_); }
  NsyncMu(const NsyncMu&) = delete;
  NsyncMu& operator=(const NsyncMu&) = delete;

  void lock() { nsync::nsync_mu_lock(&mu_); }
  bool try_lock() { return nsync::nsync_mu_trylock(&mu_) != 0; }
  void unlock() { nsync::nsync_mu_unlock(&mu_); }
  void lock_shared() { nsync::nsync_mu_rlock(&mu_); }
  bool try_lock_shared() { return nsync::nsync_mu_rtrylock(&mu_) != 0; }
  void unlock_shared() { nsync::nsync_mu_runlock(&mu_); }

 private:
  nsync::nsync_mu mu_;
};

const SubjectFile file(SubjectFile::Kind::peer, "nsync", CONTEND_SUBJECT_VERSION, [](Registry& registry) {
  registry.lock<NsyncMu>({.name = "nsync_mu", .tier = workloads::Tier::full});
});

}  // namespace
}  // namespace contend::benchmarks
