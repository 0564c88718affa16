#include "workloads/io/scratch_file.h"

#include <gtest/gtest.h>

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

TEST(ScratchFile, DirectReadsSeeTheSame) {
  if (!workloads::has_direct_reads()) GTEST_SKIP() << "this file system has no O_DIRECT";
  const ScratchFile file(1);
  file.write(3, block_of(3, 1));
  EXPECT_EQ(checksum_of(file.direct().read(3)), checksum_of(block_of(3, 1)));
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
