#include <cstddef>
#include <cstdint>
#include <mutex>

#include <boost/thread/barrier.hpp>
#include <boost/thread/condition_variable.hpp>
#include <boost/thread/mutex.hpp>
#include <boost/thread/tss.hpp>

#include "benchmarks/registry.h"

namespace contend::benchmarks {
namespace {

class BoostMonitor {
 public:
  void lock() { mutex_.lock(); }
  void unlock() { mutex_.unlock(); }
  template <class Predicate>
  void await(Predicate predicate) {
    boost::unique_lock<boost::mutex> lock(mutex_, boost::adopt_lock);
    condition_.wait(lock, predicate);
    lock.release();
  }
  void notify_one() { condition_.notify_one(); }
  void notify_all() { condition_.notify_all(); }
  void leave_and_notify_one() {
    mutex_.unlock();
    condition_.notify_one();
  }
  void leave_and_notify_all() {
    mutex_.unlock();
    condition_.notify_all();
  }

 private:
  boost::mutex mutex_;
  boost::condition_variable condition_;
};

class BoostBarrier {
 public:
  explicit BoostBarrier(std::ptrdiff_t parties) : barrier_(static_cast<unsigned>(parties)) {}
  void wait() { barrier_.wait(); }

 private:
  boost::barrier barrier_;
};

class BoostLocal {
 public:
  std::uint64_t& get() {
    if (value_.get() == nullptr) [[unlikely]]
      value_.reset(new std::uint64_t(0));
    return *value_;
  }

 private:
  boost::thread_specific_ptr<std::uint64_t> value_;
};

const SubjectFile file(SubjectFile::Kind::peer, "Boost", CONTEND_SUBJECT_VERSION, [](Registry& registry) {
  constexpr auto full = workloads::Tier::full;
  registry.condition<BoostMonitor>({.name = "boost::condition_variable", .tier = full});
  registry.barrier<BoostBarrier>({.name = "boost::barrier", .tier = full});
  registry.local<BoostLocal>({.name = "boost::thread_specific_ptr"});
});

}  // namespace
}  // namespace contend::benchmarks
