#include "workloads/io/scratch_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/magic.h>
#include <sys/resource.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>
#include <system_error>

namespace contend::testing {
namespace {

using workloads::Block;
using workloads::block_of;
using workloads::checksum_of;
using workloads::ScratchFile;

TEST(ScratchFile, GivesBackWhatWasWritten) {
  const ScratchFile file(2);
  for (const std::uint64_t number : {0, 1, 7}) file.write(number, block_of(number, 2));
  file.sync();
  for (const std::uint64_t number : {7, 0, 1}) {
    EXPECT_EQ(checksum_of(file.read(number)), checksum_of(block_of(number, 2)));
  }
}

TEST(ScratchFile, ABlockThatIsNotThereIsAnError) {
  const ScratchFile file(1);
  file.write(0, block_of(0, 1));
  EXPECT_THROW(file.read(1), std::system_error);
}

TEST(ScratchFile, AWriteThatFindsTooLittleRoomSaysWhyAndWhere) {
  const ScratchFile file(2);
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &limit), 0);
  const rlimit one_page{.rlim_cur = sizeof(workloads::Page), .rlim_max = limit.rlim_max};
  const auto before = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &one_page), 0);
  std::error_code code;
  std::string text;
  try {
    file.write(0, block_of(0, 2));
  } catch (const std::system_error& error) {
    code = error.code();
    text = error.what();
  }
  setrlimit(RLIMIT_FSIZE, &limit);
  std::signal(SIGXFSZ, before);
  EXPECT_EQ(code, std::errc::file_too_large);
  EXPECT_THAT(text, ::testing::HasSubstr("writing block 0 of a scratch file in " +
                                         workloads::scratch_directory().string()));
}

TEST(ScratchFile, DirectReadsSeeTheSame) {
  if (!workloads::has_direct_reads()) GTEST_SKIP() << "this file system has no O_DIRECT";
  const ScratchFile file(1);
  file.write(3, block_of(3, 1));
  EXPECT_EQ(checksum_of(file.direct().read(3)), checksum_of(block_of(3, 1)));
}

TEST(ScratchFile, InMemoryThereAreNoDirectReads) {
  struct statfs system {};
  if (statfs("/dev/shm", &system) != 0 || system.f_type != TMPFS_MAGIC || access("/dev/shm", W_OK) != 0) {
    GTEST_SKIP() << "there is no tmpfs to write to in /dev/shm";
  }
  const char* const set = std::getenv("TMPDIR");
  const std::string before = set != nullptr ? set : "";
  setenv("TMPDIR", "/dev/shm", 1);
  EXPECT_THROW(ScratchFile(1).direct(), std::system_error);
  before.empty() ? unsetenv("TMPDIR") : setenv("TMPDIR", before.c_str(), 1);
}

TEST(BlockChecksum, SeesAFlippedBitAndSwappedWords) {
  const std::uint64_t right = checksum_of(block_of(1, 2));
  Block flipped = block_of(1, 2);
  flipped[1].words[17] ^= 4;
  EXPECT_NE(checksum_of(flipped), right);
  Block swapped = block_of(1, 2);
  std::swap(swapped[0].words[0], swapped[0].words[1]);
  EXPECT_NE(checksum_of(swapped), right);
  EXPECT_NE(checksum_of(block_of(2, 2)), right);
}

}  // namespace
}  // namespace contend::testing
