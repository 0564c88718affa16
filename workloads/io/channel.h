#pragma once

#include <fcntl.h>

#include "workloads/io/file_descriptor.h"

namespace contend::workloads {

/// Both directions to a peer.
struct Channel {
  FileDescriptor in;
  FileDescriptor out;  // closed where `in` carries both directions

  const FileDescriptor& writable() const { return out.is_open() ? out : in; }
  void reset() {
    in.reset();
    out.reset();
  }
};

struct Pipe {
  FileDescriptor read_end;
  FileDescriptor write_end;
};

/// Not inherited through exec.
inline Pipe make_pipe() {
  int ends[2];
  checked(pipe2(ends, O_CLOEXEC), "making a pipe");
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

}  // namespace contend::workloads
